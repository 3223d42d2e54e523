import type { StoredDocument } from '../../ports/store.ts'
import { difference, emptyOf, type Projected } from '../../roles/rebuild/projections.ts'

export interface Reference {
  readonly collection: Projected
  readonly id: string
}

/** A document that isn't what the journal makes of it, at one place of its lane. */
export interface Found extends Reference {
  readonly kind: 'differs' | 'missing' | 'extra'
  /** The first field that differs; empty for a whole document. */
  readonly path: string
  readonly rebuilt: StoredDocument | null
  readonly live: StoredDocument | null
}

/** Null when they say the same. A document without content is as good as none. */
export function compare(
  { collection, id }: Reference,
  live: StoredDocument | null,
  rebuilt: StoredDocument | null,
): Found | null {
  const none = emptyOf(collection, id, { lane: '', offset: 0 })
  const path = difference(live ?? none, rebuilt ?? none)
  if (path === null) return null
  const kind = live === null ? 'missing' : rebuilt === null ? 'extra' : 'differs'
  return { collection, id, kind, path: kind === 'differs' ? path : '', live, rebuilt }
}

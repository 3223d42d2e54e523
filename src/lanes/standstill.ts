import { PortError } from '../ports/errors.ts'
import type { CommitOutcome, Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'

type Conflict = Pick<Extract<CommitOutcome, { kind: 'conflict' }>, 'collection' | 'id'>

/** Looks at one document, in all of which it was the same, after which a piece is given up. */
const mostLooks = 5
/** ms between looks: while the document changes, and at most while it doesn't. */
const shortest = 50
const longest = 5000

/**
 * Tells contention from a broken invariant. A conflict means that somebody changed the document after it was read here,
 * so at the next one it is another than before, however many lanes are after it. One that stays the same (a row where
 * the role's other rows say there is none, a unique index of somebody else's) will conflict for ever.
 *
 * For some seconds it may look the same all the same: MongoDB gives reads what a majority has, and holds a write against
 * what the primary has. The pauses grow, and together outlast an election.
 */
export class Standstill {
  readonly #store: Pick<Store<Collections>, 'get'>
  /** By document, as it was at the last look, and at how many it has been that. */
  readonly #seen = new Map<string, { readonly document: string; readonly looks: number }>()

  constructor(store: Pick<Store<Collections>, 'get'>) {
    this.#store = store
  }

  /**
   * Looks at what was conflicted with, which takes a while in between. Returns how long to pause, ms.
   * @throws PortError `corrupt` when it will never be another
   */
  async look({ collection, id }: Conflict, conflicts: number): Promise<number> {
    const found = (await this.#store.get(collection as keyof Collections, [id])).get(id) ?? null
    const document = JSON.stringify(found)
    const name = `${collection} ${JSON.stringify(id)}`
    const before = this.#seen.get(name)
    const looks = before?.document === document ? before.looks + 1 : 1
    this.#seen.set(name, { document, looks })
    if (looks <= 1) return shortest
    if (looks <= mostLooks) return Math.min(longest, 1000 * 2 ** (looks - 2))
    throw new PortError(
      'corrupt',
      `an invariant is broken: ${conflicts} conflicts on ${name}, which nobody changes (${versionIn(found)})`,
      { retryable: false },
    )
  }
}

function versionIn(document: object | null): string {
  if (document === null) return 'it is not there'
  return 'version' in document ? `version ${document.version}` : 'it has no version'
}

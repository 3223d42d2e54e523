import type { Position, StoredDocument, Write } from '../../ports/store.ts'
import type { Collections } from '../../roles/collections.ts'
import { emptyOf, projectionOf } from '../../roles/rebuild/projections.ts'
import { laneName } from '../lane-name.ts'
import type { Live } from './begin.ts'
import type { Found, Reference } from './found.ts'

/**
 * Puts what was rebuilt in the place of what differs, in one transaction on the lane's position. That goes on under a new
 * epoch: a batch that the live lane has read for is refused and made again from the new rows, and who follows the lane
 * reads what was exchanged. Where visibility is made of it, the lane's worker is asked to send that of every partner
 * (`herald.ts`). False when the position had moved.
 */
export async function exchange(
  found: readonly Found[],
  from: Position,
  { store }: Pick<Live, 'store'>,
): Promise<boolean> {
  const to: Position = { ...from, epoch: from.epoch + 1 }
  const changed = { lane: laneName(to.lane, to.epoch), offset: to.offset - 1 }
  const writes = found.map(({ collection, id, rebuilt }): Write<Collections> => {
    const document = rebuilt ?? emptyOf(collection, id, changed)
    if (document === null) return { kind: 'remove', collection, id }
    return { kind: 'put', collection, document: withChanged(document, changed) } as Write<Collections>
  })
  if (found.some(makesVisibility))
    writes.push({ kind: 'put', collection: 'rebuilt', document: { _id: from.lane, epoch: to.epoch } })
  const outcome = await store.commit({ move: { from, to }, writes, journal: null })
  return outcome.kind === 'committed'
}

/** A partner's evidence, and the population that it is compared with. */
function makesVisibility({ collection, id }: Reference): boolean {
  return collection === 'partners' || (collection === 'cells' && projectionOf(collection, id) === 'evidence')
}

function withChanged(document: StoredDocument, changed: { lane: string; offset: number }): StoredDocument {
  return 'changed' in document ? Object.assign({}, document, { changed }) : document
}

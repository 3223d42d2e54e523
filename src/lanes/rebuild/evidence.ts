import { ownerOf, projectionOf } from '../../roles/rebuild/projections.ts'
import { laneOf } from '../lane-name.ts'
import type { Begun, Twin } from './begin.ts'
import type { Exchanging } from './exchange.ts'
import type { Found, Reference } from './found.ts'
import { type Beside, type Settled, settle } from './settle.ts'

/** What visibility is made from: partners' evidence, and the population that it is compared with. */
export function makesVisibility({ collection, id }: Reference): boolean {
  return collection === 'partners' || (collection === 'cells' && projectionOf(collection, id) === 'evidence')
}

/**
 * Exchanges what visibility is made from, where any of it differs, and sends the visibility of every partner of the lane
 * under the new epochs: whoever begins anew with those has them all. First the partners whose evidence is right, and what
 * differs last: killed at any moment, a difference is left, and the next rebuild sends them all again.
 */
export async function settleEvidence(
  twin: Twin,
  suspects: readonly Reference[],
  partitions: Begun['partitions'],
  beside: Beside,
  exchanging: Exchanging | null,
): Promise<Settled> {
  const looked = await settle(twin, suspects, beside, null)
  if (looked.kind === 'unsettled' || looked.found.length === 0 || exchanging === null) return looked
  const differing = looked.found.map(({ collection, id }: Found): Reference => ({ collection, id }))
  const seen = new Set(differing.flatMap(({ collection, id }) => (collection === 'partners' ? [id] : [])))
  // Twice: those who came between the first look and the first new epoch were told under the former one.
  for (let pass = 0; pass < 2; pass += 1) {
    const standing: Reference[] = []
    for await (const id of partnersOf(twin, partitions, beside)) {
      if (seen.has(id)) continue
      seen.add(id)
      standing.push({ collection: 'partners', id })
    }
    const told = await settle(twin, standing, beside, exchanging)
    if (told.kind === 'unsettled') return told
  }
  return settle(twin, differing, beside, exchanging)
}

/** The lane's partners, as far as it was followed. */
async function* partnersOf(
  { lane }: Twin,
  partitions: Begun['partitions'],
  { shadow: { store } }: Beside,
): AsyncGenerator<string> {
  for (let last: string | null = ''; last !== null; ) {
    const some: readonly { readonly _id: string }[] = await store.find('partners', {
      where: { _id: { gt: last } },
      sort: [['_id', 1]],
      limit: page,
    })
    for (const { _id } of some) {
      const place = ownerOf('partners', _id, partitions)
      if (place !== null && laneOf('projector', place) === lane) yield _id
    }
    last = some.length < page ? null : (some.at(-1)?._id ?? null)
  }
}

const page = 500

import type { Codec } from '../../ports/codec.ts'
import type { Logger } from '../../ports/logger.ts'
import type { JournalEntry, Position, StoredDocument, Write } from '../../ports/store.ts'
import type { Time } from '../../ports/time.ts'
import type { Evidence } from '../../ranking/evidence.ts'
import type { Collections } from '../../roles/collections.ts'
import { visibilityChanged } from '../../roles/projector.ts'
import { emptyOf } from '../../roles/rebuild/projections.ts'
import type { Tables } from '../../roles/tables.ts'
import { laneName } from '../lane-name.ts'
import { send } from '../send.ts'
import { sourceOf } from '../worker.ts'
import { outgoingRecords } from '../write.ts'
import type { Live } from './begin.ts'
import type { Found } from './found.ts'

export interface Exchanging {
  readonly codec: Codec
  readonly time: Time
  readonly logger: Logger
  /** Release in force, and the population as it was rebuilt. */
  tables(): Promise<Tables>
}

/**
 * Puts what was rebuilt in the place of what differs, in one transaction on the lane's position. That goes on under a new
 * epoch: a batch that the live lane has read for is refused and made again from the new rows, and who follows the lane
 * reads what was exchanged. The visibility made of `told` is sent anew. False when the position had moved.
 */
export async function exchange(
  { found, told }: { readonly found: readonly Found[]; readonly told: readonly Evidence[] },
  from: Position,
  live: Live,
  { codec, time, logger, tables }: Exchanging,
): Promise<boolean> {
  const { store, log } = live
  const to: Position = { ...from, epoch: from.epoch + 1 }
  const lane = laneName(to.lane, to.epoch)
  const changed = { lane, offset: to.offset - 1 }
  const writes = found.map(({ collection, id, rebuilt }): Write<Collections> => {
    const document = rebuilt ?? emptyOf(collection, id, changed)
    if (document === null) return { kind: 'remove', collection, id }
    return { kind: 'put', collection, document: withChanged(document, changed) } as Write<Collections>
  })
  let journal: JournalEntry | null = null
  if (told.length > 0) {
    const current = await tables()
    const now = time.now()
    const emissions = told.map(evidence => visibilityChanged(evidence, changed.offset, now, current))
    const options = { lane, source: sourceOf('projector'), codec, causes: [] }
    journal = { lane, first: changed.offset, records: await outgoingRecords(emissions, options) }
  }
  const outcome = await store.commit({ move: { from, to }, writes, journal })
  if (outcome.kind !== 'committed') return false
  // The lane owes it and would send it when it starts again: a repeat then, or none.
  if (journal !== null) await send(journal, { log: log as never, store, time, logger }, {})
  return true
}

function withChanged(document: StoredDocument, changed: { lane: string; offset: number }): StoredDocument {
  return 'changed' in document ? Object.assign({}, document, { changed }) : document
}

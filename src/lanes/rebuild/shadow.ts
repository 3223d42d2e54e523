import type { Notice } from '../../domain/notices.ts'
import { parseTimestamp, toMillis } from '../../domain/time.ts'
import type { Codec } from '../../ports/codec.ts'
import type { LogRecord, OutgoingRecord, TopicPartition } from '../../ports/log.ts'
import type { Reader, Store, Write } from '../../ports/store.ts'
import type { Collections } from '../../roles/collections.ts'
import { type ProjectorInput, projector } from '../../roles/projector.ts'
import { isProjected } from '../../roles/rebuild/projections.ts'
import type { Input } from '../../roles/role.ts'
import { Tables } from '../../roles/tables.ts'
import type { Topic } from '../../roles/topics.ts'
import { laneOf } from '../lane-name.ts'
import { readRecords } from '../read.ts'

export type Read = Input<ProjectorInput>

/** Inputs folded in one transaction. */
const foldedAtOnce = 500

/** The read models once more, in a store of their own, folded by the projector itself. */
export class Shadow {
  readonly store: Store<Collections>
  readonly #codec: Codec
  /** It sends nothing, so the tables that only visibility is made from may be empty. */
  readonly #role = projector({ tables: new Tables(), ready: () => Promise.resolve() })

  constructor(store: Store<Collections>, codec: Codec) {
    this.store = store
    this.#codec = codec
  }

  get topics(): readonly Topic[] {
    return this.#role.topics
  }

  /** What of a partition's records is folded. The rest was dead-lettered, or stands outside of everything. */
  async read(place: TopicPartition, records: readonly LogRecord[]): Promise<Read[]> {
    const readings = await readRecords(this.#role, place, records, this.#codec)
    return readings.flatMap(reading =>
      reading.kind === 'input' && reading.input.value.kind !== 'skipped' ? [reading.input] : [],
    )
  }

  async fold(place: TopicPartition, inputs: readonly Read[]): Promise<void> {
    const context = { lane: laneOf(this.#role.name, place), now: 0, read: this.store }
    for (let done = 0; done < inputs.length; done += foldedAtOnce) {
      const some = inputs.slice(done, done + foldedAtOnce)
      const { writes } = await this.#role.process(some, context)
      await this.store.commit({ move: null, writes: writes.filter(isOurs), journal: null })
    }
  }
}

/** An event too early for its row is a dead letter of the live lane's; the rest must be known here, or would be lost. */
function isOurs({ collection }: Write<Collections>): boolean {
  if (isProjected(collection)) return true
  if (collection === 'dead') return false
  throw new Error(`rebuild doesn't know the collection ${collection}: add it to roles/rebuild/projections.ts`)
}

/** A journal entry's record as its partition holds it, but for its place there. */
export function asLogRecord({ key, value, headers }: OutgoingRecord): LogRecord {
  const time = parseTimestamp(headers.ce_time ?? '')
  return {
    offset: 0,
    timestamp: time === null ? 0 : toMillis(time),
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers,
  }
}

/** What tells inputs apart: the same event comes by the journal, by the log, and perhaps twice. */
export function nameOf({ value }: Read): string {
  switch (value.kind) {
    case 'event':
      return `${value.event.referralId}#${value.event.version}`
    case 'unroutable':
    case 'notice':
      return `${value.notice.rfiId} ${noticeName(value.notice)}`
    case 'skipped':
      return ''
  }
}

/** Those of the inputs that a store's rows hold already. */
export async function heldBy(
  read: Pick<Reader<Collections>, 'get'>,
  inputs: readonly Read[],
): Promise<Set<Read>> {
  const values = inputs.map(({ value }) => value)
  const referralIds = values.flatMap(value => (value.kind === 'event' ? [value.event.referralId] : []))
  const rfiIds = values.flatMap(value => ('notice' in value ? [value.notice.rfiId] : []))
  const rows = await read.get('inbox', [...new Set(referralIds)])
  const told = await read.get('notices', [...new Set(rfiIds)])
  const holds = ({ value }: Read): boolean => {
    if (value.kind === 'skipped') return true
    if (value.kind === 'event') {
      const { referralId, version } = value.event
      const row = rows.get(referralId)
      return row !== undefined && (row.version >= version || row.waiting.some(one => one.version === version))
    }
    const name = noticeName(value.notice)
    return told.get(value.notice.rfiId)?.notices.some(notice => noticeName(notice) === name) === true
  }
  return new Set(inputs.filter(holds))
}

/** Among those of an RFI. */
function noticeName(notice: Notice): string {
  return `${notice.type} ${'referralId' in notice ? notice.referralId : ''}`
}

import { misconfigured } from '../../ports/errors.ts'
import type { LogRecord } from '../../ports/log.ts'
import type { Database } from './database.ts'
import { decodeHeaders } from './headers.ts'
import { offsetsPerPartition } from './topics.ts'

/** The records table, by partition number. What is written here is written inside the caller's transaction. */
export interface Records {
  /** Where a partition ends: the offset its next record gets, and the timestamp of its last (null when it has none). */
  tail(number: number): Tail
  /** First offset kept; the end when there is none. */
  start(number: number): number
  /** @param holder - the id of a record with the same value, which is then held there alone */
  insert(number: number, record: WrittenRecord, holder?: number): void
  /** A record's id. */
  idOf(number: number, offset: number): number
  /** Records from `from` on: at most `limit`, and no more once their values come to `bytes`. */
  read(number: number, from: number, limit: number, bytes?: number): LogRecord[]
  timestampBefore(number: number, offset: number): number | null
}

/** With its headers as the column holds them. */
export type WrittenRecord = Omit<LogRecord, 'headers'> & { readonly headers: string | null }

export interface Tail {
  readonly end: number
  readonly timestamp: number | null
}

interface Row {
  readonly id: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: string | null
}

const lastBelow = 'SELECT id, timestamp FROM log_records WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1'
const first = 'SELECT id FROM log_records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1'
const range = `SELECT record.id, record.timestamp, record.key, coalesce(record.value, holder.value) AS value,
    record.headers
  FROM log_records AS record LEFT JOIN log_records AS holder ON holder.id = record.same
  WHERE record.id >= ? AND record.id < ? ORDER BY record.id LIMIT ?`
const insertion =
  'INSERT INTO log_records (id, timestamp, key, value, headers, same) VALUES (?, ?, ?, ?, ?, ?)'

export function openRecords(database: Database): Records {
  const base = (number: number) => number * offsetsPerPartition
  const last = (number: number, below: number) =>
    database.get<Pick<Row, 'id' | 'timestamp'>>(lastBelow, base(number), base(number) + below)

  const tail = (number: number): Tail => {
    const row = last(number, offsetsPerPartition)
    return row === undefined
      ? { end: 0, timestamp: null }
      : { end: row.id - base(number) + 1, timestamp: row.timestamp }
  }

  return {
    tail,
    start(number) {
      const row = database.get<Pick<Row, 'id'>>(first, base(number), base(number + 1))
      return row === undefined ? tail(number).end : row.id - base(number)
    },
    insert(number, { offset, timestamp, key, value, headers }, holder) {
      if (offset >= offsetsPerPartition) throw misconfigured('the partition is full')
      const id = base(number) + offset
      const isHeld = holder !== undefined
      database.run(insertion, id, timestamp, key, isHeld ? null : value, headers, isHeld ? holder : null)
    },
    idOf: (number, offset) => base(number) + offset,
    read(number, from, limit, bytes = Number.POSITIVE_INFINITY) {
      const records: LogRecord[] = []
      let size = 0
      database.scan<Row>(range, [base(number) + Math.max(0, from), base(number + 1), limit], row => {
        records.push({
          offset: row.id - base(number),
          timestamp: row.timestamp,
          key: row.key,
          value: row.value,
          headers: decodeHeaders(row.headers),
        })
        size += row.value?.length ?? 0
        return size < bytes
      })
      return records
    },
    timestampBefore: (number, offset) =>
      last(number, Math.min(Math.max(0, offset), offsetsPerPartition))?.timestamp ?? null,
  }
}

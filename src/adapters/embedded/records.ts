import { misconfigured } from '../../ports/errors.ts'
import type { LogRecord } from '../../ports/log.ts'
import type { Database } from './database.ts'
import { decodeHeaders, encodeHeaders } from './headers.ts'
import { offsetsPerPartition } from './topics.ts'

/** The records table, by partition number. What is written here is written inside the caller's transaction. */
export interface Records {
  /** Where a partition ends: the offset its next record gets, and the timestamp of its last (null when it has none). */
  tail(number: number): Tail
  /** First offset kept; the end when there is none. */
  start(number: number): number
  insert(number: number, record: LogRecord): void
  /** Records from `from` on: at most `limit`, and no more once their values come to `bytes`. */
  read(number: number, from: number, limit: number, bytes?: number): LogRecord[]
  timestampBefore(number: number, offset: number): number | null
}

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
const range = `SELECT id, timestamp, key, value, headers FROM log_records
  WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`
const insertion = 'INSERT INTO log_records (id, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?)'

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
    insert(number, { offset, timestamp, key, value, headers }) {
      if (offset >= offsetsPerPartition) throw misconfigured('the partition is full')
      database.run(insertion, base(number) + offset, timestamp, key, value, encodeHeaders(headers))
    },
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

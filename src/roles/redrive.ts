import { createHash } from 'node:crypto'
import { parseTimestamp, type Timestamp } from '../domain/time.ts'
import type { LogRecord, OutgoingRecord } from '../ports/log.ts'
import type { Reader, Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { DeadDocument } from './documents/operations.ts'
import { topics } from './topics.ts'

// A dead letter that is sent again.
//
//   mark     the row in `dead` says since when (`redrivingSince`), guarded by its version; then it is sent
//   send     the bytes, key and headers as they were, and two headers more: which dead letter, and when it first came
//   take     in the transaction of its effect the lane writes a row in `redriven` and removes that in `dead`. A record
//            that names what is in `redriven` is dropped, so whoever isn't sure that it was sent sends it once more
//   again    when it can't be read this time either it is a dead letter of its own, which names the one it was
//
// Anybody who may produce can write these headers, and with them could claim to have answered in time. So nothing is
// taken from them but which row to look at: the time counts only of a row that was marked and has the hash of the bytes.

const letterHeader = 'redrive-of'
const timeHeader = 'redrive-time'

/** What the headers of a record claim. */
export interface Redrive {
  /** The id of the dead letter. */
  readonly letter: string
  /** Tells it from another at the same place of a topic that was made anew. */
  readonly timestamp: Timestamp
}

export function redriveIn({ headers }: Pick<LogRecord, 'headers'>): Redrive | null {
  const letter = headers[letterHeader]
  if (letter === undefined) return null
  const timestamp = parseTimestamp(headers[timeHeader] ?? '')
  return timestamp === null ? null : { letter, timestamp }
}

/** The `_id` under which `redriven` remembers it. */
export function redrivenId({ letter, timestamp }: Redrive): string {
  return `${letter} ${timestamp}`
}

export function withoutRedrive(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!(letterHeader in headers || timeHeader in headers)) return headers
  const { [letterHeader]: _letter, [timeHeader]: _time, ...rest } = headers
  return rest
}

/** Of a record's bytes, as a dead letter tells it: SHA-256, hex. */
export function hashOf(bytes: Uint8Array | null): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex')
}

/** Why this dead letter can't be sent again, null when it can. One clause for people. */
export function obstacleTo(letter: DeadDocument, now: number): string | null {
  if (letter.value !== null) {
    if (letter.removeAt !== null && Date.parse(letter.removeAt) <= now)
      return 'its bytes are past their time: those of an RFI are kept for 7 days; have it sent anew'
    return null
  }
  if (letter.size === null) return 'it never had a value: it would only fail again'
  return letter.code === 'too-large'
    ? `its ${letter.size} bytes are more than is kept; have its producer send it smaller`
    : 'its bytes were removed; have it sent anew'
}

/** What is sent. Only for a letter without an obstacle. */
export function recordOf({ _id, topic, timestamp, key, value, headers }: DeadDocument): OutgoingRecord {
  return {
    topic,
    key: key === null ? null : new Uint8Array(Buffer.from(key, 'base64')),
    value: new Uint8Array(Buffer.from(value ?? '', 'base64')),
    headers: { ...headers, [letterHeader]: _id, [timeHeader]: timestamp },
  }
}

/** The rows in `dead` that records of one partition rightly name, by the records' offsets. */
export async function lettersOf(
  topic: string,
  records: readonly LogRecord[],
  read: Pick<Reader<Collections>, 'get'>,
): Promise<ReadonlyMap<number, DeadDocument>> {
  const found = new Map<number, DeadDocument>()
  const claims = claimsOf(records)
  if (claims.length === 0) return found
  const rows = await read.get('dead', [...new Set(claims.map(({ redrive }) => redrive.letter))])
  for (const { record, redrive } of claims) {
    const row = rows.get(redrive.letter)
    const isIt =
      row !== undefined &&
      row.topic === topic &&
      row.timestamp === redrive.timestamp &&
      row.redrivingSince !== null &&
      row.hash === hashOf(record.value)
    if (isIt) found.set(record.offset, row)
  }
  return found
}

/** Records that claim to be dead letters sent again. Nearly always none. */
export function claimsOf(
  records: readonly LogRecord[],
): readonly { readonly record: LogRecord; readonly redrive: Redrive }[] {
  return records.flatMap(record => {
    const redrive = redriveIn(record)
    return redrive === null ? [] : [{ record, redrive }]
  })
}

/** What is remembered of a letter that was taken: `again` names the dead letter that it became once more. */
export function takenWrites(
  letter: DeadDocument,
  taken: {
    readonly lane: string
    readonly offset: number
    readonly takenAt: Timestamp
    readonly again: string | null
  },
): Write<Collections>[] {
  const { _id, topic, timestamp, role, code, faults, hash, size, redriveOf, redrivingSince } = letter
  return [
    {
      kind: 'insert',
      collection: 'redriven',
      document: {
        _id: redrivenId({ letter: _id, timestamp }),
        letter: _id,
        ...{ topic, timestamp, role, code, faults, hash, size, redriveOf, redrivingSince },
        ...taken,
      },
    },
    { kind: 'remove', collection: 'dead', id: _id },
  ]
}

/** The dead letter that a record at the offset became, of those about to be written. */
export function letterAgain(redrive: Redrive, writes: readonly Write<Collections>[]): string | null {
  for (const write of writes)
    if (write.kind === 'put' && write.collection === 'dead' && write.document.redriveOf === redrive.letter)
      return write.document._id
  return null
}

/** Topics whose dead letters hold contact data in their bytes. */
export const holdContactData: ReadonlySet<string> = new Set([topics.rfis])

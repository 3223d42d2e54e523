import { type CodecName, codecNames, inflate, Uninflatable } from './codecs.ts'

/**
 * A record as kafkajs' consumer takes it from its own decoder. Control records never reach a handler; they only say how
 * far a fetch came.
 */
export interface FetchedRecord {
  /** kafkajs compares offsets as text. */
  readonly offset: string
  /** ms since 1970. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
  readonly isControlRecord: boolean
  /** What aborted transactions are told by. */
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
  /** Set where this one stands for a whole record batch that can't be read: why not. */
  readonly unreadable?: string
}

const headerBytes = 61
/** Largest record batch, inflated: thirty times what a topic takes compressed. */
const largestInflated = 64 * 1024 * 1024
/** In one batch: some kilobytes hold nine million records that say nothing, and each takes 170 bytes once it is read. */
const mostRecords = 500_000
/** Once so much came of one partition's part of a fetch, the rest is fetched again. */
const enoughInflated = 8 * 1024 * 1024

/**
 * The record batches of one partition's part of a fetch (format 2, https://kafka.apache.org/documentation/#recordbatch),
 * in place of kafkajs' decoder, for what that one does not do:
 * - after a batch whose last offsets were compacted away stands a control record, so that it is known how far the fetch
 *   came: the chain of fetches holds, and a fetch of nothing else doesn't repeat for ever;
 * - a batch that can't be inflated, or is none, becomes one record at its last offset with the bytes as they lie in the
 *   log: it is dead-lettered like any other that nobody can read, and neither stops a lane nor is skipped;
 * - its cost doesn't grow with the square of a record's headers, nor does it end at 100,000 records.
 * A batch cut off at the end of the fetch is left for the next one.
 */
export async function decodeRecordBatches(bytes: Buffer): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = []
  let inflated = 0
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8)
    if (end > bytes.length || end <= at || inflated > enoughInflated) break
    inflated += await decodeBatch(bytes.subarray(at, end), records)
    at = end
  }
  return records
}

/** Adds the records of a batch; returns their size in bytes. */
async function decodeBatch(bytes: Buffer, into: FetchedRecord[]): Promise<number> {
  const attributes = bytes.readInt16BE(21)
  const first = Number(bytes.readBigInt64BE(0))
  const last = first + bytes.readInt32BE(23)
  const latest = Number(bytes.readBigInt64BE(35))
  const batch = {
    first,
    earliest: Number(bytes.readBigInt64BE(27)),
    // Bit 3: the log's own time, the same for all.
    latest: (attributes & 0x08) === 0 ? null : latest,
    isControlRecord: (attributes & 0x20) !== 0,
    batchContext: {
      producerId: bytes.readBigInt64BE(43).toString(),
      inTransaction: (attributes & 0x10) !== 0,
    },
  }
  const { batchContext, isControlRecord } = batch
  const packed = bytes.subarray(headerBytes)
  const codec: CodecName | undefined = codecNames[attributes & 0x07]
  const before = into.length
  let size = 0
  try {
    if (codec === undefined) throw new Uninflatable(`unknown codec ${attributes & 0x07}`)
    // A batch that compaction left empty has nothing to inflate.
    const count = bytes.readInt32BE(57)
    if (count > mostRecords) throw new Uninflatable(`more than ${mostRecords} records`)
    const plain = count === 0 ? Buffer.alloc(0) : await inflate(codec, packed, largestInflated)
    size = plain.length
    decodeRecords(plain, count, batch, into)
  } catch (error) {
    into.length = before
    const unreadable = error instanceof Error ? error.message : String(error)
    const place = { offset: String(last), timestamp: latest, key: null, value: packed, headers: {} }
    into.push({ ...place, batchContext, isControlRecord, unreadable })
  }
  if (into.length === before || into.at(-1)?.offset !== String(last)) {
    const nothing = { timestamp: latest, key: null, value: null, headers: {} }
    into.push({ ...nothing, batchContext, offset: String(last), isControlRecord: true })
  }
  return size
}

interface BatchHeader extends Pick<FetchedRecord, 'batchContext' | 'isControlRecord'> {
  readonly first: number
  readonly earliest: number
  readonly latest: number | null
}

function decodeRecords(bytes: Buffer, count: number, batch: BatchHeader, into: FetchedRecord[]): void {
  const reader = new VariableReader(bytes)
  const { first, earliest, latest, batchContext, isControlRecord } = batch
  for (let index = 0; index < count; index += 1) {
    const length = reader.integer()
    const end = reader.at + length
    if (length < 0 || end > bytes.length) throw new Uninflatable('a record is cut off')
    reader.at += 1
    const timestamp = earliest + reader.integer()
    const offset = String(first + reader.integer())
    const key = reader.bytes()
    const value = reader.bytes()
    const headers: Record<string, string> = {}
    for (let left = reader.integer(); left > 0; left -= 1) {
      const name = reader.bytes()?.toString() ?? ''
      headers[name] = reader.bytes()?.toString() ?? ''
    }
    reader.at = end
    into.push({ offset, timestamp: latest ?? timestamp, key, value, headers, isControlRecord, batchContext })
  }
}

/** Variable-length integers, zigzag, least significant group first. */
class VariableReader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  integer(): number {
    let result = 0
    let factor = 1
    for (;;) {
      const byte = this.#bytes[this.at]
      if (byte === undefined) throw new Uninflatable('a record is cut off')
      this.at += 1
      // By multiplication: differences of times have more than 32 bits.
      result += (byte & 0x7f) * factor
      if (byte < 0x80) return result % 2 === 0 ? result / 2 : -(result + 1) / 2
      factor *= 128
    }
  }

  bytes(): Buffer | null {
    const length = this.integer()
    if (length < 0) return null
    const from = this.at
    this.at += length
    if (this.at > this.#bytes.length) throw new Uninflatable('a record is cut off')
    return this.#bytes.subarray(from, this.at)
  }
}

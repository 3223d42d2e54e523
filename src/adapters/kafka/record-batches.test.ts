import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/property.ts'
import { decodeRecordBatches } from './record-batches.ts'

const require = createRequire(import.meta.url)
interface Encoded {
  readonly buffer: Buffer
}
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<Encoded>
}
const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object

interface Written {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: object
}

/** What kafkajs sends to the brokers, with the offsets that they give. */
async function written(records: readonly Written[], first = 0, more: object = {}): Promise<Buffer> {
  const { buffer } = await RecordBatch({
    compression: 0,
    firstTimestamp: 1_700_000_000_000,
    maxTimestamp: 1_700_000_000_005,
    producerId: 7,
    lastOffsetDelta: records.length - 1,
    records: records.map((record, offsetDelta) =>
      Record({ ...record, offsetDelta, timestampDelta: offsetDelta }),
    ),
    ...more,
  })
  const bytes = Buffer.from(buffer)
  bytes.writeBigInt64BE(BigInt(first), 0)
  return bytes
}

const value = (text: string): Written => ({ key: null, value: Buffer.from(text) })

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array)))

describe('record batches', () => {
  test('come back as they were written', async () => {
    const record = fc.record({
      key: bytes,
      value: bytes,
      headers: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string()),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { maxLength: 3 }),
        fc.constantFrom(0, 1),
        async (batches, compression) => {
          const parts = []
          let first = 3_000_000_000
          const expected: object[] = []
          for (const batch of batches) {
            parts.push(await written(batch, first, { compression }))
            for (const [index, { key, value, headers }] of batch.entries()) {
              const timestamp = 1_700_000_000_000 + index
              expected.push({ offset: String(first + index), timestamp, key, value, headers: { ...headers } })
            }
            first += batch.length
          }
          const decoded = await decodeRecordBatches(Buffer.concat(parts))
          expect(
            decoded.map(({ offset, timestamp, key, value, headers }) => ({
              offset,
              timestamp,
              key,
              value,
              headers,
            })),
          ).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })
  test('with the log’s own time all records have it', async () => {
    const batch = await written([value('a'), value('b')])
    batch.writeInt16BE(0x08, 21)
    expect((await decodeRecordBatches(batch)).map(({ timestamp }) => timestamp)).toEqual([
      1_700_000_000_005, 1_700_000_000_005,
    ])
  })
  test('end where their header says, whatever compaction left', async () => {
    const some = await written([value('a')], 10, { lastOffsetDelta: 4 })
    const none = await written([], 15, { lastOffsetDelta: 2 })
    const shown = (await decodeRecordBatches(Buffer.concat([some, none]))).map(record => [
      record.offset,
      record.isControlRecord,
    ])
    expect(shown).toEqual([
      ['10', false],
      ['14', true],
      ['17', true],
    ])
  })
  test('cut off at the end of a fetch they are left for the next', async () => {
    const [one, other] = [await written([value('a')], 0), await written([value('b')], 1)]
    const whole = Buffer.concat([one, other])
    for (const length of [one.length, one.length + 30, whole.length - 1])
      expect(await decodeRecordBatches(whole.subarray(0, length))).toHaveLength(1)
  })
  test('that nobody can read become one record with their bytes, the others stay', async () => {
    const bad = await written([value('a'), value('b')], 5)
    bad.writeInt16BE(3, 21)
    const decoded = await decodeRecordBatches(
      Buffer.concat([await written([value('x')], 4), bad, await written([value('y')], 7)]),
    )
    expect(decoded.map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([
      ['4', false],
      ['6', false],
      ['7', false],
    ])
    expect(decoded[1]?.unreadable).toMatch(/lz4/)
    expect(decoded[1]?.value?.equals(bad.subarray(61))).toBe(true)
  })
  test('of very many records, or one with very many headers, are no harder', async () => {
    const many = await written(Array.from({ length: 200_000 }, () => ({ key: null, value: null })))
    expect(await decodeRecordBatches(many)).toHaveLength(200_000)
    const headers = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`h${index}`, '']))
    const [record] = await decodeRecordBatches(await written([{ ...value('a'), headers }]))
    expect(Object.keys(record?.headers ?? {})).toHaveLength(50_000)
  })
})

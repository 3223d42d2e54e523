import { expect } from 'vitest'
import type { OutgoingRecord } from '../../src/ports/log.ts'
import { partitionOf } from '../../src/ports/murmur2.ts'
import { type LogCase, logCase, outgoing, readAll, text } from './log-bed.ts'

const partitions = 3

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')

export const recordCases: readonly LogCase[] = [
  logCase('records of a key stay in order, in the partition of its murmur2', async (log, bed) => {
    const topic = await bed.topic(partitions)
    const keys = ['21', 'foobar', 'a-little-bit-long-string', 'é', '漢字', '']
    for (let send = 0; send < 5; send++)
      await log.producer.send(
        [0, 1, 2].flatMap(turn => keys.map(key => outgoing(topic, key, `${key}/${send * 3 + turn}`))),
      )
    const read = await readAll(log, topic, keys.length * 15)
    for (const key of keys) {
      const partition = partitionOf(Buffer.from(key), partitions)
      const values = read.values(partition).filter(value => value?.startsWith(`${key}/`))
      expect(values).toEqual(Array.from({ length: 15 }, (_, turn) => `${key}/${turn}`))
    }
  }),
  logCase('offsets grow and timestamps do not fall', async (log, bed) => {
    const topic = await bed.topic(1)
    for (let send = 0; send < 10; send++)
      await log.producer.send([outgoing(topic, 'a', `${send}`), outgoing(topic, 'b', `${send}`)])
    const records = (await readAll(log, topic, 20)).records(0)
    expect(records).toHaveLength(20)
    for (const [index, record] of records.entries()) {
      expect(Number.isSafeInteger(record.timestamp)).toBe(true)
      const before = records[index - 1]
      if (before === undefined) continue
      expect(record.offset).toBeGreaterThan(before.offset)
      expect(record.timestamp).toBeGreaterThanOrEqual(before.timestamp)
    }
  }),
  logCase('keys, values and headers come back byte for byte, null and empty too', async (log, bed) => {
    const topic = await bed.topic(1)
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const large = Buffer.alloc(300_000, 'large')
    const sent: OutgoingRecord[] = [
      { topic, key: bytes, value: bytes, headers: { ce_id: 'router/rfis/0@1.0', note: 'é 漢字 😀' } },
      { topic, key: null, value: null, headers: {} },
      { topic, key: 'Ünï', value: null, headers: { empty: '' } },
      { topic, key: 'Ünï', value: new Uint8Array(0), headers: {} },
      { topic, key: 'large', value: large, headers: {} },
    ]
    await log.producer.send(sent)
    const got = (await readAll(log, topic, sent.length)).records()
    expect(got.map(({ key, value, headers }) => ({ key: hex(key), value: hex(value), headers }))).toEqual(
      sent.map(({ key, value, headers }) => ({
        key: hex(typeof key === 'string' ? Buffer.from(key) : key),
        value: hex(value),
        headers,
      })),
    )
  }),
  logCase('records without a key go to one partition', async (log, bed) => {
    const topic = await bed.topic(partitions)
    for (let index = 0; index < 9; index++) await log.producer.send([outgoing(topic, null, `${index}`)])
    const read = await readAll(log, topic, 9)
    expect(new Set(read.batches().map(({ partition }) => partition)).size).toBe(1)
    expect(read.values()).toEqual(Array.from({ length: 9 }, (_, index) => `${index}`))
  }),
  logCase('one send may go to several topics', async (log, bed) => {
    const [first, second] = [await bed.topic(1), await bed.topic(2)]
    await log.producer.send([
      outgoing(first, 'a', '1'),
      outgoing(second, 'a', '2'),
      outgoing(first, 'a', '3'),
    ])
    expect((await readAll(log, first, 2)).values()).toEqual(['1', '3'])
    expect((await readAll(log, second, 1)).values()).toEqual(['2'])
  }),
  logCase('sends may overlap, from two handles', async (log, bed) => {
    const topic = await bed.topic(2)
    const other = await bed.open()
    await Promise.all(
      Array.from({ length: 40 }, (_, send) =>
        (send % 2 === 0 ? log : other).producer.send(
          ['a', 'b', 'c'].map(part => outgoing(topic, 'the key', `${send}${part}`)),
        ),
      ),
    )
    const values = (await readAll(log, topic, 120)).values()
    expect(values).toHaveLength(120)
    for (let send = 0; send < 40; send++)
      expect(values.filter(value => value?.slice(0, -1) === `${send}`)).toEqual(
        ['a', 'b', 'c'].map(part => `${send}${part}`),
      )
  }),
  logCase('a topic that is not there is refused for good', async (log, bed) => {
    const topic = `${await bed.topic(1)}-not-there`
    await expect(log.partitions(topic)).rejects.toMatchObject({ code: 'configuration', retryable: false })
    await expect(log.producer.send([outgoing(topic, 'a', 'x')])).rejects.toMatchObject({ retryable: false })
  }),
  logCase('partitions tells their number; an empty send is nothing', async (log, bed) => {
    const topic = await bed.topic(partitions)
    expect(await log.partitions(topic)).toBe(partitions)
    await log.producer.send([])
    expect(await log.inspect({ topic, partition: 0 }, { offset: 0, timestamp: null }, 'nobody')).toEqual({
      start: 0,
      end: 0,
      committed: null,
      continues: true,
    })
  }),
  logCase('inspect: where a partition starts and ends, and whether it continues', async (log, bed) => {
    const topic = await bed.topic(1)
    const place = { topic, partition: 0 }
    await log.producer.send(['1', '2', '3'].map(value => outgoing(topic, 'a', value)))
    const [, second] = (await readAll(log, topic, 3)).records()
    const at = { offset: (second?.offset ?? 0) + 1, timestamp: second?.timestamp ?? 0 }
    expect(await log.inspect(place, at, 'nobody')).toEqual({
      start: 0,
      end: 3,
      committed: null,
      continues: true,
    })
    expect(
      (await log.inspect(place, { ...at, timestamp: at.timestamp - 3_600_000 }, 'nobody')).continues,
    ).toBe(false)
    expect((await log.inspect(place, { offset: 0, timestamp: null }, 'nobody')).continues).toBe(true)
    expect(text(second?.value ?? null)).toBe('2')
  }),
]

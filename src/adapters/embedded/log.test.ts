import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutgoingRecord } from '../../ports/log.ts'
import { type Database, openDatabase } from './database.ts'
import { type EmbeddedLog, openEmbeddedLog } from './log.ts'

let directory: string
let database: Database
let log: EmbeddedLog
let now = 0

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-'))
  database = openDatabase(directory, { synchronous: 'off' })
  log = openEmbeddedLog(database, { now: () => now })
})
afterEach(async () => {
  await log.close()
  database.close()
  rmSync(directory, { recursive: true })
})

const record = (topic: string, value: Uint8Array | null = null): OutgoingRecord => ({
  topic,
  key: 'key',
  value,
  headers: {},
})

test('a clock that goes back does not take timestamps with it', async () => {
  log.ensureTopics(['one', 'two'], 1)
  for (const [at, topic] of [
    [100, 'one'],
    [90, 'one'],
    [95, 'two'],
    [120.7, 'one'],
  ] as const) {
    now = at
    await log.producer.send([record(topic)])
  }
  const timestamps = (topic: string) =>
    log.read({ topic, partition: 0 }, 0, 10).map(({ timestamp }) => timestamp)
  expect(timestamps('one')).toEqual([100, 100, 120])
  expect(timestamps('two')).toEqual([95])
})

test('a value that several records of a send share is held once, and read from each', async () => {
  log.ensureTopics(['one', 'two'], 1)
  const [shared, other] = [new Uint8Array([1, 2]), new Uint8Array([1, 2])]
  const values = [shared, null, other, shared]
  for (const owed of [true, false])
    await log.producer.send(
      values.flatMap(value => [record('one', value), record('two', value)]),
      { owed },
    )
  for (const topic of ['one', 'two'])
    expect(log.read({ topic, partition: 0 }, 0, 10).map(({ value }) => value)).toEqual([...values, ...values])
  expect(database.get('SELECT count(value) AS n FROM log_records')).toEqual({ n: 4 })
})

describe('topics', () => {
  test('keep the number of partitions they were made with', async () => {
    log.ensureTopics(['one'], 3)
    log.ensureTopics(['one', 'two'])
    expect([await log.partitions('one'), await log.partitions('two')]).toEqual([3, 4])
    expect(() => log.ensureTopics(['new', 'one'], 4)).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
    expect(() => log.ensureTopics(['one'], 0)).toThrow(expect.objectContaining({ code: 'configuration' }))
  })

  test('made through another handle are seen', async () => {
    const second = openDatabase(directory)
    openEmbeddedLog(second, { now: () => now }).ensureTopics(['late'], 2)
    await log.producer.send([record('late')])
    expect(await log.partitions('late')).toBe(2)
    second.close()
  })

  test('are no business of one another', async () => {
    log.ensureTopics(['one', 'two'], 2)
    await log.producer.send([record('one'), record('two'), record('two')])
    expect(log.ends().map(({ topic, end }) => `${topic} ${end}`)).toEqual([
      'one 0',
      'one 1',
      'two 0',
      'two 2',
    ])
  })
})

test('a batch is cut by size, and holds at least one record', async () => {
  log.ensureTopics(['one'], 1)
  await log.producer.send(Array.from({ length: 5 }, () => record('one', new Uint8Array(3_000_000))))
  const sizes: number[] = []
  const consumer = log.consumer({ group: 'g', topics: ['one'], batchRecords: 100 })
  await consumer.run({
    assigned: async () => ({ kind: 'from', offset: 0 }),
    async batch({ records, to }) {
      sizes.push(records.length)
      if (to === 5) void consumer.stop()
      return { kind: 'advanced', next: to }
    },
    revoked: async () => undefined,
  })
  expect(sizes).toEqual([2, 2, 1])
})

test('an answer outside its batch is a bug', async () => {
  log.ensureTopics(['one'], 1)
  await log.producer.send([record('one')])
  const running = log.consumer({ group: 'g', topics: ['one'], batchRecords: 1 }).run({
    assigned: async () => ({ kind: 'from', offset: 0 }),
    batch: async ({ to }) => ({ kind: 'advanced', next: to + 1 }),
    revoked: async () => undefined,
  })
  await expect(running).rejects.toThrow(RangeError)
})

test('a handler that throws ends the consumer, and run says why', async () => {
  log.ensureTopics(['one'], 1)
  await log.producer.send([record('one')])
  const revoked: number[] = []
  const consumer = log.consumer({ group: 'g', topics: ['one'], batchRecords: 1 })
  const running = consumer.run({
    assigned: async () => ({ kind: 'from', offset: 0 }),
    batch: () => Promise.reject(new Error('a bug')),
    revoked: async ({ partition }) => void revoked.push(partition),
  })
  await expect(running).rejects.toThrow('a bug')
  expect(revoked).toEqual([0])
  await consumer.stop()
})

describe('imported records', () => {
  const copy = (offset: number, timestamp: number) => ({ ...record('one'), key: null, offset, timestamp })

  test('keep offsets, gaps and timestamps, and are built upon', async () => {
    log.ensureTopics(['one'], 1)
    log.importRecords('one', 0, [copy(5, 50), copy(9, 50)])
    now = 10
    await log.producer.send([record('one')])
    const read = log.read({ topic: 'one', partition: 0 }, 0, 10)
    expect(read.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      [5, 50],
      [9, 50],
      [10, 50],
    ])
    const at = { offset: 9, timestamp: 50 }
    expect(await log.inspect({ topic: 'one', partition: 0 }, at, 'g')).toEqual({
      start: 5,
      end: 11,
      committed: null,
      continues: true,
    })
  })

  test('are refused below the end, whole', () => {
    log.ensureTopics(['one'], 1)
    log.importRecords('one', 0, [copy(3, 50)])
    for (const refused of [[copy(4, 60), copy(3, 60)], [copy(4, 49)]])
      expect(() => log.importRecords('one', 0, refused)).toThrow(
        expect.objectContaining({ code: 'configuration' }),
      )
    expect(log.ends()).toEqual([{ topic: 'one', partition: 0, end: 4 }])
  })
})

import { setTimeout } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/adapters/kafka/client.ts'
import type { KafkaLog } from '../../src/adapters/kafka/log.ts'
import type { Stretch, TopicRecord } from '../../src/ports/log.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { type KafkaBed, kafkaLog } from './kafka-bed.ts'
import { consuming, outgoing, Recorder, readAll, text } from './log-bed.ts'

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`)

async function collect(log: KafkaLog, stretches: readonly Stretch[]): Promise<TopicRecord[]> {
  const records: TopicRecord[] = []
  for await (const record of log.scan(stretches)) records.push(record)
  return records
}

/** Whether the batches of a partition lead from `start` to `end`, each beginning where the last one ended. */
function expectChain(recorder: Recorder, partition: number, start: number, end: number): void {
  let reached = start
  for (const { from, to, records } of recorder.batches(partition)) {
    expect(from).toBe(reached)
    expect(to).toBeGreaterThan(from)
    for (const { offset } of records) expect(offset >= from && offset < to).toBe(true)
    reached = to
  }
  expect(reached).toBe(end)
}

liveDescribe('what lies in Kafka', { needs: ['kafka'] }, () => {
  let bed: KafkaBed
  let log: KafkaLog
  beforeAll(async () => {
    bed = await kafkaLog()
    log = await bed.open()
  })
  afterAll(() => bed?.dispose())

  /** Reads partition 0 up to its end and checks the chain. */
  async function readThrough(topic: string): Promise<Recorder> {
    const [stretch] = await log.stretches([topic])
    const recorder = new Recorder()
    const end = stretch?.end ?? 0
    await consuming(log, topic, recorder, ({ until }) =>
      until('the end', () => recorder.batches().at(-1)?.to === end),
    )
    expectChain(recorder, 0, 0, end)
    return recorder
  }

  describe.concurrent('compressed', () => {
    // The brokers pack them: their clients are Java's, with Java's framing.
    test.for(['gzip', 'snappy', 'lz4', 'zstd'])('by %s', async codec => {
      const topic = await bed.topic(1, { 'compression.type': codec })
      const sent = numbers(0, 500).map(number => `${number} ${'request for information '.repeat(20)}`)
      await log.producer.send(sent.map(value => outgoing(topic, null, value)))
      expect((await readAll(log, topic, sent.length)).values()).toEqual(sent)
    })
    test('by another client, among records that are not', async () => {
      const topic = await bed.topic(1)
      const producer = new Producer({
        clientId: 'other',
        bootstrapBrokers: servers().kafkaBrokers.split(','),
      })
      for (const compression of ['zstd', 'none', 'gzip'] as const)
        await producer.send({
          compression,
          messages: numbers(0, 3).map(value => ({
            topic: `${bed.prefix}${topic}`,
            partition: 0,
            key: Buffer.from('key'),
            value: Buffer.from(`${compression} ${value}`),
            headers: new Map([[Buffer.from('ce_id'), Buffer.from(value)]]),
          })),
        })
      await producer.close()
      const records = (await readAll(log, topic, 9)).records()
      expect(records.map(({ value }) => text(value))).toEqual(
        ['zstd', 'none', 'gzip'].flatMap(codec => numbers(0, 3).map(number => `${codec} ${number}`)),
      )
      expect(records.map(({ headers }) => headers.ce_id)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2].map(String))
    })
    test('a hundred thousandfold: one record with the bytes, and on', async () => {
      const topic = await bed.topic(1, { 'max.message.bytes': '2097152' })
      const producer = new Producer({ clientId: 'bomb', bootstrapBrokers: servers().kafkaBrokers.split(',') })
      const zeros = Buffer.alloc(70 * 1024 * 1024)
      await producer.send({
        compression: 'zstd',
        messages: [{ topic: `${bed.prefix}${topic}`, partition: 0, value: zeros }],
      })
      await producer.close()
      await log.producer.send([outgoing(topic, null, 'after')])
      const [bomb, after] = (await readAll(log, topic, 2)).records()
      expect(bomb?.value?.length).toBeLessThan(100_000)
      expect(bomb?.offset).toBe(0)
      expect(text(after?.value ?? null)).toBe('after')
    })
  })

  test('transactions: markers and aborted records are part of the chain', async () => {
    const topic = await bed.topic(1)
    const kafka = createClient({ brokers: servers().kafkaBrokers.split(',') })
    const producer = kafka.producer({
      transactionalId: `${bed.prefix}tx`,
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner: () => () => 0,
    })
    await producer.connect()
    const write = async (commit: boolean, from: number, to: number) => {
      const transaction = await producer.transaction()
      const messages = numbers(from, to).map(value => ({ value, partition: 0 }))
      await transaction.send({ topic: `${bed.prefix}${topic}`, messages })
      await (commit ? transaction.commit() : transaction.abort())
    }
    await write(true, 0, 5)
    await write(false, 5, 10)
    await write(false, 10, 15)
    await write(true, 20, 25)
    await write(false, 30, 33)
    await producer.disconnect()
    const recorder = await readThrough(topic)
    expect(recorder.values()).toEqual([...numbers(0, 5), ...numbers(20, 25)])
    const scanned = await collect(log, await log.stretches([topic]))
    expect(scanned.map(({ value }) => text(value))).toEqual(recorder.values())
  })

  test('compacted: what is gone is part of the chain', async () => {
    const topic = await bed.topic(1, {
      'cleanup.policy': 'compact',
      'segment.ms': '200',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '1',
      'max.compaction.lag.ms': '200',
    })
    const large = 'v'.repeat(500)
    for (let round = 0; round < 4; round += 1) {
      await log.producer.send(numbers(0, 20).map(key => outgoing(topic, key, `${round} ${large}`)))
      await setTimeout(250)
    }
    let left = 80
    const nudge = async () => {
      await log.producer.send([outgoing(topic, 'last', large)])
      left = (await collect(log, await log.stretches([topic]))).length
    }
    // Only closed segments are compacted, and a record closes the one before it.
    for (const end = performance.now() + 40_000; left > 60 && performance.now() < end; ) {
      await setTimeout(500)
      await nudge()
    }
    expect(left).toBeLessThan(60)
    const recorder = await readThrough(topic)
    expect(new Set(recorder.records().map(({ key }) => text(key)))).toEqual(
      new Set([...numbers(0, 20), 'last']),
    )
  })

  test('records deleted under a consumer: the chain breaks, and it is asked where to go on', async () => {
    const topic = await bed.topic(1)
    await log.producer.send(numbers(0, 100).map(value => outgoing(topic, null, value)))
    const admin = await log.admin()
    await admin.fetchTopicMetadata({ topics: [`${bed.prefix}${topic}`] })
    await admin.deleteTopicRecords({
      topic: `${bed.prefix}${topic}`,
      partitions: [{ partition: 0, offset: '60' }],
    })
    class Asked extends Recorder {
      override start = (_place: unknown, kept: number | undefined) => {
        const asked = this.calls.filter(({ kind }) => kind === 'assigned').length
        return { kind: 'from' as const, offset: asked === 1 ? 10 : (kept ?? 60) }
      }
    }
    const recorder = new Asked()
    await consuming(log, topic, recorder, ({ until }) =>
      until('the last', () => recorder.values().includes('99')),
    )
    expectChain(recorder, 0, 60, 100)
    expect(await log.inspect({ topic, partition: 0 }, { offset: 10, timestamp: 1 }, 'x')).toMatchObject({
      start: 60,
      end: 100,
      committed: null,
    })
  })

  test('made anew under the same name: it does not continue', async () => {
    const topic = await bed.topic(1)
    const name = `${bed.prefix}${topic}`
    const fill = () => log.producer.send(numbers(0, 20).map(value => outgoing(topic, null, value)))
    await fill()
    const [record] = (await readAll(log, topic, 20)).records().slice(9)
    const at = { offset: 10, timestamp: record?.timestamp ?? 0 }
    const look = () => log.inspect({ topic, partition: 0 }, at, 'x')
    expect((await look()).continues).toBe(true)
    const admin = await log.admin()
    await admin.deleteTopics({ topics: [name] })
    for (let made = false; !made; await setTimeout(100))
      made = await admin
        .createTopics({
          topics: [
            {
              topic: name,
              numPartitions: 1,
              configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
            },
          ],
        })
        .catch(() => false)
    for (let sent = false; !sent; )
      sent = await fill().then(
        () => true,
        () => false,
      )
    expect(await look()).toMatchObject({ start: 0, continues: false })
  })

  test('a second member: all is shared out anew, nothing is read by neither', async () => {
    const topic = await bed.topic(4)
    const other = await bed.open()
    // As the store does for both: a position moves only from where it was.
    const positions = new Map<number, number>()
    const done: string[] = []
    class Member extends Recorder {
      override start = ({ partition }: { readonly partition: number }) => ({
        kind: 'from' as const,
        offset: positions.get(partition) ?? 0,
      })
      override async answer(batch: Parameters<Recorder['answer']>[0]) {
        await setTimeout(5)
        await batch.heartbeat()
        if ((positions.get(batch.partition) ?? 0) !== batch.from) return { kind: 'restart' as const }
        positions.set(batch.partition, batch.to)
        done.push(...batch.records.map(({ value }) => text(value) ?? ''))
        return super.answer(batch)
      }
    }
    const [one, two] = [new Member(), new Member()]
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at += 10)
        await log.producer.send(numbers(at, at + 10).map(value => outgoing(topic, value, value)))
    }
    const sending = send(0, 200)
    await consuming(log, topic, one, async ({ until }) => {
      await until('some', () => done.length > 50)
      await consuming(other, topic, two, async () => {
        await until('a share for the second', () => two.calls.length > 0)
        await sending
        await send(200, 400)
        await until('both at work', () => two.records().length > 0)
        expect(await log.groupMembers(`group-of-${topic}`)).toHaveLength(2)
      })
      await until('all', () => done.length >= 400)
    })
    expect(done.map(Number).sort((a, b) => a - b)).toEqual(numbers(0, 400).map(Number))
    expect(one.calls.filter(({ kind }) => kind === 'revoked').length).toBeGreaterThanOrEqual(4)
  })

  test('a partition that waits holds up none of those fetched with it, and goes on unbroken', async () => {
    const topic = await bed.topic(2)
    const gate = Promise.withResolvers<void>()
    class Waiting extends Recorder {
      under = 0
      override async answer(batch: Parameters<Recorder['answer']>[0]) {
        if (batch.partition === 0) {
          this.under += 1
          expect(this.under).toBe(1)
          for (let open = false; !open; await batch.heartbeat())
            open = await Promise.race([gate.promise.then(() => true), setTimeout(100, false)])
          this.under -= 1
        }
        return super.answer(batch)
      }
    }
    const recorder = new Waiting()
    const [zeroth, first] = ['21', 'abc'] as const
    const send = (from: number, to: number) =>
      log.producer.send(
        numbers(from, to).flatMap(value => [outgoing(topic, zeroth, value), outgoing(topic, first, value)]),
      )
    await send(0, 5)
    await consuming(
      log,
      topic,
      recorder,
      async ({ until }) => {
        try {
          await until('both', () => recorder.batches(0).length > 0 && recorder.values(1).length >= 5)
          for (let round = 1; round <= 3; round += 1) {
            await send(5 * round, 5 * round + 5)
            await until('the neighbour', () => recorder.values(1).length >= 5 * round + 5)
          }
          expect(recorder.batches(0)).toHaveLength(1)
        } finally {
          gate.resolve()
        }
        await until('the one that waited', () => recorder.values(0).length >= 20)
      },
      3,
    )
    for (const partition of [0, 1]) {
      expect(recorder.values(partition)).toEqual(numbers(0, 20))
      expectChain(recorder, partition, 0, 20)
    }
    // Nobody was asked again: it was no rebalance that let the neighbour go on.
    expect(recorder.calls.filter(({ kind }) => kind === 'assigned')).toHaveLength(2)
  })

  test('a handler without any sign of life loses its partitions, and joins again when it is back', async () => {
    const topic = await bed.topic(2)
    const options = { sessionTimeout: 60_000, handlerPatience: 1000, heartbeatInterval: 300 }
    const [stuck, other] = [await bed.open(options), await bed.open(options)]
    const gate = Promise.withResolvers<void>()
    class Stuck extends Recorder {
      override async answer(batch: Parameters<Recorder['answer']>[0]) {
        await gate.promise
        return super.answer(batch)
      }
    }
    const [one, two] = [new Stuck(), new Recorder()]
    await log.producer.send(numbers(0, 40).map(value => outgoing(topic, value, value)))
    await consuming(stuck, topic, one, async ({ until }) => {
      await until('both stuck', () => one.batches().length >= 2)
      await consuming(other, topic, two, async () => {
        await until('all at the other', () => two.records().length >= 40)
        const before = one.calls.length
        gate.resolve()
        await until('a share again', () => one.calls.slice(before).some(({ kind }) => kind === 'assigned'))
      })
    })
  })

  test('a reader: stretches by time, to their ends and no further, slowly or broken off', async () => {
    const topic = await bed.topic(2)
    const send = (from: number, to: number) =>
      log.producer.send(numbers(from, to).map(value => outgoing(topic, value, value)))
    await send(0, 100)
    await setTimeout(20)
    const since = Date.now()
    await setTimeout(20)
    await send(100, 150)
    const all = await log.stretches([topic])
    expect(all.map(({ partition }) => partition)).toEqual([0, 1])
    await send(150, 160)
    const values = (records: readonly TopicRecord[]) =>
      records.map(({ value }) => Number(text(value))).sort((a, b) => a - b)
    expect(values(await collect(log, all))).toEqual(numbers(0, 150).map(Number))
    expect(values(await collect(log, await log.stretches([topic], since)))).toEqual(
      numbers(100, 160).map(Number),
    )
    // For ever, until it is told to end.
    const stopping = new AbortController()
    const followed: TopicRecord[] = []
    const endless = all.map(stretch => ({ ...stretch, start: stretch.end, end: Number.POSITIVE_INFINITY }))
    for await (const record of log.scan(endless, stopping.signal)) {
      followed.push(record)
      if (followed.length === 10) await send(160, 165)
      if (followed.length === 15) stopping.abort()
    }
    expect(values(followed)).toEqual(numbers(150, 165).map(Number))
    for await (const _ of log.scan(all)) break
    const { groups } = await (await log.admin()).listGroups()
    expect(groups.filter(({ groupId }) => groupId.startsWith(`${bed.prefix}referral-router-reader`))).toEqual(
      [],
    )
  })
})

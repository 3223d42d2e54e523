import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { isRetryable } from '../../src/ports/errors.ts'
import type { Log } from '../../src/ports/log.ts'
import { type Logger, silent } from '../../src/ports/logger.ts'
import { type LocalKafka, startKafka } from '../support/servers/kafka.ts'
import { liveDescribe } from '../support/servers/servers.ts'
import { type KafkaBed, kafkaLog } from './kafka-bed.ts'
import { consuming, outgoing, Recorder } from './log-bed.ts'

/** Notes the events that tell of a wait. */
function listening(): { readonly logger: Logger; readonly waits: string[] } {
  const waits: string[] = []
  const note = (fields: object, event: string) => {
    if (event === 'waiting') waits.push(JSON.stringify(fields))
  }
  return { logger: { ...silent, warn: note }, waits }
}

/** Sends until it is taken, as lanes do. */
async function insist(log: Log, topic: string, text: string): Promise<void> {
  for (;;) {
    try {
      return await log.producer.send([outgoing(topic, text, text)])
    } catch (error) {
      if (!isRetryable(error)) throw error
      await setTimeout(100)
    }
  }
}

// Brokers of its own: they are killed.
liveDescribe('brokers that go away', { needs: [], own: ['kafka'] }, () => {
  let cluster: LocalKafka
  let bed: KafkaBed
  beforeAll(async () => {
    cluster = await startKafka()
    bed = await kafkaLog(cluster.brokers)
  })
  afterAll(async () => {
    await bed?.dispose()
    await cluster?.stop()
  })

  test('killed under a consumer and a producer, and back: both go on, nothing is lost', async () => {
    const { logger, waits } = listening()
    // The same member joins again: a new one would wait until the session of the former is over.
    const log = await bed.open({ logger, sessionTimeout: 60_000 })
    const topic = await bed.topic(3)
    const recorder = new Recorder()
    const sent: string[] = []
    const send = async (from: number, to: number) => {
      const texts = Array.from({ length: to - from }, (_, index) => `${from + index}`)
      sent.push(...texts)
      for (const text of texts) await insist(log, topic, text)
    }
    const missing = () => {
      const read = new Set(recorder.values())
      return sent.filter(text => !read.has(text))
    }
    await consuming(log, topic, recorder, async ({ until }) => {
      await send(0, 50)
      await until('the first', () => missing().length === 0)
      const sending = send(50, 150)
      await cluster.kill()
      await until('a wait that is told', () => waits.length > 0)
      await expect(
        log.inspect({ topic, partition: 0 }, { offset: 0, timestamp: null }, 'x'),
      ).rejects.toMatchObject({ retryable: true })
      await cluster.restart()
      await sending
      await until('the rest', () => missing().length === 0)
    })
    // Every partition as a chain: what was read is what lies there, each offset once.
    for (const partition of [0, 1, 2]) {
      const offsets = recorder.records(partition).map(({ offset }) => offset)
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b))
    }
    expect(recorder.calls.filter(({ kind }) => kind === 'assigned').length).toBeGreaterThan(3)
    expect(waits.join()).toMatch(/consuming as/)
  })

  test('silent for longer than a session: the consumer comes back by itself', async () => {
    const log = await bed.open({ sessionTimeout: 1500 })
    const topic = await bed.topic(1)
    const recorder = new Recorder()
    await consuming(log, topic, recorder, async ({ until }) => {
      await insist(log, topic, 'before')
      await until('one', () => recorder.values().includes('before'))
      cluster.pause()
      await setTimeout(4000)
      cluster.resume()
      await insist(log, topic, 'after')
      await until('the other', () => recorder.values().includes('after'))
    })
    expect(new Set(recorder.values())).toEqual(new Set(['before', 'after']))
  })

  test('not there from the start: all that is asked says so, a consumer waits, and stops when told', async () => {
    const { logger, waits } = listening()
    const log = await openKafka({ brokers: ['127.0.0.1:1'], logger })
    const unreachable = { code: 'unavailable', retryable: true }
    await expect(log.partitions('topic')).rejects.toMatchObject(unreachable)
    await expect(log.producer.send([outgoing('topic', 'a', 'a')])).rejects.toMatchObject(unreachable)
    const consumer = log.consumer({ group: 'group', topics: ['topic'], batchRecords: 1 })
    const running = consumer.run(new Recorder())
    while (waits.length === 0) await setTimeout(10)
    await consumer.stop()
    await running
    await log.close()
  })
})

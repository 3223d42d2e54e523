import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRetryable } from '../../src/ports/errors.ts'
import { eventually } from '../support/servers/eventually.ts'
import { type LocalKafka, startKafka } from '../support/servers/kafka.ts'
import { liveDescribe } from '../support/servers/servers.ts'
import { type KafkaBed, kafkaLog } from './kafka-bed.ts'
import { consuming, outgoing, Recorder } from './log-bed.ts'

/** Partition of __consumer_offsets that keeps a group, of as many as local brokers make: Java's hash of the name. */
function keptIn(group: string, partitions: number): number {
  let hash = 0
  for (const character of group) hash = (Math.imul(31, hash) + character.charCodeAt(0)) | 0
  return (hash & 0x7fffffff) % partitions
}

// Brokers of its own: they are killed.
liveDescribe('the broker that keeps the group', { needs: [], own: ['kafka'] }, () => {
  let cluster: LocalKafka
  let bed: KafkaBed
  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 })
    bed = await kafkaLog(cluster.brokers)
  })
  afterAll(async () => {
    await bed?.dispose()
    await cluster?.stop()
  })

  test('killed: the same members join again as soon as another one keeps it', async () => {
    // Far longer than this may take: whoever waits until the session of a former member is over fails.
    const options = { sessionTimeout: 60_000, heartbeatInterval: 300 }
    const [log, other] = [await bed.open(options), await bed.open(options)]
    const topic = await bed.topic(4, {}, 3)
    const group = `${bed.prefix}referral-router-group-of-${topic}`
    const keeper = async () => {
      const { topics } = await (await log.admin()).fetchTopicMetadata({ topics: ['__consumer_offsets'] })
      const places = topics[0]?.partitions ?? []
      return places.find(({ partitionId }) => partitionId === keptIn(group, places.length))?.leader ?? -1
    }
    const sent: string[] = []
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at += 1) {
        sent.push(`${at}`)
        for (let done = false; !done; )
          try {
            await log.producer.send([outgoing(topic, `${at}`, `${at}`)])
            done = true
          } catch (error) {
            if (!isRetryable(error)) throw error
            await setTimeout(100)
          }
      }
    }
    const [one, two] = [new Recorder(), new Recorder()]
    const allRead = () => {
      const read = new Set([...one.values(), ...two.values()])
      return sent.every(value => read.has(value))
    }
    await consuming(log, topic, one, async () => {
      await consuming(other, topic, two, async ({ until }) => {
        await send(0, 40)
        await until('a share for both', () => two.calls.length > 0 && allRead())
        const former = await keeper()
        expect(former).toBeGreaterThan(0)
        await cluster.kill(former - 1)
        await send(40, 80)
        await eventually('all read', async () => allRead(), { within: 25_000 })
        expect(await log.groupMembers(`group-of-${topic}`)).toHaveLength(2)
      })
    })
  })
})

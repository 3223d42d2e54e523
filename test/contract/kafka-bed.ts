import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { KafkaOptions } from '../../src/adapters/kafka/client.ts'
import { type KafkaLog, openKafka } from '../../src/adapters/kafka/log.ts'
import { servers } from '../support/servers/servers.ts'
import type { LogBed } from './log-bed.ts'

export interface KafkaBed extends LogBed {
  open(options?: Partial<KafkaOptions>): Promise<KafkaLog>
  /** Settings as Kafka calls them. */
  topic(partitions: number, settings?: Readonly<Record<string, string>>, copies?: number): Promise<string>
  /** Of every topic and group. */
  readonly prefix: string
}

/** Topics of a prefix of its own, with the log's time; they and the prefix's groups are removed afterwards. */
export async function kafkaLog(brokers: string = servers().kafkaBrokers): Promise<KafkaBed> {
  const prefix = `test-${randomUUID().slice(0, 8)}-`
  const handles: KafkaLog[] = []
  const topics: string[] = []
  async function open(options: Partial<KafkaOptions> = {}): Promise<KafkaLog> {
    const handle = await openKafka({
      brokers: brokers.split(','),
      topicPrefix: prefix,
      sessionTimeout: 6000,
      heartbeatInterval: 300,
      ...options,
    })
    handles.push(handle)
    return handle
  }
  const own = await open()
  return {
    prefix,
    open,
    async topic(partitions, settings = {}, copies = 1) {
      const topic = `topic-${topics.length}`
      topics.push(topic)
      const admin = await own.admin()
      const configEntries = Object.entries({ 'message.timestamp.type': 'LogAppendTime', ...settings }).map(
        ([name, value]) => ({ name, value }),
      )
      await admin.createTopics({
        waitForLeaders: false,
        topics: [
          { topic: `${prefix}${topic}`, numPartitions: partitions, replicationFactor: copies, configEntries },
        ],
      })
      // Brokers hear of it one after another, and one that hasn't says that there is no such topic.
      for (const end = performance.now() + 10_000; performance.now() < end; ) {
        const led = await own.stretches([topic]).then(
          found => found.length === partitions,
          () => false,
        )
        if (led) break
        await setTimeout(20)
      }
      return topic
    },
    async dispose() {
      for (const handle of handles) if (handle !== own) await handle.close()
      const admin = await own.admin()
      if (topics.length > 0) await admin.deleteTopics({ topics: topics.map(topic => `${prefix}${topic}`) })
      const { groups } = await admin.listGroups()
      const left = groups.map(({ groupId }) => groupId).filter(group => group.startsWith(prefix))
      if (left.length > 0) await admin.deleteGroups(left).catch(() => undefined)
      await own.close()
    },
  }
}

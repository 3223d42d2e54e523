import { randomUUID } from 'node:crypto'
import type { Admin } from 'kafkajs'
import { misconfigured, PortError } from '../../ports/errors.ts'
import type { Log, LogConsumer, LogReader, Stretch, TopicPartition, TopicRecord } from '../../ports/log.ts'
import { silent } from '../../ports/logger.ts'
import { systemTime } from '../system-time.ts'
import { createAdmin } from './admin.ts'
import { createClient, type KafkaOptions } from './client.ts'
import { createConsumer } from './consumer.ts'
import { createOffsets } from './offsets.ts'
import { createProducer } from './producer.ts'
import { scan } from './scan.ts'
import { createSender, openProducer } from './sender.ts'

export interface GroupMember {
  readonly memberId: string
  readonly clientId: string
  /** Address it connects from. */
  readonly host: string
}

export interface KafkaLog extends Log, LogReader {
  /** A connected client for all that concerns topics themselves, in the cluster's names. Not to be disconnected. */
  admin(): Promise<Admin>
  /** The id that the brokers tell of their cluster; null where they tell none. */
  clusterId(): Promise<string | null>
  /** Sends go by these counts of partitions from now on, even when a topic has got more. */
  keepTo(counts: ReadonlyMap<string, number>): void
  /** Who consumes as `group` now. */
  groupMembers(group: string): Promise<GroupMember[]>
}

const defaultProducers = 2
const never = new AbortController().signal
/** ms to read one record. */
const peekPatience = 10_000

/**
 * The log on Kafka. Nothing is connected yet: brokers that are away are waited for by whoever asks for something, which
 * rejects with `unavailable` as long as they are.
 */
export async function openKafka(options: KafkaOptions): Promise<KafkaLog> {
  const { topicPrefix: prefix = '', logger = silent, time = systemTime } = options
  const kafka = createClient(options)
  const admin = createAdmin(kafka)
  const offsets = createOffsets(admin)
  const consumers = new Set<LogConsumer>()
  const topicName = (topic: string) => `${prefix}${topic}`
  const portName = (name: string) => name.slice(prefix.length)
  const groupName = (group: string) => `${prefix}referral-router-${group}`

  /** A count never changes under a running worker, so it is asked for once, and again after a send that failed. */
  const counts = new Map<string, Promise<number>>()
  function countOf(topic: string): Promise<number> {
    const known = counts.get(topic)
    if (known !== undefined) return known
    const asked = offsets.partitions(topicName(topic))
    counts.set(topic, asked)
    asked.catch(() => counts.delete(topic))
    return asked
  }

  let kept: ReadonlyMap<string, number> = new Map()
  /** Keys go on falling where they fell: of partitions that were added since, none is sent to. */
  async function sentTo(topic: string): Promise<number> {
    const [noted, there] = [kept.get(topic), await countOf(topic)]
    if (noted !== undefined && there < noted)
      throw misconfigured(`${topic} was recorded with ${noted} partitions and has ${there}`)
    return noted ?? there
  }

  const { producer, close: closeProducer } = createProducer({
    senders: Array.from({ length: options.producers ?? defaultProducers }, () =>
      createSender({ open: () => openProducer(kafka) }),
    ),
    partitions: sentTo,
    topicName,
    forget: () => counts.clear(),
  })

  async function* read(stretches: readonly Stretch[], signal = never): AsyncGenerator<TopicRecord> {
    const group = groupName(`reader-${randomUUID()}`)
    const named = stretches.map(stretch => ({ ...stretch, topic: topicName(stretch.topic) }))
    const { heartbeatInterval } = options
    try {
      yield* scan(named, { kafka, group, portName, heartbeatInterval }, signal)
    } finally {
      // Kafka forgets an empty group by itself, days later; a user without the right to leaves it to that.
      await admin.ask('removing a group', client => client.deleteGroups([group])).catch(() => undefined)
    }
  }

  /** The time of the record at an offset; null when there is none. */
  async function timestampAt(partition: TopicPartition, offset: number): Promise<number | null> {
    const stretch = { ...partition, start: offset, end: offset + 1 }
    const patience = AbortSignal.timeout(peekPatience)
    for await (const { timestamp } of read([stretch], patience)) return timestamp
    // Too slow an answer tells nothing about the record.
    if (patience.aborted)
      throw new PortError(
        'timeout',
        `${partition.topic}/${partition.partition} could not be read at ${offset} in time`,
        {
          retryable: true,
        },
      )
    return null
  }

  return {
    producer,
    consumer({ group, topics, batchRecords }) {
      const { sessionTimeout, handlerPatience, rebalanceTimeout, heartbeatInterval, concurrency } = options
      const consumer = createConsumer({
        kafka,
        group: groupName(group),
        topics: topics.map(topicName),
        portName,
        batchRecords,
        check: () => Promise.all(topics.map(topic => offsets.partitions(topicName(topic)))),
        logger,
        time,
        sessionTimeout,
        handlerPatience,
        rebalanceTimeout,
        heartbeatInterval,
        concurrency,
      })
      consumers.add(consumer)
      return consumer
    },
    partitions: topic => offsets.partitions(topicName(topic)),
    async inspect({ topic, partition }, at, group) {
      const place = await offsets.place({ topic: topicName(topic), partition }, at, groupName(group))
      // A record beyond the end would be waited for.
      if (place.continues || at.offset > place.end) return place
      // By times alone a change of leader could look the same, where clocks differ: the record itself decides.
      const timestamp = await timestampAt({ topic, partition }, at.offset - 1)
      return { ...place, continues: timestamp !== null && timestamp === at.timestamp }
    },
    async stretches(topics, since) {
      const found = await Promise.all(topics.map(topic => offsets.stretches(topicName(topic), since)))
      return found.flat().map(stretch => ({ ...stretch, topic: portName(stretch.topic) }))
    },
    scan: read,
    admin: admin.client,
    async clusterId() {
      const { clusterId } = await admin.ask('the cluster', client => client.describeCluster())
      return clusterId || null
    },
    keepTo(counts) {
      kept = counts
    },
    async groupMembers(group) {
      const { groups } = await admin.ask(`members of ${group}`, client =>
        client.describeGroups([groupName(group)]),
      )
      return groups
        .flatMap(({ members }) => members)
        .map(({ memberId, clientId, clientHost }) => ({
          memberId,
          clientId,
          host: clientHost.replace(/^\//, ''),
        }))
    },
    async close() {
      await Promise.all([...consumers].map(consumer => consumer.stop()))
      await closeProducer()
      await admin.close()
    },
  }
}

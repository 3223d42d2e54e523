import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { kafkajs } from '../../src/adapters/kafka/corrections.ts'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import { recordTime } from '../../src/adapters/system-time.ts'
import type { HistoryLine } from '../../src/lanes/timeline.ts'
import type { Log } from '../../src/ports/log.ts'
import { partitionOf } from '../../src/ports/murmur2.ts'
import { collections } from '../../src/roles/collections.ts'
import type { RoleName } from '../../src/roles/role.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import { compare } from '../crash/compare.ts'
import { copyToFolder } from '../support/copy-to-folder.ts'
import { type Standing, untilDrained } from '../support/drained.ts'
import { openData, startWorker } from '../support/embedded.ts'
import { patience } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { sampleHistory, temporaryFolder } from '../support/simulated.ts'

const partitions = 2

/** One role after the other, so that what a role sees doesn't depend on how far another has come. */
const turns: readonly RoleName[] = ['directory', 'router', 'referral', 'projector']

async function runInTurns(data: Standing & { readonly log: Log }): Promise<void> {
  for (const role of turns) {
    const { running, stop } = startWorker({ ...data, batchTime: recordTime, roles: [role] })
    try {
      await Promise.race([running, untilDrained(data, [role])])
    } finally {
      await stop()
    }
  }
}

/** Which of two RFIs of one customer is the possible duplicate depends on which lane came first. */
function withOwnCustomer(line: HistoryLine): HistoryLine {
  if (line.topic !== topics.rfis) return line
  const rfi = JSON.parse(line.value)
  const customer = { ...rfi.customer, name: `customer of ${rfi.rfiId}` }
  return { ...line, value: JSON.stringify({ ...rfi, customer }) }
}

/** By topic and partition, as every client that hashes keys with murmur2 would send them. */
function byPartition(history: readonly HistoryLine[]): Map<string, HistoryLine[]> {
  return Map.groupBy(
    history,
    ({ topic, key }) => `${topic}/${partitionOf(Buffer.from(key ?? ''), partitions)}`,
  )
}

liveDescribe('the same input, embedded and on Kafka and MongoDB', () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())
  const { prefix, mongodbUri } = scratch()

  it('gives the same referrals, receipts, events and projections', {
    timeout: 180_000 * patience,
  }, async () => {
    const history = sampleHistory().map(withOwnCustomer)
    const [embedded, copied] = ['embedded', 'copied'].map(name => join(folder.path, name)) as [string, string]
    mkdirSync(embedded)
    await onFolder(embedded, history)
    await onServers(copied, history)
    expect(await compare(embedded, copied)).toEqual([])
  })

  async function onFolder(directory: string, history: readonly HistoryLine[]): Promise<void> {
    const data = await openData(directory, { partitions })
    try {
      for (const [place, lines] of byPartition(history)) {
        const [topic = '', partition] = place.split('/')
        const records = lines.map(({ key, value, at }, offset) => ({
          offset,
          timestamp: at,
          key: key === null ? null : Buffer.from(key),
          value: Buffer.from(value),
          headers: {},
        }))
        data.log.importRecords(topic, Number(partition), records)
      }
      await runInTurns(data)
    } finally {
      await data.close()
    }
  }

  async function onServers(directory: string, history: readonly HistoryLine[]): Promise<void> {
    const brokers = servers().kafkaBrokers.split(',')
    await produceWithTimes(brokers, history)
    await migrate(collections, { uri: mongodbUri })
    const log = await openKafka({ brokers, topicPrefix: prefix })
    const store = await openMongo(collections, { uri: mongodbUri })
    try {
      await runInTurns({ log, store })
      await copyToFolder({ log, store }, directory)
    } finally {
      await log.close()
      await store.close()
    }
  }

  /** The producer's times are kept, which production never does. */
  async function produceWithTimes(brokers: string[], history: readonly HistoryLine[]): Promise<void> {
    const { Kafka, logLevel } = kafkajs()
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({
      topics: topicNames.map(topic => ({
        topic: prefix + topic,
        numPartitions: partitions,
        configEntries: [
          { name: 'message.timestamp.type', value: 'CreateTime' },
          { name: 'retention.ms', value: '-1' },
        ],
      })),
    })
    await admin.disconnect()
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    for (const [place, lines] of byPartition(history)) {
      const [topic = '', partition] = place.split('/')
      const messages = lines.map(({ key, value, at }) => ({
        key,
        value,
        partition: Number(partition),
        timestamp: String(at),
      }))
      await producer.send({ topic: prefix + topic, messages })
    }
    await producer.disconnect()
  }
})

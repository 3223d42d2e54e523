import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Consumer, type Message, Producer } from '@platformatic/kafka'
import { type Client, type Got, inOrder, type Sent } from './client.ts'

export interface PlatformaticClient extends Client {
  /** How many records there are: without transactions and compaction, the sum of the ends. */
  count(topic: string): Promise<number>
}

/**
 * @platformatic/kafka, with keys put into partitions as librdkafka does by default (`consistent_random`): by CRC32, which
 * mostly is another partition than the murmur2 of Java's and our own.
 */
export function platformatic(
  brokers: string,
  options: { prefix: string; partitions: number },
): PlatformaticClient {
  const { prefix, partitions } = options
  const common = { clientId: 'platformatic', bootstrapBrokers: brokers.split(',') }
  const producer = new Producer({ ...common, idempotent: true, autocreateTopics: false })
  const reader = () => new Consumer({ ...common, groupId: `${prefix}platformatic-${randomUUID()}` })
  const asMessage = (topic: string, { key, value, headers = {}, partition }: Sent) => ({
    topic,
    partition: partition ?? (key === null ? 0 : crc32(key) % partitions),
    headers: new Map(
      Object.entries(headers).map(each => each.map(text => Buffer.from(text)) as [Buffer, Buffer]),
    ),
    ...(key === null ? {} : { key: Buffer.from(key) }),
    ...(value === null ? {} : { value }),
  })
  return {
    name: '@platformatic/kafka',
    // Of version 1.22.0: Writer.appendVarIntBytes writes length 0 for null, where the protocol has -1.
    sendsNull: false,
    async send(topic, records, compression) {
      await producer.send({ messages: records.map(record => asMessage(topic, record)), compression })
    },
    async read(topic, count) {
      const consumer = reader()
      const got: Got[] = []
      try {
        if (count === 0) return got
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 100 })
        for await (const message of stream) {
          got.push(asGot(message))
          if (got.length === count) break
        }
      } finally {
        await consumer.close(true)
      }
      return inOrder(got)
    },
    async count(topic) {
      const consumer = reader()
      try {
        const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
        return ends.reduce((sum, end) => sum + Number(end), 0)
      } finally {
        await consumer.close(true)
      }
    },
    close: () => producer.close(),
  }
}

/** As of 1.22.0 its timestamps are the producer's where the topic has the log's, and null comes as no bytes. */
function asGot({ partition, offset, key, value, headers }: Message): Got {
  return {
    partition,
    offset: Number(offset),
    timestamp: null,
    key: key.length === 0 ? null : key.toString(),
    value: value.length === 0 ? null : value,
    headers: Object.fromEntries([...headers].map(([name, text]) => [String(name), String(text)])),
  }
}

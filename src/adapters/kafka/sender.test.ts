import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { kafkajs } from './corrections.ts'
import type { AddressedRecord } from './pieces.ts'
import { createSender, type RecordProducer } from './sender.ts'

const record = (partition: number, text: string): AddressedRecord => ({
  topic: 'topic',
  partition,
  bytes: 1,
  message: { partition, key: null, value: text },
})

type SendBatch = RecordProducer['sendBatch']
type Batch = Parameters<SendBatch>[0]

const textsOf = ({ topicMessages = [] }: Batch) =>
  topicMessages.flatMap(({ messages }) => messages.map(({ value }) => String(value)))

/** Takes everything, unless `answer` says otherwise. */
function fakeProducer(sent: string[][], answer?: (batch: Batch) => ReturnType<SendBatch> | null) {
  const life = { disconnected: 0 }
  const producer: RecordProducer = {
    connect: async () => undefined,
    async disconnect() {
      life.disconnected += 1
    },
    async sendBatch(batch) {
      sent.push(textsOf(batch))
      const own = answer?.(batch)
      if (own !== null && own !== undefined) return own
      return (batch.topicMessages ?? []).flatMap(({ topic, messages }) =>
        [...new Set(messages.map(({ partition }) => partition ?? 0))].map(partition => ({
          topicName: topic,
          partition,
          errorCode: 0,
        })),
      )
    },
  }
  return { producer, life }
}

describe('a sender', () => {
  test('opens another producer after a failure, and only then', async () => {
    const sent: string[][] = []
    let failing = false
    const opened: ReturnType<typeof fakeProducer>[] = []
    const sender = createSender({
      open() {
        const fake = fakeProducer(sent, () => (failing ? Promise.reject(new Error('lost')) : null))
        opened.push(fake)
        return fake.producer
      },
    })
    await sender.send([record(0, 'a')])
    await sender.send([record(0, 'b')])
    expect(opened).toHaveLength(1)
    failing = true
    await expect(sender.send([record(0, 'c')])).rejects.toThrow('lost')
    failing = false
    await sender.send([record(0, 'd')])
    await sender.close()
    expect(sent).toEqual([['a'], ['b'], ['c'], ['d']])
    expect(opened).toHaveLength(2)
    for (const { life } of opened) expect(life.disconnected).toBeGreaterThan(0)
  })
  test('sends again what an answer leaves out, by the same producer', async () => {
    const sent: string[][] = []
    let leftOut = 2
    const { producer } = fakeProducer(sent, () => {
      leftOut -= 1
      return leftOut >= 0 ? Promise.resolve([{ topicName: 'topic', partition: 0, errorCode: 0 }]) : null
    })
    await createSender({ open: () => producer }).send([record(0, 'a'), record(1, 'b'), record(1, 'c')])
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['b', 'c'],
    ])
  })
  test('fails when answers leave something out for good', async () => {
    const { producer } = fakeProducer([], () => Promise.resolve([]))
    await expect(createSender({ open: () => producer }).send([record(0, 'a')])).rejects.toMatchObject({
      retryable: true,
    })
  })
  test('does not wait for ever', async () => {
    const { producer, life } = fakeProducer([], () => new Promise(() => undefined))
    const sender = createSender({ open: () => producer, patience: 20 })
    await expect(sender.send([record(0, 'a')])).rejects.toMatchObject({ code: 'timeout', retryable: true })
    expect(life.disconnected).toBe(1)
  })
})

describe('the producer of kafkajs itself, on a cluster whose leaders move', () => {
  kafkajs()
  const require = createRequire(import.meta.url)
  const createProducer = require('kafkajs/src/producer') as (options: object) => RecordProducer
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, namespace: () => quiet }

  interface Produced {
    readonly topicData: readonly {
      readonly topic: string
      readonly partitions: readonly {
        readonly partition: number
        readonly messages: readonly { value: string }[]
      }[]
    }[]
  }

  /** Two brokers that lead a partition each. The first request to broker 2 fails, and broker 1 leads both from then on. */
  function movingCluster() {
    const log: string[] = []
    let moved = false
    const broker = (nodeId: number) => ({
      nodeId,
      async initProducerId() {
        return { producerId: 1, producerEpoch: 0 }
      },
      async produce({ topicData }: Produced) {
        if (nodeId === 2) {
          // Later than the other's answer.
          await new Promise(resolve => setTimeout(resolve, 10))
          moved = true
          throw Object.assign(new Error('not the leader'), {
            name: 'KafkaJSProtocolError',
            type: 'NOT_LEADER_FOR_PARTITION',
            retriable: true,
          })
        }
        for (const { partitions } of topicData)
          for (const { partition, messages } of partitions)
            for (const { value } of messages) log.push(`${partition}: ${value}`)
        return {
          topics: topicData.map(({ topic, partitions }) => ({
            topicName: topic,
            partitions: partitions.map(({ partition }) => ({ partition, errorCode: 0 })),
          })),
        }
      },
    })
    const brokers: Record<string, ReturnType<typeof broker>> = { 1: broker(1), 2: broker(2) }
    const nothing = async () => undefined
    const cluster = {
      retry: { retries: 3, initialRetryTime: 1 },
      connect: nothing,
      disconnect: nothing,
      isConnected: () => true,
      refreshMetadata: nothing,
      refreshMetadataIfNecessary: nothing,
      addMultipleTargetTopics: nothing,
      findControllerBroker: async () => brokers['1'],
      findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
      findLeaderForPartitions: (_topic: string, partitions: readonly string[]) => {
        const led: Record<string, number[]> = {}
        for (const partition of partitions.map(Number)) {
          const leader = partition === 1 && !moved ? '2' : '1'
          led[leader] = [...(led[leader] ?? []), partition]
        }
        return led
      },
      findBroker: async ({ nodeId }: { readonly nodeId: string }) => brokers[nodeId],
    }
    return { cluster, log }
  }
  const open = (cluster: object) =>
    createProducer({
      cluster,
      logger: quiet,
      idempotent: true,
      createPartitioner:
        () =>
        ({ message }: { message: { partition: number } }) =>
          message.partition,
      retry: { retries: 3, initialRetryTime: 1 },
    })

  test('resolves without having written all: why answers are looked at', async () => {
    const { cluster, log } = movingCluster()
    const producer = open(cluster)
    await producer.connect()
    const messages = [record(0, 'a').message, record(1, 'b').message]
    const answer = await producer.sendBatch({ topicMessages: [{ topic: 'topic', messages }] })
    expect(answer.map(({ partition }) => partition)).toEqual([0])
    expect(log).toEqual(['0: a'])
  })
  test('a sender has it write the rest, once', async () => {
    const { cluster, log } = movingCluster()
    await createSender({ open: () => open(cluster) }).send([record(0, 'a'), record(1, 'b'), record(1, 'c')])
    expect(log).toEqual(['0: a', '1: b', '1: c'])
  })
})

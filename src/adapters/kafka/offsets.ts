import { setTimeout } from 'node:timers/promises'
import { misconfigured } from '../../ports/errors.ts'
import type { Place, Stretch, TopicPartition } from '../../ports/log.ts'
import type { SharedAdmin } from './admin.ts'
import { isType } from './errors.ts'
import { gathering } from './gather.ts'
import { Grace } from './grace.ts'

const unknownTopic = 'UNKNOWN_TOPIC_OR_PARTITION'

/** ms in which questions about a topic become one: at a start every partition has some. */
const window = 5

/** First offset kept and the next one given, by partition. */
type Ends = ReadonlyMap<number, { readonly start: number; readonly end: number }>
type Offsets = ReadonlyMap<number, number>

/** What the brokers say about offsets. Topics and groups are in the cluster's names. */
export function createOffsets({ ask }: Pick<SharedAdmin, 'ask'>) {
  /** Topics that were there once: one that isn't, all of a sudden, is mostly unknown to some broker only. */
  const known = new Set<string>()
  const grace = new Grace<string>(new Map())
  const ends = gathering<Ends>(window, topic =>
    topicAsked(topic, `ends of ${topic}`, async admin => {
      const partitions = await admin.fetchTopicOffsets(topic)
      return new Map(
        partitions.map(({ partition, low, high }) => [partition, { start: Number(low), end: Number(high) }]),
      )
    }),
  )
  // Keys of two parts: a space is in no name.
  const committed = gathering<Offsets>(window, key => {
    const [group = '', topic = ''] = key.split(' ')
    return topicAsked(topic, `offsets of group ${group} in ${topic}`, async admin => {
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    })
  })
  /** First record not older than a time, or the end. */
  const since = gathering<Offsets>(window, key => {
    const [time = '', topic = ''] = key.split(' ')
    return topicAsked(topic, `offsets by time in ${topic}`, async admin => {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, Number(time))
      return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]))
    })
  })
  const partitions = gathering<number>(window, topic =>
    persistently(() =>
      topicAsked(topic, `partitions of ${topic}`, async admin => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
        const count = topics[0]?.partitions.length ?? 0
        if (count === 0) throw Object.assign(new Error('it has no partitions'), { type: unknownTopic })
        known.add(topic)
        return count
      }),
    ),
  )

  async function topicAsked<T>(topic: string, what: string, call: Parameters<typeof ask<T>>[1]): Promise<T> {
    try {
      const answer = await ask(what, call)
      grace.passed(topic)
      return answer
    } catch (error) {
      if (!isType(error, unknownTopic)) throw error
      const missing = noSuchTopic(topic, error)
      throw known.has(topic) ? grace.judge(topic, missing) : missing
    }
  }

  /**
   * Whether the log can be the one in which the record before `offset` had `timestamp`: it can't when it keeps records
   * below `offset` and the first of them is already newer (decision 002).
   */
  async function mayContinue(
    { topic, partition }: TopicPartition,
    start: number,
    { offset, timestamp }: { readonly offset: number; readonly timestamp: number | null },
  ): Promise<boolean> {
    if (timestamp === null || start >= offset) return true
    const [newer, all] = await Promise.all([since(`${timestamp + 1} ${topic}`), since(`0 ${topic}`)])
    const [firstNewer, first] = [newer.get(partition), all.get(partition)]
    if (firstNewer === undefined || first === undefined) return true
    return first >= offset || firstNewer > first
  }

  return {
    partitions,
    /** All but whether it continues is exact; for that see `mayContinue`. */
    async place(
      partition: TopicPartition,
      at: { readonly offset: number; readonly timestamp: number | null },
      group: string,
    ): Promise<Place> {
      const [kept, hints] = await Promise.all([
        ends(partition.topic),
        committed(`${group} ${partition.topic}`),
      ])
      const place = kept.get(partition.partition)
      if (place === undefined)
        throw misconfigured(`${partition.topic} has no partition ${partition.partition}`)
      const hint = hints.get(partition.partition) ?? -1
      return {
        ...place,
        // Negative ones are none: kafkajs commits −2 where an offset is out of range.
        committed: hint < 0 ? null : hint,
        continues: await mayContinue(partition, place.start, at),
      }
    },
    async stretches(topic: string, from?: number): Promise<Stretch[]> {
      const [kept, first] = await Promise.all([
        ends(topic),
        from === undefined ? null : since(`${Math.max(0, Math.floor(from))} ${topic}`),
      ])
      return [...kept]
        .map(([partition, { start, end }]) => ({
          topic,
          partition,
          start: Math.max(start, first?.get(partition) ?? start),
          end,
        }))
        .sort((one, other) => one.partition - other.partition)
    },
  }
}

/** ms between questions about a topic that isn't there: brokers hear of a new one one after another. */
const secondThoughts = [100, 300, 600]

async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (const delay of secondThoughts) {
    try {
      return await ask()
    } catch (error) {
      if (!isType(error, unknownTopic)) throw error
      await setTimeout(delay)
    }
  }
  return ask()
}

function noSuchTopic(topic: string, cause?: unknown) {
  return misconfigured(
    `there is no topic ${topic}, or this user may not see it; \`topics create\` makes it`,
    cause,
  )
}

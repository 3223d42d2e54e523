import { setTimeout } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'
import {
  type Durability,
  defaultPartitions,
  durabilityFor,
  topicSettings,
} from '../../roles/topic-settings.ts'
import { type Topic, topicNames } from '../../roles/topics.ts'
import { kafkajs } from './corrections.ts'
import { isType } from './errors.ts'
import { expectedConfiguration } from './topics-configuration.ts'
import { commonest, type Difference, differences, type FoundTopic } from './topics-differences.ts'
import { topicsError } from './topics-errors.ts'

/** What is used of kafkajs' admin client. */
export type TopicsClient = Pick<
  Admin,
  | 'createPartitions'
  | 'createTopics'
  | 'describeCluster'
  | 'describeConfigs'
  | 'describeGroups'
  | 'fetchTopicMetadata'
  | 'fetchTopicOffsets'
  | 'listTopics'
>

export interface TopicsOptions {
  readonly admin: TopicsClient
  /** Stands before every topic's and group's name. */
  readonly prefix: string
}

/** What a cluster with that many brokers is asked for. */
export interface Asked extends Durability {
  readonly brokers: number
}

export interface Created extends Asked {
  readonly created: readonly { readonly topic: Topic; readonly partitions: number }[]
  readonly there: readonly Topic[]
}

export interface Checked extends Asked {
  readonly differences: readonly Difference[]
}

/** ms for the controller to make what it is asked for. */
const timeout = 30_000

/**
 * Makes the topics that are missing, and leaves those that are there as they are. Without `partitions` they get as many
 * as the others have, else 24.
 */
export async function createTopics(
  options: TopicsOptions,
  {
    partitions,
    replication,
  }: { readonly partitions: number | null; readonly replication?: number | undefined },
): Promise<Created> {
  const { admin, prefix } = options
  const asked = await askedOf(options, replication)
  const found = await findTopics(options)
  const there = found.map(({ topic }) => topic)
  const count = partitions ?? commonest(found.map(topic => topic.partitions)) ?? defaultPartitions
  const missing = topicNames.filter(topic => !there.includes(topic))
  if (missing.length > 0)
    // Resolves with false when another made them all in between, which is as good.
    await tell('the topics can not be made', async () => {
      const topics = missing.map(topic => topicConfig(prefix, topic, count, asked))
      // kafkajs gives up waiting for leaders at the first broker that hasn't heard of the topics yet.
      await admin.createTopics({ timeout, topics, waitForLeaders: false })
      await onceLed(() => admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) }))
    })
  return { ...asked, created: missing.map(topic => ({ topic, partitions: count })), there }
}

function topicConfig(prefix: string, topic: Topic, count: number, durability: Durability): ITopicConfig {
  return {
    topic: prefix + topic,
    numPartitions: count,
    replicationFactor: durability.replication,
    configEntries: expectedConfiguration(topicSettings[topic], durability).map(({ name, value }) => ({
      name,
      value,
    })),
  }
}

/** Compares the cluster with the table. `recorded`: the partition counts that workers have noted in the store. */
export async function checkTopics(
  options: TopicsOptions,
  {
    partitions = null,
    replication,
    recorded = new Map(),
  }: {
    readonly partitions?: number | null
    readonly replication?: number | undefined
    readonly recorded?: ReadonlyMap<string, number>
  } = {},
): Promise<Checked> {
  const asked = await askedOf(options, replication)
  return { ...asked, differences: differences({ ...asked, partitions, recorded }, await findTopics(options)) }
}

async function askedOf({ admin }: TopicsOptions, replication?: number): Promise<Asked> {
  const { brokers } = await tell('the cluster can not be asked', () => admin.describeCluster())
  return { brokers: brokers.length, ...durabilityFor(brokers.length, replication) }
}

/** Those of our topics that are there, in the order of the table. */
export async function findTopics({ admin, prefix }: TopicsOptions): Promise<FoundTopic[]> {
  return tell('the topics can not be looked at', async () => {
    const listed = new Set(await admin.listTopics())
    const names = topicNames.filter(topic => listed.has(prefix + topic))
    if (names.length === 0) return []
    const { topics } = await admin.fetchTopicMetadata({ topics: names.map(topic => prefix + topic) })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map(topic => ({ type: kafkajs().ConfigResourceTypes.TOPIC, name: prefix + topic })),
    })
    return names.map(topic => {
      const partitions = topics.find(({ name }) => name === prefix + topic)?.partitions ?? []
      const entries =
        resources.find(({ resourceName }) => resourceName === prefix + topic)?.configEntries ?? []
      return {
        topic,
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        configuration: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
      }
    })
  })
}

export interface PartitionEnds {
  readonly partition: number
  readonly start: number
  readonly end: number
}

export async function partitionEnds(
  { admin, prefix }: TopicsOptions,
  topic: Topic,
): Promise<PartitionEnds[]> {
  const found = await tell(`${topic} can not be looked at`, () =>
    onceLed(() => admin.fetchTopicOffsets(prefix + topic)),
  )
  return found
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .sort((one, other) => one.partition - other.partition)
}

const leaderless = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']

/** New topics and partitions have no leader for a moment, or are not known to all, and kafkajs doesn't wait for that. */
async function onceLed<T>(ask: () => Promise<T>, attempts = 50): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (attempts <= 1 || !leaderless.some(type => isType(error, type))) throw error
    await setTimeout(200)
    return onceLed(ask, attempts - 1)
  }
}

/** The consumer group in which a role's workers share its topics. */
export function groupOf(prefix: string, role: string): string {
  return `${prefix}referral-router-${role}`
}

/** Members of each group now. A group that never was has none. */
export async function groupMembers(
  { admin }: Pick<TopicsOptions, 'admin'>,
  groups: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = await tell('the groups can not be looked at', () => admin.describeGroups([...groups]))
  return new Map(found.groups.map(({ groupId, members }) => [groupId, members.length]))
}

/** Gives each of the topics `count` partitions. */
export async function addPartitions(
  { admin, prefix }: TopicsOptions,
  topics: readonly Topic[],
  count: number,
): Promise<void> {
  const topicPartitions = topics.map(topic => ({ topic: prefix + topic, count }))
  await tell('the partitions can not be added', () => admin.createPartitions({ timeout, topicPartitions }))
}

async function tell<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw topicsError(what, error)
  }
}

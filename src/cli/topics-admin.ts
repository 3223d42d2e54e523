import type { Checked, Created } from '../adapters/kafka/topics.ts'
import type { Difference } from '../adapters/kafka/topics-differences.ts'
import type { Growth, GrowthOptions } from '../adapters/kafka/topics-growth.ts'
import type { Config, MongoConfig } from '../ops/config.ts'
import type { Store } from '../ports/store.ts'
import { type Collections, collections } from '../roles/collections.ts'
import { clientOptions } from './client-options.ts'
import { Failure } from './failure.ts'

export type TopicDifference = Difference

interface Asking {
  readonly partitions: number | null
  readonly replication?: number | undefined
}

/** The topics of one environment, as the `topics` command sees them. */
export interface TopicsAdmin {
  create(asking: Asking): Promise<Created>
  /** `recorded`: whether the partition counts that workers noted were looked at. */
  check(asking: Asking): Promise<Checked & { readonly recorded: boolean }>
  grow(partitions: number, readers: GrowthOptions['readers']): Promise<Growth>
  close(): Promise<void>
}

/** Connects to the brokers of the configuration; to the store only where it is needed. */
export async function openTopicsAdmin(config: Config): Promise<TopicsAdmin> {
  const { kafka, topicPrefix: prefix } = config
  if (kafka === null)
    throw new Failure(
      'topics are on servers, and KAFKA_BROKERS is not set; set it to their host:port (a data folder has its topics from the start)',
    )
  const { createClient } = await import('../adapters/kafka/client.ts')
  const { createAdmin } = await import('../adapters/kafka/admin.ts')
  const cluster = await import('../adapters/kafka/topics.ts')
  const growth = await import('../adapters/kafka/topics-growth.ts')
  const shared = createAdmin(createClient(clientOptions(kafka)))
  const options = { admin: await shared.client(), prefix }
  return {
    create: asking => cluster.createTopics(options, asking),
    async check(asking) {
      if (config.mongodb === null) return { ...(await cluster.checkTopics(options, asking)), recorded: false }
      const recorded = await withStore(config.mongodb, growth.recordedPartitions)
      return { ...(await cluster.checkTopics(options, { ...asking, recorded })), recorded: true }
    },
    async grow(partitions, readers) {
      if (config.mongodb === null)
        throw new Failure('grow has to know what was read, and MONGODB_URI is not set')
      const groups = Object.keys(readers).map(role => cluster.groupOf(prefix, role))
      return withStore(config.mongodb, store =>
        growth.growTopics(partitions, {
          cluster: {
            topics: () => cluster.findTopics(options),
            ends: topic => cluster.partitionEnds(options, topic),
            members: () => cluster.groupMembers(options, groups),
            add: (topics, count) => cluster.addPartitions(options, topics, count),
          },
          store,
          readers,
          now: Date.now(),
        }),
      )
    },
    close: () => shared.close(),
  }
}

export async function withTopicsAdmin<T>(
  config: Config,
  work: (admin: TopicsAdmin) => Promise<T>,
): Promise<T> {
  const admin = await openTopicsAdmin(config)
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

async function withStore<T>(
  { uri }: MongoConfig,
  work: (store: Store<Collections>) => Promise<T>,
): Promise<T> {
  const { openMongo } = await import('../adapters/mongo/store.ts')
  const store = await openMongo(collections, { uri })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

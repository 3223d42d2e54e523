import { openKafka } from '../../../src/adapters/kafka/log.ts'
import { migrate } from '../../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../../src/adapters/mongo/store.ts'
import { systemTime } from '../../../src/adapters/system-time.ts'
import { lanesOf } from '../../../src/cli/lane-places.ts'
import { Worker } from '../../../src/lanes/worker.ts'
import type { Codec } from '../../../src/ports/codec.ts'
import { silent } from '../../../src/ports/logger.ts'
import type { Store } from '../../../src/ports/store.ts'
import { type Collections, collections } from '../../../src/roles/collections.ts'
import { type RoleName, roleNames } from '../../../src/roles/role.ts'
import { run } from '../../cli/run.ts'
import { untilDrained } from '../../support/drained.ts'
import { eventually } from '../../support/servers/eventually.ts'

/** As many as no power of two: then an unsigned and a masked murmur2 differ as well. */
export const partitions = 3

export interface World {
  readonly store: Store<Collections>
  /** Starts these roles and waits until they have done all there is. They go on until the world is closed. */
  work(roles: readonly RoleName[]): Promise<void>
  /** What the lanes counted so far, added up. */
  counts(): Record<string, number>
  close(): Promise<void>
}

/** A worker in this process on real servers, with topics as `topics create` makes them. */
export async function openWorld(options: {
  readonly brokers: string
  readonly mongodbUri: string
  readonly prefix: string
  readonly codec: Codec
}): Promise<World> {
  const { brokers, mongodbUri, prefix, codec } = options
  const environment = { KAFKA_BROKERS: brokers, ROUTER_TOPIC_PREFIX: prefix }
  const words = ['topics', 'create', '--partitions', String(partitions), '--replication', '1']
  const [created] = await Promise.all([
    run(words, { environment }),
    migrate(collections, { uri: mongodbUri }),
  ])
  if (created.code !== 0) throw new Error(created.stderr)
  const log = await openKafka({ brokers: brokers.split(','), topicPrefix: prefix })
  // A topic just made has leaders that say they aren't yet, an answer that @platformatic/kafka 1.22.0 can't read.
  const lead = async () => (await lanesOf({ log }, roleNames)).length > 0
  await eventually('partitions have leaders', lead, { within: 20_000 })
  const store = await openMongo(collections, { uri: mongodbUri })
  const workers = new Map<RoleName, { worker: Worker; running: Promise<void> }>()
  const launch = (role: RoleName) => {
    const common = { log, store, codec, time: systemTime, logger: silent, holder: 'test' }
    const worker = new Worker({ ...common, roles: [role] })
    const running = worker.run()
    running.catch(() => undefined)
    workers.set(role, { worker, running })
  }
  return {
    store,
    async work(roles) {
      for (const role of roles) if (!workers.has(role)) launch(role)
      const ends = [...workers.values()].map(({ running }) => running)
      await Promise.race([...ends, untilDrained({ log, store }, roles)])
    },
    counts() {
      const sums: Record<string, number> = {}
      for (const { worker } of workers.values())
        for (const { counts } of worker.lanes)
          for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
      return sums
    },
    async close() {
      await Promise.all([...workers.values()].map(({ worker }) => worker.stop()))
      await Promise.all([...workers.values()].map(({ running }) => running))
      await log.close()
      await store.close()
    },
  }
}

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { jsonCodec } from '../../../src/adapters/json/json-codec.ts'
import { openKafka } from '../../../src/adapters/kafka/log.ts'
import { createTopics } from '../../../src/adapters/kafka/topics.ts'
import { migrate } from '../../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../../src/adapters/mongo/store.ts'
import { systemTime } from '../../../src/adapters/system-time.ts'
import { persist } from '../../../src/lanes/retry.ts'
import { Worker } from '../../../src/lanes/worker.ts'
import type { Codec } from '../../../src/ports/codec.ts'
import type { OutgoingRecord, TopicRecord } from '../../../src/ports/log.ts'
import { silent } from '../../../src/ports/logger.ts'
import { collections } from '../../../src/roles/collections.ts'
import { type RoleName, roleNames } from '../../../src/roles/role.ts'
import type { Topic } from '../../../src/roles/topics.ts'
import { type Accounts, accountsOf } from '../../crash/accounts.ts'
import { copyToFolder } from '../../support/copy-to-folder.ts'
import { untilDrained } from '../../support/drained.ts'
import { temporaryFolder } from '../../support/simulated.ts'
import { partitions } from './input.ts'
import { Lines } from './lines.ts'

export interface StandOptions {
  readonly brokers: string
  readonly prefix: string
  readonly mongodbUri: string
  /** ms; what a broker allows (6,000 where it was not told otherwise). */
  readonly sessionTimeout: number
  /** ms the worker waits for an answer of the database before it tells. */
  readonly databasePatience?: number
}

export interface RunningWorker {
  readonly worker: Worker
  readonly lines: Lines
  /** Rejects with what `run` of the worker rejected with. */
  stop(): Promise<void>
}

const workRoles = roleNames.filter(role => role !== 'clock')

/** Topics and a database, what is sent to them, and the real worker on them. */
export type Stand = Awaited<ReturnType<typeof openStand>>

export async function openStand(options: StandOptions) {
  const { brokers, prefix, mongodbUri, sessionTimeout, databasePatience = 20_000 } = options
  const running = new Set<RunningWorker>()
  const onStore = { uri: mongodbUri }
  const onLog = {
    brokers: brokers.split(','),
    topicPrefix: prefix,
    sessionTimeout,
    heartbeatInterval: 300,
  }
  await migrate(collections, onStore)
  const log = await openKafka(onLog)
  const store = await openMongo(collections, onStore)
  await createTopics({ admin: await log.admin(), prefix }, { partitions })
  const folder = temporaryFolder()

  /** The worker with connections of its own; `codec` is made anew each time, as it remembers. */
  async function startWorker({ codec = jsonCodec }: { readonly codec?: Codec } = {}): Promise<RunningWorker> {
    const lines = new Lines()
    const [ownLog, ownStore] = [
      await openKafka({ ...onLog, logger: lines }),
      await openMongo(collections, { ...onStore, timeoutMS: databasePatience, logger: lines }),
    ]
    const worker = new Worker({
      log: ownLog,
      store: ownStore,
      codec,
      time: systemTime,
      logger: lines,
      holder: 'test',
      // Several batches of what is under way when something breaks.
      batchRecords: 5,
    })
    const run = worker.run()
    run.catch(() => undefined)
    const own: RunningWorker = {
      worker,
      lines,
      async stop() {
        if (!running.delete(own)) return
        try {
          await worker.stop()
          await run
        } finally {
          await ownLog.close()
          await ownStore.close()
        }
      },
    }
    running.add(own)
    return own
  }

  return {
    log,
    store,
    prefix,
    startWorker,
    /** Sends until it is taken: a producer that was cut off sends again, so an input may come twice. */
    async send(records: readonly OutgoingRecord[]): Promise<void> {
      await persist(() => log.producer.send(records), { time: systemTime, logger: silent, what: 'sending' })
    },
    untilDrained: (roles: readonly RoleName[] = workRoles) => untilDrained({ log, store }, roles),
    async records(topic: Topic): Promise<TopicRecord[]> {
      return Array.fromAsync(log.scan(await log.stretches([topic])))
    },
    /** What the crash suite holds a folder to: each effect once, versions complete, stores and topics at one. */
    async accounts(): Promise<Accounts> {
      const copy = join(folder.path, 'copy')
      rmSync(copy, { recursive: true, force: true })
      await copyToFolder({ log, store }, copy)
      return accountsOf(copy)
    },
    async close(): Promise<void> {
      const stopped = await Promise.allSettled([...running].map(each => each.stop()))
      await log.close()
      await store.close()
      folder.remove()
      for (const each of stopped) if (each.status === 'rejected') throw each.reason
    },
  }
}

import { jsonCodec } from '../../../src/adapters/json/json-codec.ts'
import { openKafka } from '../../../src/adapters/kafka/log.ts'
import { openMongo } from '../../../src/adapters/mongo/store.ts'
import { recordTime, systemTime } from '../../../src/adapters/system-time.ts'
import { Worker } from '../../../src/lanes/worker.ts'
import { collections } from '../../../src/roles/collections.ts'
import type { RoleName } from '../../../src/roles/role.ts'
import { Lines } from '../faults/lines.ts'

export interface MemberOptions {
  readonly brokers: string
  readonly prefix: string
  readonly mongodbUri: string
  readonly roles?: readonly RoleName[]
  /** ms. */
  readonly sessionTimeout?: number
}

export type Member = Awaited<ReturnType<typeof openMember>>

/** A worker in this process, with connections of its own and a log that is kept. */
export async function openMember({
  brokers,
  prefix,
  mongodbUri,
  roles,
  sessionTimeout = 30_000,
}: MemberOptions) {
  const lines = new Lines()
  const log = await openKafka({
    brokers: brokers.split(','),
    topicPrefix: prefix,
    sessionTimeout,
    logger: lines,
  })
  const store = await openMongo(collections, { uri: mongodbUri, logger: lines })
  const worker = new Worker({
    log,
    store,
    codec: jsonCodec,
    time: systemTime,
    batchTime: recordTime,
    logger: lines,
    holder: 'in-process',
    ...(roles === undefined ? {} : { roles }),
  })
  let ended = false
  const running = worker.run().finally(() => {
    ended = true
  })
  running.catch(() => undefined)
  return {
    worker,
    lines,
    running,
    ended: () => ended,
    /** Rejects with what the worker ended with. */
    async stop(): Promise<void> {
      try {
        await worker.stop()
        await running
      } finally {
        await log.close()
        await store.close()
      }
    },
  }
}

import type { Consumer, Kafka } from 'kafkajs'
import { misconfigured, type PortError } from '../../ports/errors.ts'
import type { LogConsumer, PartitionHandler } from '../../ports/log.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Time } from '../../ports/time.ts'
import { retry } from './client.ts'
import { portError } from './errors.ts'
import { PartitionTurns } from './partition-turns.ts'
import { Session } from './session.ts'

export interface ConsumerOptions {
  readonly kafka: Kafka
  /** Both in the cluster's names. */
  readonly group: string
  readonly topics: readonly string[]
  readonly portName: (topic: string) => string
  readonly batchRecords: number
  /** Rejects when one of the topics isn't there. */
  readonly check: () => Promise<unknown>
  readonly logger: Logger
  readonly time: Pick<Time, 'sleep'>
  readonly sessionTimeout?: number | undefined
  readonly rebalanceTimeout?: number | undefined
  readonly heartbeatInterval?: number | undefined
  readonly concurrency?: number | undefined
}

/** Bound of a batch, in bytes of keys and values. */
const batchBytes = 4 * 1024 * 1024
/** What one fetch brings at most, of one partition and in all; brokers send one record batch even if it is larger. */
const fetchBytes = { partition: 1024 * 1024, all: 16 * 1024 * 1024 }

/**
 * ms. A member learns of a rebalance by a heartbeat alone, and all lanes of the role stand still until the last has
 * learned: in a rolling restart this, and little else, is what the others wait for. Kafka's own 3 s cost as much each time.
 */
const heartbeatInterval = 500
/** ms between lives of the client, doubling from the first to the last. */
const shortestPause = 250
const longestPause = 5000
/** ms that leaving may take: a broker that is gone doesn't answer. */
const leavingPatience = 10_000

/** Why a life of the client ended: told to stop, the cluster, or the handler. */
type Ending =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'client'; readonly error: unknown }
  | { readonly kind: 'handler'; readonly error: unknown }

/**
 * A member of a group. When the client fails, because the brokers are away for longer than it tries by itself, another
 * one is started, without end and loudly: everything is revoked then, and assigned anew once the group is joined again.
 * `run` rejects when that can't help. A handler must not await `stop`, which waits for the handler.
 */
export function createConsumer(options: ConsumerOptions): LogConsumer {
  const { logger, time, group } = options
  const stopping = new AbortController()
  const turns = new PartitionTurns()
  let running: Promise<void> | null = null
  let session: Session | null = null

  async function run(handler: PartitionHandler): Promise<void> {
    const what = `consuming as ${group}`
    let delay = shortestPause
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      let joined = false
      const ending = await live(options, turns, handler, stopping.signal, begun => {
        joined = true
        session = begun
      })
      session = null
      if (ending.kind === 'handler') throw ending.error
      if (ending.kind === 'stopped' || stopping.signal.aborted) return
      const error: PortError = portError(what, ending.error)
      if (!error.retryable) throw error
      if (joined) [attempt, delay] = [1, shortestPause]
      logger.warn({ what, attempt, delay, error: String(error) }, 'waiting')
      await time.sleep(delay, stopping.signal)
      delay = Math.min(2 * delay, longestPause)
    }
  }

  return {
    run(handler) {
      if (running !== null) return Promise.reject(misconfigured('a consumer runs once'))
      running = run(handler)
      return running
    },
    retry(partition) {
      session?.retry(partition)
    },
    async stop() {
      stopping.abort()
      // Why it ended is for whoever called `run`.
      await running?.catch(() => undefined)
    },
  }
}

/** One life of the client, which has left the group when this resolves. */
async function live(
  options: ConsumerOptions,
  turns: PartitionTurns,
  handler: PartitionHandler,
  stopping: AbortSignal,
  onJoin: (session: Session) => void,
): Promise<Ending> {
  const { kafka, group, topics, portName, batchRecords, logger } = options
  const ended = Promise.withResolvers<Ending>()
  const stop = () => ended.resolve({ kind: 'stopped' })
  stopping.addEventListener('abort', stop)
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: options.sessionTimeout ?? 30_000,
    rebalanceTimeout: options.rebalanceTimeout ?? 60_000,
    heartbeatInterval: options.heartbeatInterval ?? heartbeatInterval,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: fetchBytes.partition,
    maxBytes: fetchBytes.all,
    allowAutoTopicCreation: false,
    // Another life begins outside, where it can be seen.
    retry: { ...retry, restartOnFailure: async () => false },
  })
  const session = new Session({
    consumer,
    handler,
    portName,
    limits: { records: batchRecords, bytes: batchBytes },
    turns,
    logger,
    fail: error => ended.resolve({ kind: 'handler', error }),
  })
  consumer.on(consumer.events.GROUP_JOIN, event => {
    onJoin(session)
    session.joined(event)
  })
  consumer.on(consumer.events.REBALANCING, () => session.rebalancing())
  consumer.on(consumer.events.CRASH, ({ payload }) => ended.resolve({ kind: 'client', error: payload.error }))
  try {
    await options.check()
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    if (!stopping.aborted)
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency ?? 32,
        eachBatch: payload => session.batch(payload),
      })
  } catch (error) {
    ended.resolve({ kind: 'client', error })
  }
  const ending = await ended.promise
  stopping.removeEventListener('abort', stop)
  await session.end()
  await leave(consumer, logger)
  await session.revoked()
  return ending
}

async function leave(consumer: Consumer, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<void>(resolve => {
    timer = setTimeout(() => {
      logger.warn({ patience: leavingPatience }, 'leaving-overdue')
      resolve()
    }, leavingPatience)
  })
  const left = consumer.disconnect().catch(error => logger.debug({ error: String(error) }, 'client-refused'))
  await Promise.race([left, overdue])
  clearTimeout(timer)
}

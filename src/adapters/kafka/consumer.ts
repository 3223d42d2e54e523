import type { Consumer, Kafka } from 'kafkajs'
import { misconfigured, type PortError } from '../../ports/errors.ts'
import type { LogConsumer, PartitionHandler } from '../../ports/log.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Time } from '../../ports/time.ts'
import { retry } from './client.ts'
import { joiningAs } from './corrections.ts'
import { portError } from './errors.ts'
import { Grace, isClientFault } from './grace.ts'
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
  readonly handlerPatience?: number | undefined
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
/** ms without a heartbeat after which a member counts as dead. */
const defaultSessionTimeout = 30_000
/** ms. More than a step takes of which every request only just gets its answer. */
const leastPatience = 60_000
/** ms that a partition's work may hold up what was fetched with it. */
const handlerBudget = 1000
/** ms between lives of the client, doubling from the first to the last. */
const shortestPause = 250
const longestPause = 5000
/** ms as a member after which a life counts as one that worked. */
const soundLife = 30_000
/** ms that leaving may take: a broker that is gone doesn't answer. */
const leavingPatience = 10_000

/** As which the last life of the client was in the group; null when the next is to join as a new one. */
interface Membership {
  id: string | null
}

/** Why a life of the client ended: told to stop, the cluster, or the handler. */
type Ending =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'client'; readonly error: unknown }
  /** Work of a partition gives no sign of life: others are to have its partitions while it is waited for. */
  | { readonly kind: 'silent'; readonly error: unknown }
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
  const membership: Membership = { id: null }
  const grace = new Grace<string>(new Map())
  let session: Session | null = null

  async function run(handler: PartitionHandler): Promise<void> {
    const what = `consuming as ${group}`
    let delay = shortestPause
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      let joined: number | null = null
      const ending = await live(options, turns, handler, membership, stopping.signal, begun => {
        joined ??= performance.now()
        session = begun
      })
      session = null
      if (ending.kind === 'handler') throw ending.error
      if (ending.kind === 'stopped' || stopping.signal.aborted) return
      if (joined !== null && performance.now() - joined > soundLife) grace.passed(group)
      const told: PortError = portError(what, ending.error)
      const error = isClientFault(told) ? grace.judge(group, told) : told
      if (!error.retryable) throw error
      if (joined !== null) [attempt, delay] = [1, shortestPause]
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
  membership: Membership,
  stopping: AbortSignal,
  onJoin: (session: Session) => void,
): Promise<Ending> {
  const { kafka, group, topics, portName, batchRecords, logger } = options
  const sessionTimeout = options.sessionTimeout ?? defaultSessionTimeout
  const ended = Promise.withResolvers<Ending>()
  const stop = () => ended.resolve({ kind: 'stopped' })
  stopping.addEventListener('abort', stop)
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout,
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
    budget: handlerBudget,
    patience: options.handlerPatience ?? Math.max(leastPatience, 2 * sessionTimeout),
    fail: error => ended.resolve({ kind: 'handler', error }),
    lose: error => ended.resolve({ kind: 'silent', error }),
  })
  const former = membership.id
  consumer.on(consumer.events.GROUP_JOIN, event => {
    membership.id = event.payload.memberId
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
      await joiningAs(former, () =>
        consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: options.concurrency ?? 32,
          eachBatch: payload => session.batch(payload),
        }),
      )
  } catch (error) {
    ended.resolve({ kind: 'client', error })
  }
  const ending = await ended.promise
  stopping.removeEventListener('abort', stop)
  const settled = session.end()
  if (ending.kind !== 'silent') await settled
  // One that signs off late must not sign off its successor.
  if (!(await leave(consumer, logger))) membership.id = null
  await settled
  await session.revoked()
  return ending
}

/** Whether it ended in time; not whether the brokers heard of it. */
async function leave(consumer: Consumer, logger: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<false>(resolve => {
    timer = setTimeout(() => {
      logger.warn({ patience: leavingPatience }, 'leaving-overdue')
      resolve(false)
    }, leavingPatience)
  })
  const left = consumer
    .disconnect()
    .catch(error => logger.debug({ error: String(error) }, 'client-refused'))
    .then(() => true)
  const inTime = await Promise.race([left, overdue])
  clearTimeout(timer)
  return inTime
}

import { setImmediate, setTimeout } from 'node:timers/promises'
import { isRetryable, misconfigured } from '../../ports/errors.ts'
import type { LogConsumer, LogRecord, PartitionHandler, TopicPartition } from '../../ports/log.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Wake } from './wake.ts'

/** What a consumer needs of the log. */
export interface ConsumerSource {
  readonly partitions: readonly TopicPartition[]
  readonly wake: Wake
  /** Hears of every attempt to read that failed and is made again. */
  readonly logger: Logger
  /** A batch's worth of records from `from` on. */
  read(partition: TopicPartition, from: number): LogRecord[]
  /** Keeps the commit hint. */
  hint(partition: TopicPartition, next: number): void
}

// A partition is
//   waiting – for its first turn; then
//   starting – to be assigned, and to go on where `assigned` says; then
//   reading from `next`; a batch's answer moves `next`, or puts it back to starting, or
//   halted – until `retry` puts it back to starting, or the consumer stops.
type PartitionState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'reading'; readonly next: number }
  | { readonly kind: 'halted' }

interface Owned {
  readonly partition: TopicPartition
  state: PartitionState
}

/** ms between attempts to read, doubling from the first to the last. */
const shortestPause = 250
const longestPause = 5000

/**
 * The source's partitions are ours from `run` to `stop`: a folder has one worker, whose threads share the partitions out
 * before they begin, so nothing is ever taken away. They take turns of one batch each, one after another: SQLite answers
 * synchronously, and a handler that waits, for its commit or a pause, has the others of its thread wait with it.
 * A handler must not await `stop`, which waits for the handler.
 */
export function createConsumer(source: ConsumerSource): LogConsumer {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | null = null
  let owned: readonly Owned[] = []

  async function deliver(handler: PartitionHandler): Promise<void> {
    while (!signal.aborted) {
      const seen = source.wake.generation()
      let idle = true
      for (const one of owned) {
        if (signal.aborted) return
        if (await turn(handler, one)) idle = false
      }
      if (idle) await source.wake.wait(seen, signal)
    }
  }

  /** Returns whether there was anything to do. */
  async function turn(handler: PartitionHandler, owned: Owned): Promise<boolean> {
    const { partition, state } = owned
    if (state.kind === 'halted') return false
    if (state.kind === 'waiting' || state.kind === 'starting') {
      owned.state = { kind: 'starting' }
      const start = await handler.assigned(partition)
      owned.state = start.kind === 'halted' ? start : { kind: 'reading', next: start.offset }
      if (start.kind === 'from') hint(partition, start.offset)
      return true
    }
    const from = state.next
    const records = await retrying(partition, () => source.read(partition, from))
    const last = records.at(-1)
    if (last === undefined || signal.aborted) return false
    const to = last.offset + 1
    const answer = await handler.batch({ ...partition, from, to, records, heartbeat, signal })
    switch (answer.kind) {
      case 'advanced':
        if (!(answer.next >= from && answer.next <= to))
          throw new RangeError(`a batch of ${from} to ${to} can't be answered with ${answer.next}`)
        owned.state = { kind: 'reading', next: answer.next }
        hint(partition, answer.next)
        break
      case 'restart':
        owned.state = { kind: 'starting' }
        break
      case 'halted':
        owned.state = answer
        break
    }
    // Let timers and sockets in: without this, a backlog would run as one long microtask.
    await setImmediate()
    return true
  }

  /** Reads until it works, loudly: there is nothing else to do without the file. Nothing once it is to stop. */
  async function retrying<T>({ topic, partition }: TopicPartition, work: () => T[]): Promise<T[]> {
    let delay = shortestPause
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return work()
      } catch (error) {
        if (!isRetryable(error)) throw error
        const what = `reading ${topic}/${partition}`
        source.logger.warn({ what, attempt, delay, error: String(error) }, 'waiting')
        await setTimeout(delay, undefined, { signal }).catch(() => undefined)
        delay = Math.min(2 * delay, longestPause)
      }
    }
    return []
  }

  function hint(partition: TopicPartition, next: number): void {
    try {
      source.hint(partition, next)
    } catch (error) {
      // Only a hint: the next one makes up for it.
      if (!isRetryable(error)) throw error
    }
  }

  async function run(handler: PartitionHandler): Promise<void> {
    owned = source.partitions.map((partition): Owned => ({ partition, state: { kind: 'waiting' } }))
    handler.joined?.(source.partitions)
    try {
      await deliver(handler)
    } finally {
      stopping.abort()
      for (const { partition, state } of owned) if (state.kind !== 'waiting') await handler.revoked(partition)
    }
  }

  return {
    run(handler) {
      if (running !== null) return Promise.reject(misconfigured('a consumer runs once'))
      running = run(handler)
      return running
    },
    retry({ topic, partition }) {
      for (const one of owned)
        if (one.partition.topic === topic && one.partition.partition === partition)
          one.state = { kind: 'starting' }
      source.wake.notify()
    },
    async stop() {
      stopping.abort()
      // Why it ended is for whoever called `run`.
      await running?.catch(() => undefined)
    },
  }
}

async function heartbeat(): Promise<void> {
  // Nobody else can have taken the partition.
}

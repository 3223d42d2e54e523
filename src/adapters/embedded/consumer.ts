import { setImmediate, setTimeout } from 'node:timers/promises'
import { isRetryable, misconfigured } from '../../ports/errors.ts'
import type { LogConsumer, LogRecord, PartitionHandler, TopicPartition } from '../../ports/log.ts'
import type { Wake } from './wake.ts'

/** What a consumer needs of the log. */
export interface ConsumerSource {
  readonly partitions: readonly TopicPartition[]
  readonly wake: Wake
  /** A batch's worth of records from `from` on. */
  read(partition: TopicPartition, from: number): LogRecord[]
  /** Keeps the commit hint. */
  hint(partition: TopicPartition, next: number): void
}

// A partition is
//   waiting – for its first turn; then
//   starting – to be assigned, and to go on where `assigned` says; then
//   reading from `next`; a batch's answer moves `next`, or puts it back to starting, or
//   halted – until the consumer stops.
type PartitionState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'reading'; readonly next: number }
  | { readonly kind: 'halted' }

interface Owned {
  readonly partition: TopicPartition
  state: PartitionState
}

const retryPause = 250

/**
 * A group of one: a folder has one worker, so all partitions are ours from `run` to `stop`. They take turns of one
 * batch each, one after another: everything below is synchronous and on one thread, there is nothing to overlap.
 * A handler must not await `stop`, which waits for the handler.
 */
export function createConsumer(source: ConsumerSource): LogConsumer {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | null = null

  async function deliver(handler: PartitionHandler, owned: readonly Owned[]): Promise<void> {
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
      return true
    }
    const from = state.next
    const records = await retrying(() => source.read(partition, from))
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

  async function retrying<T>(work: () => T[]): Promise<T[]> {
    while (!signal.aborted) {
      try {
        return work()
      } catch (error) {
        if (!isRetryable(error)) throw error
        await setTimeout(retryPause, undefined, { signal }).catch(() => undefined)
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
    const owned = source.partitions.map((partition): Owned => ({ partition, state: { kind: 'waiting' } }))
    try {
      await deliver(handler, owned)
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

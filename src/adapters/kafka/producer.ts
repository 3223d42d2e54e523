import { setImmediate } from 'node:timers/promises'
import { type PortError, unavailable } from '../../ports/errors.ts'
import type { LogProducer, OutgoingRecord } from '../../ports/log.ts'
import { partitionOf } from '../../ports/murmur2.ts'
import { portError } from './errors.ts'
import { Grace, isClientFault } from './grace.ts'
import { type AddressedRecord, placeOf } from './pieces.ts'
import type { Sender } from './sender.ts'

export interface ProducerOptions {
  /** Each sends one thing at a time. */
  readonly senders: readonly Sender[]
  /** Number of partitions of a topic, in the port's name; rejects when there is none. */
  readonly partitions: (topic: string) => Promise<number>
  /** The cluster's name of a topic. */
  readonly topicName: (topic: string) => string
  /** Called when the partitions last heard of may be wrong. */
  readonly forget: () => void
}

/** One call of `send`, waiting. */
interface Job {
  /** As they were given: whoever sends again gives the same. */
  readonly given: readonly OutgoingRecord[]
  readonly records: readonly AddressedRecord[]
  readonly bytes: number
  /** It failed before: sent alone, and one partition after the other, to learn which of them take it. */
  readonly again: boolean
  readonly done: PromiseWithResolvers<void>
}

/** Bytes of jobs that go out together. */
const mergedBytes = 2 * 1024 * 1024

const encoder = new TextEncoder()

/**
 * Lets calls overlap: those that wait while the senders are busy go out together, as one request. Each call still learns
 * its own outcome: when what was merged is refused for good, its calls are sent again one by one to tell whose fault it
 * is; when it may have been written or not, they all hear that. A call that is made again with the same records sends
 * what was not taken before: else one partition that can't be written would fill all others with repeats.
 */
export function createProducer({ senders, partitions, topicName, forget }: ProducerOptions) {
  const waiting: Job[] = []
  const idle = [...senders]
  const busy = new Set<Promise<void>>()
  const grace = new Grace<readonly OutgoingRecord[]>(new WeakMap())
  /** Of calls that failed, what no broker has taken for sure: the partitions that failed last come last. */
  const left = new WeakMap<readonly OutgoingRecord[], readonly AddressedRecord[]>()
  let closed = false

  async function addressed(records: readonly OutgoingRecord[]): Promise<AddressedRecord[]> {
    const counts = new Map<string, number>()
    for (const topic of new Set(records.map(record => record.topic)))
      counts.set(topic, await partitions(topic))
    return records.map(record => address(record, topicName(record.topic), counts.get(record.topic) ?? 1))
  }

  function pump(): void {
    while (waiting.length > 0) {
      const sender = idle.pop()
      if (sender === undefined) return
      const working = work(sender).finally(() => {
        busy.delete(working)
        idle.push(sender)
        pump()
      })
      busy.add(working)
    }
  }

  async function work(sender: Sender): Promise<void> {
    // Whoever else is about to send in this turn comes along.
    await setImmediate()
    const jobs = take(waiting)
    if (jobs.length === 0) return
    const [first] = jobs
    const error = first?.again ? await onceMore(sender, first) : await attempt(sender, jobs)
    if (error === null || error.retryable) return settleAll(jobs, error)
    for (const job of jobs) settleFault(job, jobs.length === 1 ? error : await attempt(sender, [job]))
  }

  /** One that fails holds up the rest of its call once: it comes last from then on. */
  async function onceMore(sender: Sender, job: Job): Promise<PortError | null> {
    const byPlace = [...Map.groupBy(job.records, placeOf).values()]
    for (const [at, records] of byPlace.entries()) {
      const error = await attempt(sender, [{ ...job, records }])
      if (error === null) continue
      left.set(job.given, [...byPlace.slice(at + 1), records].flat())
      return error
    }
    return null
  }

  function settleAll(jobs: readonly Job[], error: PortError | null): void {
    for (const { given, records } of jobs)
      if (error === null) left.delete(given)
      else if (!left.has(given)) left.set(given, records)
    settle(jobs, error)
  }

  function settleFault(job: Job, error: PortError | null): void {
    // Where the records belong may be another place by now: addressed anew, all of them.
    left.delete(job.given)
    settle([job], error !== null && isClientFault(error) ? grace.judge(job.given, error) : error)
  }

  async function attempt(sender: Sender, jobs: readonly Job[]): Promise<PortError | null> {
    try {
      await sender.send(jobs.flatMap(({ records }) => records))
      return null
    } catch (error) {
      forget()
      return portError(`sending to ${namesOf(jobs)}`, error)
    }
  }

  const producer: LogProducer = {
    async send(records) {
      if (records.length === 0) return
      const rest = left.get(records)
      const ready = rest ?? (await addressed(records))
      if (closed) throw unavailable('sending: the log is closed')
      const bytes = ready.reduce((sum, record) => sum + record.bytes, 0)
      const done = Promise.withResolvers<void>()
      waiting.push({ given: records, records: ready, bytes, again: rest !== undefined, done })
      pump()
      return done.promise
    },
  }

  return {
    producer,
    /** Ends what is under way; what waits is not sent. */
    async close(): Promise<void> {
      closed = true
      settle(waiting.splice(0), unavailable('sending: the log is closed'))
      await Promise.allSettled(busy)
      await Promise.all(senders.map(sender => sender.close()))
    },
  }
}

function take(waiting: Job[]): Job[] {
  let bytes = 0
  let count = 0
  for (const job of waiting) {
    if (count > 0 && (job.again || waiting[0]?.again === true || bytes + job.bytes > mergedBytes)) break
    bytes += job.bytes
    count += 1
  }
  return waiting.splice(0, count)
}

function settle(jobs: readonly Job[], error: PortError | null): void {
  for (const { done } of jobs) {
    if (error === null) done.resolve()
    else done.reject(error)
  }
}

function namesOf(jobs: readonly Job[]): string {
  return [...new Set(jobs.flatMap(({ records }) => records.map(({ topic }) => topic)))].join(', ')
}

/** What the log adds to a record, and a header's lengths, roughly. */
const overhead = 32

function address(record: OutgoingRecord, topic: string, partitions: number): AddressedRecord {
  const { key, value, headers } = record
  const keyBytes = typeof key === 'string' ? encoder.encode(key) : key
  const partition = keyBytes === null ? 0 : partitionOf(keyBytes, partitions)
  let bytes = overhead + (keyBytes?.length ?? 0) + (value?.length ?? 0)
  // At most three bytes a character; only whether a request fits depends on it.
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 8
  const message = { key: bufferOf(keyBytes), value: bufferOf(value), headers: { ...headers }, partition }
  return { topic, partition, message, bytes }
}

/** The same bytes. kafkajs writes other arrays as their text. */
function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

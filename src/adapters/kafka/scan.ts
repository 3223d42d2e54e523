import type { EachBatchPayload, Kafka } from 'kafkajs'
import type { Stretch, TopicRecord } from '../../ports/log.ts'
import { retry } from './client.ts'
import { portError } from './errors.ts'
import { type FetchedBatch, indexOf, recordOf } from './fetched.ts'
import { placeOf } from './pieces.ts'

export interface ScanOptions {
  readonly kafka: Kafka
  /** A name nobody else has. */
  readonly group: string
  readonly portName: (topic: string) => string
  readonly heartbeatInterval?: number | undefined
}

interface Progress {
  /** Where to fetch on: all below was read. */
  next: number
  /** Below it all was given to the reader. What was under way when the membership ended is fetched once more. */
  given: number
  readonly end: number
}

/** What was fetched and not read yet. */
interface Portion {
  readonly progress: Progress
  readonly records: readonly TopicRecord[]
  readonly read: PromiseWithResolvers<void>
}

/**
 * Reads stretches by a group of its own that commits nothing: kafkajs fetches for members of groups alone. Whoever calls
 * removes the group. No more is held than one fetch, however slow the reader is. Topics are in the cluster's names.
 */
export async function* scan(
  stretches: readonly Stretch[],
  { kafka, group, portName, heartbeatInterval = 3000 }: ScanOptions,
  signal: AbortSignal,
): AsyncGenerator<TopicRecord> {
  const open = new Map<string, Progress>(
    stretches.flatMap(stretch =>
      stretch.start < stretch.end
        ? [[placeOf(stretch), { end: stretch.end, next: stretch.start, given: stretch.start }] as const]
        : [],
    ),
  )
  const portions: Portion[] = []
  let failure: unknown = null
  let wake = Promise.withResolvers<void>()
  const call = () => wake.resolve()
  const fail = (error: unknown) => {
    failure ??= error
    call()
  }
  if (open.size === 0 || signal.aborted) return
  const consumer = kafka.consumer({
    groupId: group,
    maxWaitTimeInMs: 100,
    heartbeatInterval,
    allowAutoTopicCreation: false,
    retry: { ...retry, restartOnFailure: async () => false },
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    for (const [topic, partitions] of Object.entries(memberAssignment))
      for (const partition of partitions) {
        const wanted = open.get(placeOf({ topic, partition }))
        if (wanted === undefined) consumer.pause([{ topic, partitions: [partition] }])
        else consumer.seek({ topic, partition, offset: String(wanted.next) })
      }
  })
  async function take({ batch, heartbeat, resolveOffset, pause }: EachBatchPayload): Promise<void> {
    const fetched = batch as unknown as FetchedBatch
    const wanted = open.get(placeOf(fetched))
    if (wanted === undefined || signal.aborted) return
    const end = Number(fetched.lastOffset()) + 1
    const place = { topic: portName(fetched.topic), partition: fetched.partition }
    const records = fetched.messages
      .slice(indexOf(fetched.messages, wanted.next), indexOf(fetched.messages, wanted.end))
      .map(message => ({ ...recordOf(message), ...place }))
    if (records.length > 0) {
      const read = Promise.withResolvers<void>()
      portions.push({ progress: wanted, records, read })
      call()
      const beating = setInterval(() => void heartbeat().catch(read.reject), heartbeatInterval)
      try {
        await read.promise
      } finally {
        clearInterval(beating)
      }
    }
    wanted.next = Math.max(wanted.next, end)
    resolveOffset(fetched.lastOffset())
    if (wanted.next < wanted.end) return
    open.delete(placeOf(fetched))
    pause()
    call()
  }
  signal.addEventListener('abort', call)
  try {
    await consumer.connect()
    await consumer.subscribe({
      topics: [...new Set(stretches.map(({ topic }) => topic))],
      fromBeginning: true,
    })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 32,
      eachBatch: take,
    })
    while (!signal.aborted) {
      const portion = portions[0]
      if (portion !== undefined) {
        const { progress } = portion
        for (const record of portion.records) {
          if (record.offset < progress.given) continue
          progress.given = record.offset + 1
          yield record
          if (signal.aborted) return
        }
        portion.read.resolve()
        portions.shift()
      } else if (failure !== null) throw failure
      else if (open.size === 0) return
      else {
        await wake.promise
        wake = Promise.withResolvers()
      }
    }
  } catch (error) {
    throw portError('reading', error)
  } finally {
    signal.removeEventListener('abort', call)
    open.clear()
    for (const { read } of portions) read.resolve()
    await consumer.disconnect().catch(() => undefined)
  }
}

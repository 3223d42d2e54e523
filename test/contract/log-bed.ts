import type {
  Batch,
  BatchAnswer,
  Log,
  LogRecord,
  OutgoingRecord,
  PartitionHandler,
  Start,
  TopicPartition,
} from '../../src/ports/log.ts'
import { type ContractCase, until } from './contract-case.ts'

/** Fresh topics that several handles may be opened on, as by several processes. */
export interface LogBed {
  open(): Promise<Log>
  /** Makes an empty topic and returns its name. */
  topic(partitions: number): Promise<string>
  /** Closes every handle and drops the topics. */
  dispose(): Promise<void>
}
export type LogFactory = () => Promise<LogBed>

export type LogCase = ContractCase<LogFactory>

export function logCase(name: string, check: (log: Log, bed: LogBed) => Promise<void>): LogCase {
  return {
    name,
    async run(factory) {
      const bed = await factory()
      try {
        await check(await bed.open(), bed)
      } finally {
        await bed.dispose()
      }
    },
  }
}

const encoder = new TextEncoder()

export function outgoing(topic: string, key: OutgoingRecord['key'], value: string): OutgoingRecord {
  return { topic, key, value: encoder.encode(value), headers: {} }
}

export function text(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('utf8')
}

/** What a handler was called with, in order. */
export type Call =
  | { readonly kind: 'assigned' | 'revoked'; readonly partition: number }
  | {
      readonly kind: 'batch'
      readonly partition: number
      readonly from: number
      readonly to: number
      readonly records: readonly LogRecord[]
    }

/**
 * A handler that keeps its own positions, as a lane does, and writes down every call. A case replaces what it is
 * about; the rest goes on as far as there is something.
 */
export class Recorder implements PartitionHandler {
  readonly calls: Call[] = []
  readonly #positions = new Map<number, number>()

  start(_partition: TopicPartition, kept: number | undefined): Start {
    return { kind: 'from', offset: kept ?? 0 }
  }

  async answer(batch: Batch): Promise<BatchAnswer> {
    return { kind: 'advanced', next: batch.to }
  }

  async assigned(partition: TopicPartition): Promise<Start> {
    this.calls.push({ kind: 'assigned', partition: partition.partition })
    return this.start(partition, this.#positions.get(partition.partition))
  }

  async batch(batch: Batch): Promise<BatchAnswer> {
    const { partition, from, to, records } = batch
    this.calls.push({ kind: 'batch', partition, from, to, records })
    const answer = await this.answer(batch)
    if (answer.kind === 'advanced') this.#positions.set(partition, answer.next)
    return answer
  }

  async revoked({ partition }: TopicPartition): Promise<void> {
    this.calls.push({ kind: 'revoked', partition })
  }

  /** Batches, of one partition or all. */
  batches(partition?: number): (Call & { kind: 'batch' })[] {
    return this.calls.filter(
      call => call.kind === 'batch' && (partition === undefined || call.partition === partition),
    ) as (Call & { kind: 'batch' })[]
  }

  records(partition?: number): LogRecord[] {
    return this.batches(partition).flatMap(({ records }) => records)
  }

  values(partition?: number): (string | null)[] {
    return this.records(partition).map(({ value }) => text(value))
  }
}

/** Runs a consumer while `check` lasts, then stops it. Fails at once when the consumer can't go on. */
export async function consuming(
  log: Log,
  topic: string,
  handler: PartitionHandler,
  check: (consumer: {
    stop(): Promise<void>
    retry(partition: TopicPartition): void
    until(what: string, holds: () => boolean): Promise<void>
  }) => Promise<void>,
  batchRecords = 100,
): Promise<void> {
  const consumer = log.consumer({ group: `group-of-${topic}`, topics: [topic], batchRecords })
  let failure: unknown = null
  const running = consumer.run(handler).catch(error => {
    failure = error ?? new Error('the consumer failed')
  })
  try {
    await check({
      stop: () => consumer.stop(),
      retry: partition => consumer.retry(partition),
      until: (what, holds) =>
        until(what, () => {
          if (failure !== null) throw failure
          return holds()
        }),
    })
  } finally {
    await consumer.stop()
    await running
  }
  if (failure !== null) throw failure
}

/** The first `count` records of a topic, by partition. */
export async function readAll(log: Log, topic: string, count: number): Promise<Recorder> {
  const recorder = new Recorder()
  await consuming(log, topic, recorder, ({ until }) =>
    until(`${count} records`, () => recorder.records().length >= count),
  )
  return recorder
}

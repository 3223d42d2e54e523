import { misconfigured } from '../../ports/errors.ts'
import type {
  Log,
  LogConsumer,
  LogReader,
  LogRecord,
  OutgoingRecord,
  Stretch,
  TopicPartition,
  TopicRecord,
} from '../../ports/log.ts'
import { type Logger, silent } from '../../ports/logger.ts'
import { partitionOf } from '../../ports/murmur2.ts'
import type { Time } from '../../ports/time.ts'
import { createConsumer } from './consumer.ts'
import type { Database } from './database.ts'
import { encodeHeaders } from './headers.ts'
import { openRecords, type Tail } from './records.ts'
import { MergedReader } from './scan.ts'
import { openTopics } from './topics.ts'
import { openWake } from './wake.ts'

export interface EmbeddedLog extends Log, LogReader {
  /** Makes the topics that are missing; refuses a changed number of partitions. Default: 4, or what is there. */
  ensureTopics(names: readonly string[], partitions?: number): void
  /** Records of a partition from offset `from` on, at most `limit` and about 4 MiB of values, at least one. */
  read(partition: TopicPartition, from: number, limit: number): LogRecord[]
  /** The offset that each partition's next record will get, all topics in the order they were made. */
  ends(): readonly (TopicPartition & { readonly end: number })[]
  /** By time; records of one time in the order of the stretches. */
  scan(stretches: readonly Stretch[], signal?: AbortSignal): AsyncIterable<TopicRecord>
  /** Copies records with their offsets and timestamps: past the end of the partition, in order. */
  importRecords(topic: string, partition: number, records: readonly LogRecord[]): void
}

/** Bound of a batch, in bytes of values. */
const batchBytes = 4 * 1024 * 1024

const encoder = new TextEncoder()
const never = new AbortController().signal

/** One of several consumers of a group on a folder: of every topic it takes the partitions `index`, `index + of` … */
export interface Member {
  readonly index: number
  readonly of: number
}

export interface EmbeddedLogOptions {
  /** Default: the only one. */
  readonly member?: Member
  /** Hears when the file can't be read for now, and consumers wait. Default: nobody does. */
  readonly logger?: Logger
}

/** The log of a data folder. `time` gives the append time of records. */
export function openEmbeddedLog(
  database: Database,
  time: Pick<Time, 'now'>,
  { member = { index: 0, of: 1 }, logger = silent }: EmbeddedLogOptions = {},
): EmbeddedLog {
  const topics = openTopics(database)
  const records = openRecords(database)
  const wake = openWake(database)
  const consumers = new Set<LogConsumer>()

  /**
   * What the journal owes is not waited for: it lies in the same file, so a power cut that takes the append takes all
   * that came after it too (the mark that it was sent, positions of who read it), and it is sent again.
   */
  function append(outgoing: readonly OutgoingRecord[], owed: boolean): void {
    const addressed = outgoing.map(({ topic, key, value, headers }) => {
      const { partitions, firstNumber } = topics.layout(topic)
      const bytes = typeof key === 'string' ? encoder.encode(key) : key
      const partition = bytes === null ? 0 : partitionOf(bytes, partitions)
      return { number: firstNumber + partition, key: bytes, value, headers: encodeHeaders(headers) }
    })
    const write = owed ? database.writeLazily : database.write
    write(() => {
      const now = Math.floor(time.now())
      // Read here and not remembered: another process may have appended.
      const tails = new Map<number, Tail>()
      const holders = new Map<Uint8Array, number>()
      for (const { number, key, value, headers } of addressed) {
        const { end, timestamp: before } = tails.get(number) ?? records.tail(number)
        const timestamp = before === null ? now : Math.max(before, now)
        const holder = value === null ? undefined : holders.get(value)
        records.insert(number, { offset: end, timestamp, key, value, headers }, holder)
        if (value !== null && holder === undefined) holders.set(value, records.idOf(number, end))
        tails.set(number, { end: end + 1, timestamp })
      }
    })
  }

  function importRecords(topic: string, partition: number, copies: readonly LogRecord[]): void {
    const number = topics.number({ topic, partition })
    database.write(() => {
      let { end, timestamp } = records.tail(number)
      for (const copy of copies) {
        if (copy.offset < end || (timestamp !== null && copy.timestamp < timestamp))
          throw misconfigured(`record ${copy.offset} of ${topic}/${partition} is not past the end ${end}`)
        records.insert(number, { ...copy, headers: encodeHeaders(copy.headers) })
        end = copy.offset + 1
        timestamp = copy.timestamp
      }
    })
  }

  const committed = (group: string, number: number): number | null =>
    database.get<{ next_offset: number }>(
      'SELECT next_offset FROM log_committed WHERE consumer_group = ? AND partition_number = ?',
      group,
      number,
    )?.next_offset ?? null

  /** Nothing is ever removed here, so the record before a place must still be there, with its time. */
  const continues = (
    number: number,
    at: { readonly offset: number; readonly timestamp: number | null },
  ): boolean => at.timestamp === null || records.timestampBefore(number, at.offset) === at.timestamp

  const read = (partition: TopicPartition, from: number, limit: number) =>
    records.read(topics.number(partition), from, limit, batchBytes)

  /** Timestamps never fall here, so the first record of a time can be searched for. */
  const firstSince = (
    number: number,
    { start, end }: Pick<Stretch, 'start' | 'end'>,
    since: number,
  ): number => {
    let [low, high] = [start, end]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((records.timestampBefore(number, middle + 1) ?? 0) < since) low = middle + 1
      else high = middle
    }
    return low
  }

  async function* scan(stretches: readonly Stretch[], signal = never): AsyncGenerator<TopicRecord> {
    const reader = new MergedReader(read, stretches)
    while (!signal.aborted) {
      const seen = wake.generation()
      for (const record of reader.available()) {
        yield record
        if (signal.aborted) return
      }
      if (reader.finished) return
      await wake.wait(seen, signal)
    }
  }

  const keepCommitted = `INSERT INTO log_committed (consumer_group, partition_number, next_offset) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`

  return {
    producer: {
      async send(outgoing, { owed = false } = {}) {
        if (outgoing.length === 0) return
        append(outgoing, owed)
        wake.notify()
      },
    },
    consumer({ group, topics: names, batchRecords }) {
      const consumer = createConsumer({
        partitions: names.flatMap(topic =>
          Array.from({ length: topics.layout(topic).partitions }, (_, partition) => ({
            topic,
            partition,
          })).filter(({ partition }) => partition % member.of === member.index),
        ),
        wake,
        logger,
        read: (partition, from) => records.read(topics.number(partition), from, batchRecords, batchBytes),
        hint: (partition, next) => {
          database.writeLazily(() => database.run(keepCommitted, group, topics.number(partition), next))
        },
      })
      consumers.add(consumer)
      return consumer
    },
    partitions: async topic => topics.layout(topic).partitions,
    async inspect(partition, at, group) {
      const number = topics.number(partition)
      return {
        start: records.start(number),
        end: records.tail(number).end,
        committed: committed(group, number),
        continues: continues(number, at),
      }
    },
    async close() {
      await Promise.all([...consumers].map(consumer => consumer.stop()))
    },
    ensureTopics: topics.ensure,
    read,
    async stretches(names, since) {
      return names.flatMap(topic => {
        const { partitions, firstNumber } = topics.layout(topic)
        return Array.from({ length: partitions }, (_, partition) => {
          const number = firstNumber + partition
          const held = { start: records.start(number), end: records.tail(number).end }
          const start = since === undefined ? held.start : firstSince(number, held, since)
          return { topic, partition, start, end: held.end }
        })
      })
    },
    scan,
    ends: () =>
      topics.all().flatMap(({ name, partitions, firstNumber }) =>
        Array.from({ length: partitions }, (_, partition) => ({
          topic: name,
          partition,
          end: records.tail(firstNumber + partition).end,
        })),
      ),
    importRecords(topic, partition, copies) {
      importRecords(topic, partition, copies)
      wake.notify()
    },
  }
}

import { partitionOf } from '../adapters/murmur2.ts'
import type { LogRecord } from '../ports/log.ts'
import { type Topic, topics } from '../roles/topics.ts'
import type { Folder } from './folder.ts'

/** The field of a record that its topic is keyed by; null where the key is no field of the value. */
export const keyFields: Readonly<Record<Topic, string | null>> = {
  [topics.profiles]: 'profileId',
  [topics.weights]: null,
  [topics.rfis]: 'rfiId',
  [topics.commands]: 'referralId',
  [topics.referrals]: 'partnerId',
  [topics.status]: 'partnerId',
  [topics.notices]: 'rfiId',
  [topics.decisions]: 'rfiId',
  [topics.visibility]: 'partnerId',
  [topics.deadLetters]: null,
}

export interface TopicRecord extends LogRecord {
  readonly partition: number
}

/** Reads a topic's partitions as one stream, by time; records of one time by partition, then offset. */
export class TopicReader {
  readonly #log: Folder['log']
  readonly #topic: Topic
  readonly #queues: { records: LogRecord[]; next: number }[]

  /** `starts`: the offset to begin at, by partition. */
  constructor(log: Folder['log'], topic: Topic, starts: readonly number[]) {
    this.#log = log
    this.#topic = topic
    this.#queues = starts.map(next => ({ records: [], next }))
  }

  /** What is there now and was not read before. */
  *available(): Generator<TopicRecord> {
    for (;;) {
      let soonest = -1
      for (let partition = 0; partition < this.#queues.length; partition += 1) {
        const head = this.#head(partition)
        const best = soonest === -1 ? undefined : this.#head(soonest)
        if (head !== undefined && (best === undefined || head.timestamp < best.timestamp)) soonest = partition
      }
      const record = this.#queues[soonest]?.records.pop()
      if (record === undefined) return
      yield { ...record, partition: soonest }
    }
  }

  /** Of the records read ahead, which lie last first. */
  #head(partition: number): LogRecord | undefined {
    const queue = this.#queues[partition]
    if (queue === undefined) return undefined
    if (queue.records.length === 0) {
      queue.records = this.#log.read({ topic: this.#topic, partition }, queue.next, readAhead).reverse()
      queue.next = (queue.records[0]?.offset ?? queue.next - 1) + 1
    }
    return queue.records.at(-1)
  }
}

const readAhead = 500

/** The topic from its first record, or from what comes next. */
export async function readTopic(
  log: Folder['log'],
  topic: Topic,
  from: 'beginning' | 'end' = 'beginning',
): Promise<TopicReader> {
  const partitions = await log.partitions(topic)
  const ends = log.ends().filter(place => place.topic === topic)
  const starts = Array.from({ length: partitions }, (_, partition) =>
    from === 'beginning' ? 0 : (ends.find(place => place.partition === partition)?.end ?? 0),
  )
  return new TopicReader(log, topic, starts)
}

/** The records with this key, in order: only its own partition is read. */
export async function recordsOf(log: Folder['log'], topic: Topic, key: string): Promise<LogRecord[]> {
  const bytes = new TextEncoder().encode(key)
  const place = { topic, partition: partitionOf(bytes, await log.partitions(topic)) }
  const found: LogRecord[] = []
  for (let from = 0; ; ) {
    const records = log.read(place, from, readAhead)
    const last = records.at(-1)
    if (last === undefined) return found
    found.push(...records.filter(record => record.key !== null && Buffer.compare(record.key, bytes) === 0))
    from = last.offset + 1
  }
}

export type ReadValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function jsonOf(bytes: Uint8Array | null): ReadValue {
  if (bytes === null) return { ok: true, value: null }
  try {
    return { ok: true, value: JSON.parse(utf8.decode(bytes)) }
  } catch {
    return { ok: false }
  }
}

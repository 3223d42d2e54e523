import type { LogRecord, TopicPartition } from '../../src/ports/log.ts'
import type { Topic } from '../../src/roles/topics.ts'
import type { Folder } from './look.ts'

/** The partitions of a topic, each with all its records. */
export function* partitionsOf(
  { log }: Folder,
  topic: Topic,
): Generator<TopicPartition & { readonly records: readonly LogRecord[] }> {
  for (const place of log.ends())
    if (place.topic === topic)
      yield { topic, partition: place.partition, records: [...recordsOf(log, place)] }
}

function* recordsOf(log: Folder['log'], place: TopicPartition): Generator<LogRecord> {
  for (let next = 0; ; ) {
    const records = log.read(place, next, 2000)
    const last = records.at(-1)
    if (last === undefined) return
    yield* records
    next = last.offset + 1
  }
}

export function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString()
}

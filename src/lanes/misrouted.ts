import type { LogRecord } from '../ports/log.ts'
import { partitionOf } from '../ports/murmur2.ts'

/**
 * How many of a partition's records another client than Java's would have been needed to put there: they have a key that
 * belongs to another partition, so another lane may meet the rest of what they are about. Nothing depends on it, as
 * versions decide; whoever runs the producers should know. Without a key a record belongs nowhere in particular.
 */
export function misrouted(records: readonly LogRecord[], partition: number, partitions: number): number {
  return records.filter(({ key }) => key !== null && partitionOf(key, partitions) !== partition).length
}

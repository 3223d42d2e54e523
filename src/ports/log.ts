/**
 * The log: ordered, partitioned, append-only topics. Kafka behind one adapter, one SQLite file behind the other.
 *
 * What the inside relies on, and the contract suite holds every adapter to:
 * - a record's offset grows within its partition; offsets may have gaps (compaction, transaction markers);
 * - a record's timestamp is set by the log when it is appended, in ms since 1970. Equal ones are common (a producer's
 *   batch shares one), and after a change of leader one may be lower than the one before it;
 * - records of one `send` to one partition keep their order; a send that rejects may have written any part of it;
 * - two consumers of a group may, for a while, both believe they own a partition. The log does not prevent it:
 *   the guarded position in the store does.
 */

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface LogRecord {
  readonly offset: number
  /** Log-append time, ms since 1970. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  /** `null` is a tombstone. The bytes are the reader's own: an adapter copies them out of its buffers. */
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

export interface OutgoingRecord {
  readonly topic: string
  /** Decides the partition (murmur2, as Java's default partitioner). Null is always the same partition. */
  readonly key: string | Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

export interface SendOptions {
  /**
   * A journal on the disk holds the records until they are marked as sent: an adapter whose log and journal are lost
   * together or not at all need not wait for the disk. Default: false.
   */
  readonly owed?: boolean
}

export interface LogProducer {
  /**
   * Resolves when every record is acknowledged by all in-sync replicas. Rejects with a retryable `PortError` when the
   * log can't be reached, and then anything between none and all of the records may be written; with another one when
   * it never can be (too large, no such topic, not allowed). Sends may overlap: an adapter that can't have that queues.
   */
  send(records: readonly OutgoingRecord[], options?: SendOptions): Promise<void>
}

/**
 * A stretch of one partition: it holds every record in `[from, to)` that exists. The adapter vouches for it: an
 * unbroken chain of fetches since the last start of the partition led to `from`.
 */
export interface Batch extends TopicPartition {
  readonly from: number
  readonly to: number
  /** In offset order; empty when all of the stretch was filtered out. */
  readonly records: readonly LogRecord[]
  /** Tells the group that the owner is alive: call it between long steps. Throws on a rebalance; let that through. */
  heartbeat(): Promise<void>
  /**
   * Aborted when the partition is revoked or the consumer stops: begin nothing new after it. An owner that stalled may
   * wake to find it not aborted yet.
   */
  readonly signal: AbortSignal
}

export type BatchAnswer =
  /** The position is now `next` (≤ `batch.to`, ≥ `batch.from`): commit it as a hint and go on from there. */
  | { readonly kind: 'advanced'; readonly next: number }
  /** The owner is in doubt: call `assigned` again and start where it says. */
  | { readonly kind: 'restart' }
  /** The lane can't go on: deliver nothing more of this partition. */
  | { readonly kind: 'halted' }

export type Start = { readonly kind: 'from'; readonly offset: number } | { readonly kind: 'halted' }

/** What a consumer calls. Calls for one partition never overlap; calls for different partitions may. */
export interface PartitionHandler {
  /**
   * The group was joined, the first time or again: these are all that this member has of it, perhaps none. Comes before
   * `assigned` of each of them.
   */
  joined?(partitions: readonly TopicPartition[]): void
  /**
   * The partition is ours as far as the log knows. Nothing of it is delivered before this resolves. The start is
   * committed as a hint, so that what was committed before never stands above it.
   */
  assigned(partition: TopicPartition): Promise<Start>
  batch(batch: Batch): Promise<BatchAnswer>
  /**
   * The partition is, or may already be, with another owner, whose `assigned` may come first. May come late, or never (a
   * crash, a long pause). Every rebalance revokes and assigns everything.
   */
  revoked(partition: TopicPartition): Promise<void>
}

export interface LogConsumer {
  /** Joins the group and delivers until `stop`. Rejects when the consumer can't go on (the process should end). */
  run(handler: PartitionHandler): Promise<void>
  /** Calls `assigned` once more for a partition, once what is under way is done; nothing happens to one that isn't ours. */
  retry(partition: TopicPartition): void
  /** Takes nothing new, waits for the batches under way, leaves the group. */
  stop(): Promise<void>
}

/** What the log says about a place in a partition; a lane checks its position against it. */
export interface Place {
  /** First offset still kept. */
  readonly start: number
  /** Offset the next record will get. */
  readonly end: number
  /** What the group last committed, or null when it has none: only ever a hint. */
  readonly committed: number | null
  /** False when this can't be the log in which the record before `offset` had `timestamp`. True when it can't be told. */
  readonly continues: boolean
}

export interface Log {
  readonly producer: LogProducer
  /** One member of a group reading whole topics. `batchRecords` bounds a batch. */
  consumer(options: {
    readonly group: string
    readonly topics: readonly string[]
    readonly batchRecords: number
  }): LogConsumer
  /** Number of partitions; rejects with a `configuration` `PortError` when the topic doesn't exist. */
  partitions(topic: string): Promise<number>
  inspect(
    partition: TopicPartition,
    at: { readonly offset: number; readonly timestamp: number | null },
    group: string,
  ): Promise<Place>
  close(): Promise<void>
}

/** A partition and the offsets `[start, end)` of it. */
export interface Stretch extends TopicPartition {
  readonly start: number
  readonly end: number
}

export interface TopicRecord extends LogRecord, TopicPartition {}

/** Looking at the log without being a member of any group: nothing is committed, nobody is disturbed. */
export interface LogReader {
  /** All partitions of the topics with what they hold; `start` is the first record at or after `since`, ms, if given. */
  stretches(topics: readonly string[], since?: number): Promise<readonly Stretch[]>
  /**
   * Every record of these stretches, once, those of a partition in order. Waits for records up to an `end` that the log hasn't
   * reached yet (`Infinity`: for ever); ends early, without an error, when the signal aborts.
   */
  scan(stretches: readonly Stretch[], signal?: AbortSignal): AsyncIterable<TopicRecord>
}

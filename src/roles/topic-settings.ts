import { type Topic, topics } from './topics.ts'

const day = 24 * 60 * 60 * 1000

/** What a topic keeps. Times in ms. */
export type Cleanup =
  /** Records older than `retention` go; a segment is closed after `segment` at the latest (default: the cluster's). */
  | { readonly kind: 'delete'; readonly retention: number; readonly segment?: number }
  /** The last record of each key stays; a tombstone for at least `tombstones`. */
  | { readonly kind: 'compact'; readonly tombstones: number }

/** A directory that was down for that long still meets the tombstone that withdraws a profile (Kafka's own: a day). */
const compacted: Cleanup = { kind: 'compact', tombstones: 30 * day }

const days = (count: number): Cleanup => ({ kind: 'delete', retention: count * day })

/** ms. Holds contact data, as the bytes of one that was dead-lettered do. */
export const rfisKept = 7 * day

/** One row a topic: what `topics create` makes and `topics check` asks for. */
export const topicSettings: Readonly<Record<Topic, Cleanup>> = {
  [topics.profiles]: compacted,
  [topics.weights]: compacted,
  // Only closed segments are removed, and Kafka's own are open for up to another 7 days.
  [topics.rfis]: { kind: 'delete', retention: rfisKept, segment: day },
  [topics.commands]: days(30),
  [topics.referrals]: days(30),
  [topics.status]: days(90),
  [topics.notices]: days(30),
  [topics.decisions]: days(90),
  [topics.visibility]: compacted,
  [topics.deadLetters]: days(90),
}

/** Of each topic, when nobody asks for another: three roles' worth of machines, and divisible by most small numbers. */
export const defaultPartitions = 24

/**
 * Bytes of the largest batch of records that a topic takes. What we send comes in pieces of 900 KiB, a record alone may
 * reach as much, and headers and keys come on top; a batch that is refused halts its lane for good, while a higher bound
 * costs nothing. Twice Kafka's own, and readers with smaller fetch sizes still get such a batch, as the first of a fetch.
 */
export const largestBatch = 2 * 1024 * 1024

export interface Durability {
  /** Copies of each partition. */
  readonly replication: number
  /** Copies that must have a record before it is acknowledged. */
  readonly minInSync: number
}

/**
 * How often records are kept: three times, and acknowledged by two, so that one broker may be lost at any time without
 * a record, and be away without a stop. With fewer than three brokers once: two copies would only add a broker that
 * stops everything when it is away.
 */
export function durabilityFor(brokers: number, replication = brokers < 3 ? 1 : 3): Durability {
  return { replication, minInSync: replication < 3 ? 1 : 2 }
}

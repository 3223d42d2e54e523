import type { Fault, Parsed } from '../domain/shape.ts'
import type { TopicPartition } from '../ports/log.ts'
import type { Reader, Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { Topic } from './topics.ts'

export const roleNames = ['directory', 'router', 'referral', 'projector', 'clock'] as const
export type RoleName = (typeof roleNames)[number]

/** Where a record came from, and when: all that a rule may know about it beside its value. */
export interface Origin extends TopicPartition {
  readonly topic: Topic
  readonly offset: number
  /** Log-append time, ms since 1970: when what *others* did happened. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  /** The bytes, for a dead letter. */
  readonly bytes: Uint8Array | null
  /** For a dead letter too. */
  readonly headers?: Readonly<Record<string, string>>
  /** The dead letter it was, when it was sent again: `timestamp` is then that of the first time. See `redrive.ts`. */
  readonly redriveOf?: string
}

/**
 * Whether the record's key isn't the id that its topic goes by: another partition may hold the rest of what it is about.
 * Nothing depends on it, as versions decide; a producer should know.
 */
export function hasOtherKey({ key }: Origin, id: string): boolean {
  return key === null || Buffer.from(id).compare(key) !== 0
}

/** A record that could be read. */
export interface Input<T> {
  readonly origin: Origin
  readonly value: T
}

/** A record to send. `cause` is the offset of the input that it answers: `ce_id` counts the emissions of a cause. */
export interface Emission {
  readonly cause: number
  readonly topic: Topic
  readonly key: string | Uint8Array | null
  /** `ce_type`. */
  readonly type: string
  /** `ce_time`, RFC 3339. */
  readonly time: string
  readonly value: unknown
}

/** What a batch comes to. The lane commits the writes and journals the emissions in one transaction. */
export interface Effects {
  readonly writes: readonly Write<Collections>[]
  readonly emissions: readonly Emission[]
  /** What is only counted: `ignored-repeat`, `ignored-older`, `other-key` … */
  readonly counts: Readonly<Record<string, number>>
}

export interface RoleContext {
  /** The lane's name, epoch included: `router/rfis/3`. */
  readonly lane: string
  /** The batch's `now`, ms since 1970; what *we* do happens at max(now, record time). */
  readonly now: number
  readonly read: Reader<Collections>
}

/** One role: batch in, effects out. It never writes, sends or reads a clock itself. */
export interface Role<T> {
  readonly name: RoleName
  readonly topics: readonly Topic[]
  /** A decoded value, or null for a tombstone, as the role's own input. A fault becomes a dead letter. */
  parse(topic: Topic, value: unknown, origin: Origin): Parsed<T>
  /** Inputs come in offset order; those that were dead letters are left out. */
  process(inputs: readonly Input<T>[], context: RoleContext): Promise<Effects>
  /** Resolves once the role may start, which for those that follow tables is when these are read. */
  ready(): Promise<void>
}

/** For records that have no value: only profiles and weights take a tombstone. */
export const tombstoneFault: Fault = {
  code: 'tombstone',
  field: '',
  found: 'a record without value',
  expected: 'a value',
}

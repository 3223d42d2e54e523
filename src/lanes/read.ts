import { type Fault, faultCodes } from '../domain/shape.ts'
import { toMillis } from '../domain/time.ts'
import type { Codec, Decoded } from '../ports/codec.ts'
import type { LogRecord, TopicPartition } from '../ports/log.ts'
import { largestRecord } from '../roles/dead-letter.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import type { Input, Origin, Role } from '../roles/role.ts'
import { type Topic, topics } from '../roles/topics.ts'

/** A record as the role takes it, or what is wrong with it. */
export type Reading<T> =
  | { readonly kind: 'input'; readonly input: Input<T> }
  | {
      readonly kind: 'fault'
      readonly origin: Origin
      readonly fault: Fault
      readonly faults?: readonly Fault[]
    }

/**
 * What others produce may be no larger than `largestRecord`. Our own records may be, since an answer holds what it
 * answers and more: to refuse one would leave a gap in its referral for ever.
 */
const foreign: ReadonlySet<Topic> = new Set([topics.profiles, topics.weights, topics.rfis, topics.commands])

/**
 * Bytes → inputs and faults, one answer per record. Nothing a producer sends can throw past here. `letters`: the dead
 * letters that were sent again, by offset; what became of them happened when they first came.
 */
export async function readRecords<T>(
  role: Role<T>,
  partition: TopicPartition,
  records: readonly LogRecord[],
  codec: Codec,
  letters: ReadonlyMap<number, DeadDocument> = none,
): Promise<Reading<T>[]> {
  const topic = partition.topic as Topic
  const most = foreign.has(topic) ? largestRecord : Number.POSITIVE_INFINITY
  const readable = records.flatMap(({ value }) => (value === null || value.length > most ? [] : [value]))
  const decoded = (await codec.decode(topic, readable)).values()
  return records.map(record => {
    const { offset, key, value, headers } = record
    const letter = letters.get(offset)
    const timestamp = letter === undefined ? record.timestamp : toMillis(letter.timestamp)
    const known = { topic, partition: partition.partition, offset, timestamp, key, bytes: value, headers }
    const origin: Origin = letter === undefined ? known : { ...known, redriveOf: letter._id }
    if (value !== null && value.length > most) return { kind: 'fault', origin, fault: tooLarge(value.length) }
    const fate = value === null ? tombstone : (decoded.next().value ?? tombstone)
    if (fate.kind === 'poison') return { kind: 'fault', origin, fault: faultOf(fate) }
    const parsed = role.parse(topic, fate.value, origin)
    if (parsed.ok) return { kind: 'input', input: { origin, value: parsed.value } }
    const { fault, faults = [fault] } = parsed
    return { kind: 'fault', origin, fault, faults }
  })
}

const none: ReadonlyMap<number, DeadDocument> = new Map()
const tombstone: Decoded = { kind: 'value', value: null }

function tooLarge(size: number): Fault {
  return { code: 'too-large', field: '', found: `${size} bytes`, expected: `at most ${largestRecord} bytes` }
}

function faultOf(poison: Extract<Decoded, { kind: 'poison' }>): Fault {
  const code = faultCodes.find(known => known === poison.code) ?? 'invalid'
  return { code, field: '', found: poison.found, expected: poison.expected }
}

import { type Fault, mostFaults } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import { hashOf, withoutRedrive } from './redrive.ts'
import type { Emission, Origin, RoleName } from './role.ts'
import { rfisKept } from './topic-settings.ts'
import { topics } from './topics.ts'

/** What others produce is refused unread when its value is larger. No larger value is kept with a dead letter. Bytes. */
export const largestRecord = 256 * 1024

/** Twice what any id of ours takes. A longer key is not sent on: beside it a letter might not fit into a record. Bytes. */
const longestKey = 1024

/** Of all headers together: more are not kept. UTF-16 code units. */
const longestHeaders = 64 * 1024

/** Of a path or an expectation in the list of faults, where there may be twenty: names of fields come from the input. */
const longestText = 300

/**
 * Input that can't be read or breaks its shape. The topic gets coordinates, a hash and what is wrong; the bytes, which
 * may hold personal data, lie in the store's `dead` alone. `faults` are the first, which stands for the record, and those
 * after it.
 */
export function deadLetter(
  role: RoleName,
  origin: Origin,
  fault: Fault,
  faults: readonly Fault[] = [fault],
): { emission: Emission; write: Write<Collections> } {
  const { topic, partition, offset, bytes, key, redriveOf = null } = origin
  const timestamp = toTimestamp(origin.timestamp)
  const hash = hashOf(bytes)
  const all = distinct(faults.map(shortened)).slice(0, mostFaults)
  return {
    emission: {
      cause: offset,
      topic: topics.deadLetters,
      key: key !== null && key.length > longestKey ? null : key,
      type: 'record.dead-lettered',
      time: timestamp,
      value: {
        topic,
        partition,
        offset,
        timestamp,
        role,
        hash,
        size: bytes?.length ?? 0,
        ...fault,
        faults: all,
        redriveOf,
      },
    },
    write: {
      kind: 'put',
      collection: 'dead',
      document: {
        _id: deadLetterId(origin),
        version: 1,
        topic,
        partition,
        offset,
        timestamp,
        role,
        code: fault.code,
        faults: all,
        hash,
        size: bytes?.length ?? null,
        key: key === null ? null : Buffer.from(key).toString('base64'),
        value: bytes === null || bytes.length > largestRecord ? null : Buffer.from(bytes).toString('base64'),
        headers: keptHeaders(origin.headers ?? {}),
        redriveOf,
        redrivingSince: null,
        removeAt: topic === topics.rfis ? toTimestamp(origin.timestamp + rfisKept) : null,
      },
    },
  }
}

/** `rfis/3@1024` */
export function deadLetterId({
  topic,
  partition,
  offset,
}: Omit<Origin, 'timestamp' | 'key' | 'bytes'>): string {
  return `${topic}/${partition}@${offset}`
}

function shortened({ code, field, found, expected }: Fault): Fault {
  return { code, field: cut(field), found: cut(found), expected: cut(expected) }
}

/** Two rules of a field may say the same. */
function distinct(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map(fault => [JSON.stringify(fault), fault])).values()]
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1).toWellFormed()}…`
}

function keptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = withoutRedrive(headers)
  const length = Object.entries(own).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return length > longestHeaders ? {} : own
}

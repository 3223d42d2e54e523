import { createHash } from 'node:crypto'
import type { Fault } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { Emission, Origin, RoleName } from './role.ts'
import { rfisKept } from './topic-settings.ts'
import { topics } from './topics.ts'

/** What others produce is refused unread when its value is larger. No larger value is kept with a dead letter. Bytes. */
export const largestRecord = 256 * 1024
/** Twice what any id of ours takes. A longer key is not sent on: beside it a letter might not fit into a record. Bytes. */
const longestKey = 1024

/**
 * Input that can't be read or breaks its shape. The topic gets coordinates, a hash and what is wrong; the bytes, which
 * may hold personal data, lie in the store's `dead` alone.
 */
export function deadLetter(
  role: RoleName,
  origin: Origin,
  fault: Fault,
): { emission: Emission; write: Write<Collections> } {
  const { topic, partition, offset, bytes, key } = origin
  const timestamp = toTimestamp(origin.timestamp)
  const hash = createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex')
  return {
    emission: {
      cause: offset,
      topic: topics.deadLetters,
      key: key !== null && key.length > longestKey ? null : key,
      type: 'record.dead-lettered',
      time: timestamp,
      value: { topic, partition, offset, timestamp, role, hash, size: bytes?.length ?? 0, ...fault },
    },
    write: {
      kind: 'put',
      collection: 'dead',
      document: {
        _id: `${topic}/${partition}@${offset}`,
        topic,
        partition,
        offset,
        timestamp,
        role,
        code: fault.code,
        hash,
        key: key === null ? null : Buffer.from(key).toString('base64'),
        value: bytes === null || bytes.length > largestRecord ? null : Buffer.from(bytes).toString('base64'),
        removeAt: topic === topics.rfis ? toTimestamp(origin.timestamp + rfisKept) : null,
      },
    },
  }
}

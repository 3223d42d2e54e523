import type { LogRecord } from '../../ports/log.ts'
import type { FetchedRecord } from './record-batches.ts'

/** A batch of kafkajs with what its types leave out: where the fetch began. */
export interface FetchedBatch {
  readonly topic: string
  readonly partition: number
  readonly fetchedOffset: string
  readonly messages: readonly FetchedRecord[]
  lastOffset(): string
}

/** Bounds of what a handler gets at once. Bytes of keys and values; one record alone may be more. */
export interface DeliveryLimits {
  readonly records: number
  readonly bytes: number
}

/** A stretch `[from, to)` of a fetch and its records. */
export interface Delivery {
  readonly to: number
  readonly records: LogRecord[]
}

/** The next stretch of a fetch that ends at `end`, beginning with the message at `index`. */
export function delivery(
  messages: readonly FetchedRecord[],
  index: number,
  end: number,
  limits: DeliveryLimits,
): Delivery {
  const records: LogRecord[] = []
  let bytes = 0
  for (let at = index; at < messages.length; at += 1) {
    const message = messages[at]
    if (message === undefined) break
    const size = (message.key?.length ?? 0) + (message.value?.length ?? 0)
    if (records.length > 0 && (records.length >= limits.records || bytes + size > limits.bytes))
      return { to: Number(message.offset), records }
    bytes += size
    records.push(recordOf(message))
  }
  return { to: end, records }
}

/** Index of the first message at or after an offset. */
export function indexOf(messages: readonly FetchedRecord[], offset: number): number {
  let [low, high] = [0, messages.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Number(messages[middle]?.offset) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Copies the bytes: they are slices of all that was fetched at once. */
export function recordOf({ offset, timestamp, key, value, headers }: FetchedRecord): LogRecord {
  return {
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: key && new Uint8Array(key),
    value: value && new Uint8Array(value),
    headers,
  }
}

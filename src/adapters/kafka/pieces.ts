import type { Message } from 'kafkajs'

/** A record on its way, in the cluster's names. */
export interface AddressedRecord {
  readonly topic: string
  readonly partition: number
  readonly message: Message
  /** About what it takes in the log. */
  readonly bytes: number
}

/** What one request to the brokers may hold, by partition and in all, in bytes. A record alone may be more. */
export interface PieceLimits {
  readonly partition: number
  readonly request: number
}

/** Brokers take record batches of 1 MiB unless told otherwise, and requests of 100 MiB. */
export const pieceLimits: PieceLimits = { partition: 900 * 1024, request: 8 * 1024 * 1024 }

/**
 * Cuts records into what is sent at once, one after the other. All of a partition in one piece become one record batch;
 * its records keep their order, within a piece and over the pieces.
 */
export function piecesOf(
  records: readonly AddressedRecord[],
  limits: PieceLimits = pieceLimits,
): AddressedRecord[][] {
  const pieces: { readonly records: AddressedRecord[]; bytes: number }[] = []
  const partitions = new Map<string, { piece: number; bytes: number }>()
  for (const record of records) {
    const place = placeOf(record)
    const { piece: from, bytes: held } = partitions.get(place) ?? { piece: 0, bytes: 0 }
    let index = held > 0 && held + record.bytes > limits.partition ? from + 1 : from
    while ((pieces[index]?.bytes ?? 0) > 0 && (pieces[index]?.bytes ?? 0) + record.bytes > limits.request)
      index += 1
    while (pieces.length <= index) pieces.push({ records: [], bytes: 0 })
    const piece = pieces[index]
    piece?.records.push(record)
    if (piece !== undefined) piece.bytes += record.bytes
    partitions.set(place, { piece: index, bytes: index === from ? held + record.bytes : record.bytes })
  }
  return pieces.flatMap(piece => (piece.records.length === 0 ? [] : [piece.records]))
}

/** What the brokers said they took. */
export interface Acknowledged {
  readonly topicName: string
  readonly partition: number
  readonly errorCode: number
}

/**
 * The records whose partition the answer doesn't speak of. kafkajs keeps answers by broker: when one has answered and the
 * leader of a partition then moves there between its retries, it sends that broker nothing more and reports success.
 */
export function unacknowledged(
  records: readonly AddressedRecord[],
  answer: readonly Acknowledged[],
): AddressedRecord[] {
  const covered = new Set(
    answer
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ topicName, partition }) => placeOf({ topic: topicName, partition })),
  )
  return records.filter(record => !covered.has(placeOf(record)))
}

/** Topics as kafkajs' `sendBatch` wants them. */
export function byTopic(records: readonly AddressedRecord[]): { topic: string; messages: Message[] }[] {
  return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    messages: group.map(({ message }) => message),
  }))
}

export function placeOf({
  topic,
  partition,
}: {
  readonly topic: string
  readonly partition: number
}): string {
  return `${topic}/${partition}`
}

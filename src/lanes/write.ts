import type { Codec } from '../ports/codec.ts'
import type { LogRecord, OutgoingRecord } from '../ports/log.ts'
import type { Emission } from '../roles/role.ts'
import type { Topic } from '../roles/topics.ts'

/** A W3C trace context that can be handed on. */
const traceparent = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * Emissions → records, in the order of their causes, each with CloudEvents 1.0 binary headers and the lane's `seq`.
 * `ce_id` and `seq` come from the cause's offset and a count within it, so that no record depends on where a batch was
 * cut, and a reader can drop repeats by comparing `seq` as two integers.
 */
export async function outgoingRecords(
  emissions: readonly Emission[],
  options: {
    readonly lane: string
    readonly source: string
    readonly codec: Codec
    readonly causes: readonly LogRecord[]
  },
): Promise<OutgoingRecord[]> {
  const { lane, source, codec } = options
  const ordered = [...emissions].sort((one, other) => one.cause - other.cause)
  const values = await encodeByTopic(ordered, codec)
  const traces = new Map<number, string>()
  for (const { offset, headers } of options.causes) {
    const trace = headers.traceparent
    if (trace !== undefined && traceparent.test(trace)) traces.set(offset, trace)
  }
  let cause = -1
  let index = 0
  return ordered.map((emission, at) => {
    index = emission.cause === cause ? index + 1 : 0
    cause = emission.cause
    const seq = `${cause}.${index}`
    const trace = traces.get(cause)
    return {
      topic: emission.topic,
      key: emission.key,
      value: values[at] ?? null,
      headers: {
        ce_id: `${lane}@${seq}`,
        ce_type: emission.type,
        ce_source: source,
        ce_time: emission.time,
        ce_specversion: '1.0',
        'content-type': codec.contentType,
        lane,
        seq,
        ...(trace === undefined ? {} : { traceparent: trace }),
      },
    }
  })
}

async function encodeByTopic(emissions: readonly Emission[], codec: Codec): Promise<Uint8Array[]> {
  const byTopic = new Map<Topic, number[]>()
  emissions.forEach(({ topic }, at) => {
    const places = byTopic.get(topic)
    if (places === undefined) byTopic.set(topic, [at])
    else places.push(at)
  })
  const encoded: Uint8Array[] = new Array(emissions.length)
  for (const [topic, places] of byTopic) {
    const values = await codec.encode(
      topic,
      places.map(at => emissions[at]?.value),
    )
    places.forEach((at, index) => {
      const value = values[index]
      if (value !== undefined) encoded[at] = value
    })
  }
  return encoded
}

/**
 * Bytes that records take in the journal, roughly: what bounds the output of one transaction. A value that several of them
 * share is held once.
 */
export function sizeOf(records: readonly OutgoingRecord[]): number {
  const values = new Set(records.map(({ value }) => value))
  let bytes = 400 * records.length
  for (const value of values) bytes += value?.length ?? 0
  return bytes
}

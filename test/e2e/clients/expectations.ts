import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { partitionOf } from '../../../src/ports/murmur2.ts'
import type { Got } from './client.ts'
import { partitions } from './world.ts'

/** Records of a topic without its prefix, by their place: `rfis/0@12`. */
export function byPlace(topic: string, records: readonly Got[]): [string, Got][] {
  return records.map(record => [`${topic}/${record.partition}@${record.offset}`, record])
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/**
 * The headers of what the worker wrote, as contracts.md has them: CloudEvents, the lane and its sequence, and the trace of
 * the record that was answered, which `ce_id` names.
 */
export function expectHeaders(
  records: readonly Got[],
  inputs: ReadonlyMap<string, Got>,
  { contentType, type }: { readonly contentType: string; type(record: Got): string },
): void {
  const last = new Map<string, readonly [number, number]>()
  for (const record of records) {
    const { lane = '', seq = '', ...headers } = record.headers
    const [role, topic, partition] = lane.split('/')
    const cause = inputs.get(`${topic}/${partition}@${seq.split('.')[0]}`)
    expect(cause, `what ${lane}@${seq} answers`).toBeDefined()
    const traceparent = cause?.headers.traceparent
    expect(headers).toEqual({
      ce_id: `${lane}@${seq}`,
      ce_type: type(record),
      ce_source: `/referral-router/${role}`,
      ce_time: expect.stringMatching(rfc3339),
      ce_specversion: '1.0',
      'content-type': contentType,
      ...(traceparent === undefined ? {} : { traceparent }),
    })
    const [offset = -1, index = -1] = seq.split('.').map(Number)
    const place = `${lane} in ${record.partition}`
    const [lastOffset, lastIndex] = last.get(place) ?? [-1, -1]
    expect(offset > lastOffset || (offset === lastOffset && index > lastIndex), `${place} grows`).toBe(true)
    last.set(place, [offset, index])
  }
}

/** Keyed by `key(value)`, in the partition that Java's default partitioner gives it. */
export function expectKeys(records: readonly Got[], key: (record: Got) => unknown): void {
  for (const record of records) {
    expect(record.key).toBe(key(record))
    expect(record.partition).toBe(partitionOf(Buffer.from(record.key ?? ''), partitions))
  }
}

interface Letter {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: string
  readonly hash: string
  readonly size: number
  readonly code: string
}

/** Each letter tells the record that it is about, and nothing of what was in it; gives the codes, sorted. */
export function expectLetters(
  letters: readonly { readonly record: Got; readonly value: unknown }[],
  inputs: ReadonlyMap<string, Got>,
): string[] {
  const codes = letters.map(({ record, value }) => {
    const letter = value as Letter
    const about = inputs.get(`${letter.topic}/${letter.partition}@${letter.offset}`)
    expect(about, 'the record a letter is about').toBeDefined()
    const bytes = about?.value ?? Buffer.alloc(0)
    const timestamp = about?.timestamp ?? null
    expect(letter).toMatchObject({
      timestamp: timestamp === null ? expect.stringMatching(rfc3339) : new Date(timestamp).toISOString(),
      hash: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.length,
      found: expect.any(String),
      expected: expect.any(String),
    })
    expect(record.key || null).toBe(about?.key || null)
    return `${letter.topic} ${letter.code}`
  })
  return codes.sort()
}

/** Records as hostile as they come, the same for the same seed. */
import { between, type Random, seeded } from '../../bench/random.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { registryCodec } from '../../src/adapters/registry/codec.ts'
import { parseShape } from '../../src/domain/shape.ts'
import type { Codec } from '../../src/ports/codec.ts'
import type { OutgoingRecord } from '../../src/ports/log.ts'
import { topicShapes } from '../../src/roles/topic-shapes.ts'
import { topics } from '../../src/roles/topics.ts'
import { asOddText, noise, scrambled, spoiled } from './mutations.ts'
import { memoryRegistry, schemaCount } from './registry.ts'
import { chance, type FuzzedTopic, pick, type Sample, World } from './samples.ts'

/** Reads what a worker with a registry reads, JSON and all that has a schema id; writes JSON, as that is looked at here. */
export function fuzzCodec(): Codec {
  const reading = registryCodec({ url: 'http://127.0.0.1', client: memoryRegistry, unknownSchemaPatience: 0 })
  return { contentType: jsonCodec.contentType, decode: reading.decode, encode: jsonCodec.encode }
}

/** How often each topic is written to. */
const shares: readonly (readonly [FuzzedTopic, number])[] = [
  [topics.rfis, 0.3],
  [topics.commands, 0.35],
  [topics.profiles, 0.14],
  [topics.weights, 0.03],
  [topics.status, 0.13],
  [topics.notices, 0.05],
]

/** Of values that hold a hundred kilobytes or more among the spoiled ones. */
const rare = 0.01

export class Feed {
  readonly #random: Random
  readonly #world: World
  readonly #avro = registryCodec({ url: 'http://127.0.0.1', client: memoryRegistry })
  #last: OutgoingRecord | null = null

  constructor(seed: number, now: number) {
    this.#random = seeded(seed)
    this.#world = new World(this.#random, now)
  }

  /** So many records that come at one moment, ms since 1970. */
  async records(count: number, now: number): Promise<OutgoingRecord[]> {
    this.#world.now = now
    const records: OutgoingRecord[] = []
    for (let at = 0; at < count; at += 1) records.push(await this.#record())
    return records
  }

  between(from: number, to: number): number {
    return between(this.#random, from, to)
  }

  async #record(): Promise<OutgoingRecord> {
    const random = this.#random
    if (this.#last !== null && chance(random, 0.02)) return this.#last
    const sample = this.#world.sample(this.#topic())
    const value = await this.#value(sample)
    const record = { topic: sample.topic, key: this.#key(sample), value, headers: this.#headers() }
    this.#last = record
    return record
  }

  #topic(): FuzzedTopic {
    let left = this.#random()
    for (const [topic, share] of shares) {
      left -= share
      if (left < 0) return topic
    }
    return topics.rfis
  }

  async #value(sample: Sample): Promise<Uint8Array | null> {
    const random = this.#random
    const json = (value: unknown) => Buffer.from(JSON.stringify(value))
    const way = random()
    // Most are in shape, so that the rest meets a world in which something happens.
    if (way < 0.5) return json(sample.value)
    if (way < 0.75) return json(spoiled(random, sample.value, rare))
    if (way < 0.8) return Buffer.from(asOddText(random, sample.value))
    if (way < 0.86) return scrambled(random, json(sample.value))
    if (way < 0.89) return noise(random)
    if (way < 0.92) return null
    const framed = await this.#framed(sample)
    return way < 0.96 ? framed : scrambled(random, framed)
  }

  /** The zero byte, a schema's id and what that schema writes, or anything. */
  async #framed({ topic, value }: Sample): Promise<Uint8Array> {
    const random = this.#random
    const parsed = parseShape(topicShapes[topic].schema, value)
    if (parsed.ok && chance(random, 0.6)) {
      const [bytes] = await this.#avro.encode(topic, [parsed.value])
      if (bytes !== undefined) return bytes
    }
    const header = Buffer.alloc(5)
    header.writeInt32BE(
      chance(random, 0.9) ? between(random, 1, schemaCount) : pick(random, [0, 9999, -1]),
      1,
    )
    return Buffer.concat([header, chance(random, 0.3) ? Buffer.from(JSON.stringify(value)) : noise(random)])
  }

  #key({ key }: Sample): string | Uint8Array | null {
    const random = this.#random
    if (chance(random, 0.93)) return key
    return pick(random, [null, '', 'other', 'k'.repeat(2000), noise(random), '__proto__'])
  }

  #headers(): Record<string, string> {
    const random = this.#random
    if (chance(random, 0.95)) return {}
    return pick<Record<string, string>>(random, [
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      { traceparent: 'no such thing' },
      { 'redrive-of': 'rfis/0@1', 'redrive-time': '2026-03-02T09:00:00.000Z' },
      { 'redrive-of': '\0', 'redrive-time': '9999-12-31T23:59:59.999Z' },
      { lane: 'referral/referral-commands/0', seq: '1.0', ce_id: 'forged' },
      { long: 'h'.repeat(70_000) },
      { constructor: 'x', toString: 'y' },
    ])
  }
}

import { setTimeout } from 'node:timers/promises'
import { unavailable } from '../../ports/errors.ts'
import type { LogReader, TopicPartition, TopicRecord } from '../../ports/log.ts'

/** ms without a record that the log said it has. */
const patience = 30_000

/** Of a partition, what was read and nobody has taken yet. */
interface Held {
  records: TopicRecord[]
  /** Everything below was read. */
  next: number
}

/** Partitions read from given places on, by one reader, as far as somebody asks. */
export class Tail {
  readonly #held = new Map<string, Held>()
  readonly #abort = new AbortController()
  readonly #records: AsyncIterator<TopicRecord>
  #pending: Promise<IteratorResult<TopicRecord>> | null = null

  constructor(
    log: Pick<LogReader, 'scan'>,
    places: readonly (TopicPartition & { readonly start: number })[],
  ) {
    for (const place of places) this.#held.set(nameOf(place), { records: [], next: place.start })
    const stretches = places.map(place => ({ ...place, end: Number.POSITIVE_INFINITY }))
    this.#records = log.scan(stretches, this.#abort.signal)[Symbol.asyncIterator]()
  }

  /** Reads until all below `offset` is held. The log must have a record there. */
  async readTo(place: TopicPartition, offset: number): Promise<void> {
    const wanted = this.#of(place)
    while (wanted.next < offset) {
      const record = await this.#next()
      const held = this.#of(record)
      if (record.offset < held.next) continue
      held.records.push(record)
      held.next = record.offset + 1
    }
  }

  /** What is held of a partition, in order. */
  held(place: TopicPartition): readonly TopicRecord[] {
    return this.#of(place).records
  }

  /** Reads to `offset` and hands over what lies below it, once. */
  async take(place: TopicPartition, offset: number): Promise<readonly TopicRecord[]> {
    await this.readTo(place, offset)
    const held = this.#of(place)
    const taken = held.records.filter(record => record.offset < offset)
    held.records = held.records.slice(taken.length)
    return taken
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#pending?.catch(() => undefined)
    await this.#records.return?.()
  }

  #of(place: TopicPartition): Held {
    const held = this.#held.get(nameOf(place))
    if (held === undefined) throw new RangeError(`${nameOf(place)} is not read`)
    return held
  }

  async #next(): Promise<TopicRecord> {
    this.#pending ??= this.#records.next()
    const timer = new AbortController()
    const late = setTimeout(patience, null, { signal: timer.signal, ref: false }).catch(() => null)
    const result = await Promise.race([this.#pending, late])
    timer.abort()
    if (result === null || result.done === true)
      throw unavailable(`the log gave nothing for ${patience / 1000} s that it says it has`)
    this.#pending = null
    return result.value
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

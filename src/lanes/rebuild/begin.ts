import { misconfigured } from '../../ports/errors.ts'
import type { Log, LogReader, Stretch, TopicPartition } from '../../ports/log.ts'
import { partitionOf } from '../../ports/murmur2.ts'
import type { Store } from '../../ports/store.ts'
import type { Collections } from '../../roles/collections.ts'
import type { Partitions } from '../../roles/rebuild/projections.ts'
import type { Topic } from '../../roles/topics.ts'
import { laneOf } from '../lane-name.ts'
import { asLogRecord, heldBy, nameOf, type Read, type Shadow } from './shadow.ts'
import { Tail } from './tail.ts'

export interface Live {
  readonly store: Store<Collections>
  readonly log: Pick<Log, 'producer'> & LogReader
}

/** A projector lane beside which another one is being folded. */
export interface Twin {
  readonly lane: string
  readonly place: TopicPartition & { readonly topic: Topic }
  /** The shadow may hold more than the live lane until that one stands here. */
  readonly ahead: number
}

export interface Begun {
  readonly twins: readonly Twin[]
  readonly partitions: Partitions
  readonly tail: Tail
  readonly entries: number
  readonly events: number
}

/** Events gathered before they are folded, over all partitions. */
const gatheredAtOnce = 2000

/**
 * Folds the journal, up to where the live lanes stood when it began. What was sent below a lane's position was projected;
 * so left out is what the log holds from there on, and what may not have been sent yet. Once all is read:
 * - of these, what the live rows hold is folded after all; the rest comes by the log
 * - what was written meanwhile may be among what was read. It is found in the log again: `ahead`.
 */
export async function begin(
  shadow: Shadow,
  live: Live,
  { progress, signal }: { progress: (entries: number) => void; signal: AbortSignal },
): Promise<Begun> {
  const { store, log } = live
  const positions = await store.positions()
  const stood = new Map(positions.map(({ lane, offset }) => [lane, offset]))
  const unsent = await unsentNames(shadow, store, positions)
  const lanes = (await log.stretches(shadow.topics)).map(stretch => laneIn(stretch, stood))
  const partitions = countsOf(lanes.map(({ place }) => place))
  const tail = new Tail(
    log,
    lanes.map(({ place, start }) => ({ ...place, start })),
  )
  try {
    const pending = new Set<string>()
    for (const { place, end } of lanes) {
      await tail.readTo(place, end)
      for (const read of await shadow.read(place, tail.held(place))) pending.add(nameOf(read))
    }
    const gathered = new Gathered(shadow)
    const unsettled: { place: TopicPartition; read: Read }[] = []
    let entries = 0
    for await (const { records, sent } of store.journal.kept()) {
      signal.throwIfAborted()
      entries += 1
      for (const [place, some] of byPlace(shadow.topics, partitions, records))
        for (const read of await shadow.read(place, some.map(asLogRecord))) {
          const name = nameOf(read)
          if (sent && !unsent.has(name) && !pending.has(name)) gathered.add(place, read)
          else unsettled.push({ place, read })
        }
      await gathered.foldIfMany()
      progress(entries)
    }
    await gathered.fold()
    const held = await heldBy(
      store,
      unsettled.map(({ read }) => read),
    )
    for (const { place, read } of unsettled) if (held.has(read)) gathered.add(place, read)
    await gathered.fold()
    const ends = new Map(
      (await log.stretches(shadow.topics)).map(({ topic, partition, end }) => [
        laneOf('projector', { topic, partition }),
        end,
      ]),
    )
    const twins: Twin[] = []
    for (const { lane, place, end } of lanes) {
      await tail.readTo(place, ends.get(lane) ?? end)
      const since = tail.held(place).filter(({ offset }) => offset >= end)
      const early = await heldBy(shadow.store, await shadow.read(place, since))
      const ahead = Math.max(0, ...Array.from(early, ({ origin }) => origin.offset + 1))
      twins.push({ lane, place, ahead })
    }
    return { twins, partitions, tail, entries, events: gathered.count }
  } catch (error) {
    await tail.close()
    throw error
  }
}

function laneIn({ topic, partition, start, end }: Stretch, stood: ReadonlyMap<string, number>) {
  const place = { topic: topic as Topic, partition }
  const lane = laneOf('projector', place)
  const offset = stood.get(lane) ?? start
  if (offset < start || offset > end)
    throw misconfigured(
      `${lane} stands at ${offset}, and the log goes from ${start} to ${end}: let it go on with "lanes resume", then rebuild`,
    )
  return { lane, place, start: offset, end }
}

function countsOf(places: readonly { readonly topic: Topic }[]): Partitions {
  const counts: Partial<Record<Topic, number>> = {}
  for (const { topic } of places) counts[topic] = (counts[topic] ?? 0) + 1
  return counts
}

/** By partition, as the log's adapter sends them. */
function byPlace<R extends { readonly topic: string; readonly key: string | Uint8Array | null }>(
  topics: readonly Topic[],
  partitions: Partitions,
  records: readonly R[],
): Map<TopicPartition, R[]> {
  const places = new Map<string, TopicPartition>()
  const found = new Map<TopicPartition, R[]>()
  for (const record of records) {
    const topic = topics.find(one => one === record.topic)
    if (topic === undefined) continue
    const { key } = record
    const bytes = typeof key === 'string' ? Buffer.from(key) : (key ?? new Uint8Array(0))
    const partition = partitionOf(bytes, partitions[topic] ?? 1)
    const name = `${topic}/${partition}`
    const place = places.get(name) ?? { topic, partition }
    places.set(name, place)
    const some = found.get(place)
    if (some === undefined) found.set(place, [record])
    else some.push(record)
  }
  return found
}

/** Events of entries that are not marked sent: whether the log has them, nobody knows. */
async function unsentNames(
  shadow: Shadow,
  { journal }: Store<Collections>,
  positions: readonly { readonly lane: string }[],
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  if ((await journal.unsentCount()) === 0) return names
  for (const { lane } of positions)
    for (const { records } of await journal.unsent(lane))
      for (const topic of shadow.topics) {
        const some = records.filter(record => record.topic === topic).map(asLogRecord)
        for (const read of await shadow.read({ topic, partition: 0 }, some)) names.add(nameOf(read))
      }
  return names
}

/** Inputs by partition, folded when there are enough to be worth a transaction. */
class Gathered {
  readonly #shadow: Shadow
  readonly #byPlace = new Map<string, { readonly place: TopicPartition; readonly inputs: Read[] }>()
  #held = 0
  count = 0

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  add(place: TopicPartition, read: Read): void {
    const name = `${place.topic}/${place.partition}`
    const known = this.#byPlace.get(name) ?? { place, inputs: [] }
    this.#byPlace.set(name, known)
    known.inputs.push(read)
    this.#held += 1
    this.count += 1
  }

  async foldIfMany(): Promise<void> {
    if (this.#held >= gatheredAtOnce) await this.fold()
  }

  async fold(): Promise<void> {
    for (const { place, inputs } of this.#byPlace.values()) await this.#shadow.fold(place, inputs)
    this.#byPlace.clear()
    this.#held = 0
  }
}

import type { Codec } from '../../ports/codec.ts'
import { misconfigured } from '../../ports/errors.ts'
import type { Store } from '../../ports/store.ts'
import type { Collections } from '../../roles/collections.ts'
import { ownerOf, type Projected, projected, projectionOf } from '../../roles/rebuild/projections.ts'
import { topics } from '../../roles/topics.ts'
import { laneOf } from '../lane-name.ts'
import { type Begun, begin, type Live, type Twin } from './begin.ts'
import { compare, type Found, type Reference } from './found.ts'
import { type Beside, follow, lackingIn, settle } from './settle.ts'
import { Shadow } from './shadow.ts'

export interface RebuildOptions extends Live {
  readonly codec: Codec
  /** An empty store for what is rebuilt. Nothing in it is needed afterwards. */
  readonly beside: Store<Collections>
  /** Null for all. */
  readonly projection: string | null
  /** Whether what differs is exchanged. */
  readonly exchange: boolean
  readonly progress?: (stage: Stage, done: number, total: number | null) => void
  readonly signal?: AbortSignal
}

export type Stage = 'reading the journal' | 'comparing'

export interface Difference extends Reference, Pick<Found, 'kind' | 'path'> {
  readonly lane: string
  readonly projection: string
}

export interface Rebuilt {
  readonly entries: number
  readonly events: number
  /** Live documents looked at, by projection. */
  readonly compared: Readonly<Record<string, number>>
  /** Differences by projection. */
  readonly differences: Readonly<Record<string, number>>
  /** The first of them. */
  readonly named: readonly Difference[]
  readonly exchanged: boolean
  /** Differences that are left: all of them, if nothing was exchanged. */
  readonly left: number
  /** Rows that the live one has more of than the journal: then nothing is exchanged. */
  readonly lacking: { readonly count: number; readonly named: readonly string[] }
  /** Lanes that could not be compared, and why. */
  readonly unsettled: readonly { readonly lane: string; readonly why: string }[]
}

const mostNamed = 50
const mostRounds = 5
const page = 500

/**
 * Folds the projector's read models once more from the journal, beside the live ones, and exchanges what differs. Events
 * keep coming meanwhile: both are compared, document by document, at one position of the lane that writes them.
 * @throws PortError `configuration` when the journal isn't kept, or a lane can't go on
 */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { store, codec, progress = () => undefined } = options
  const seconds = await store.journal.keptFor()
  if (seconds !== null)
    throw misconfigured(
      `entries leave the journal ${seconds} s after they were sent, so not all can be rebuilt: that was set by "store migrate --keep-sent", and ends when the index of journal on sentAt is dropped`,
    )
  const signal = options.signal ?? new AbortController().signal
  const shadow = new Shadow(options.beside, codec)
  const total = await store.journal.count()
  const begun = await begin(shadow, options, {
    signal,
    progress: entries => progress('reading the journal', entries, total),
  })
  const { tail } = begun
  try {
    return await settleAll(options, begun, { shadow, live: options, tail, signal })
  } finally {
    await tail.close()
  }
}

async function settleAll(
  { projection, store, exchange, progress = () => undefined }: RebuildOptions,
  { twins, partitions, entries, events }: Begun,
  beside: Beside,
): Promise<Rebuilt> {
  const differences: Record<string, number> = {}
  const named: Difference[] = []
  const unsettled: { lane: string; why: string }[] = []
  const lacking: Found[] = []
  let compared: Record<string, number> = {}
  let exchanged = false
  let left = 0
  const byLane = new Map(twins.map(twin => [twin.lane, twin]))
  const first = twins.find(({ place }) => place.topic === topics.status)
  const ownerAmong = (collection: Projected, id: string): Twin | undefined => {
    const place = ownerOf(collection, id, partitions)
    // What can be nobody's is an extra document of the first lane.
    return (place === null ? undefined : byLane.get(laneOf('projector', place))) ?? first
  }

  const wanted = ({ collection, id }: Reference) =>
    projection === null || projectionOf(collection, id) === projection

  // What is exchanged in several transactions meets events in between: looked at again, until nothing is left.
  for (let round = 0; round < mostRounds; round += 1) {
    const counts: Record<string, number> = {}
    const suspects = await findSuspects(counts)
    if (round === 0) compared = counts
    let found = 0
    let more = false
    // Before anything is exchanged, whatever it is: is the journal whole?
    for (const [twin, references] of suspects) {
      const rows = references.filter(({ collection }) => collection === 'inbox')
      const settled = await settle(twin, rows, beside, false)
      if (settled.kind === 'settled') lacking.push(...(await lackingIn(settled.found, beside.live)))
      else unsettled.push({ lane: twin.lane, why: settled.why })
    }
    const allowed = exchange && lacking.length === 0 && unsettled.length === 0
    for (const [twin, references] of suspects) {
      if (unsettled.some(({ lane }) => lane === twin.lane)) continue
      const settled = await settle(twin, references.filter(wanted), beside, allowed)
      if (settled.kind === 'unsettled') {
        unsettled.push({ lane: twin.lane, why: settled.why })
        continue
      }
      more ||= settled.exchanged
      found += settled.found.length
      if (round === 0) for (const one of settled.found) note(twin, one)
    }
    exchanged ||= more
    left = found
    if (!more || unsettled.length > 0) break
  }
  return {
    ...{ entries, events, compared, differences, named, exchanged, left, unsettled },
    lacking: { count: lacking.length, named: lacking.slice(0, mostNamed).map(({ id }) => id) },
  }

  function note({ lane }: Twin, { collection, id, kind, path }: Found): void {
    const name = projectionOf(collection, id)
    differences[name] = (differences[name] ?? 0) + 1
    if (named.length < mostNamed) named.push({ lane, projection: name, collection, id, kind, path })
  }

  /** Documents that don't look the same at a glance, by lane. */
  async function findSuspects(counts: Record<string, number>): Promise<Map<Twin, Reference[]>> {
    const suspects = new Map<Twin, Reference[]>()
    const suspect = (reference: Reference) => {
      const twin = ownerAmong(reference.collection, reference.id)
      if (twin === undefined) return
      const known = suspects.get(twin)
      if (known === undefined) suspects.set(twin, [reference])
      else known.push(reference)
    }
    let done = 0
    let total = 0
    for (const collection of projected) total += await store.count(collection, {})
    for (const collection of projected) {
      for await (const documents of pagesOf(store, collection)) {
        beside.signal.throwIfAborted()
        await followAll(twins, beside)
        const others = await beside.shadow.store.get(
          collection,
          documents.map(({ _id }) => _id),
        )
        for (const document of documents) {
          const reference = { collection, id: document._id }
          if (collection !== 'inbox' && !wanted(reference)) continue
          const name = projectionOf(collection, document._id)
          if (wanted(reference)) counts[name] = (counts[name] ?? 0) + 1
          if (compare(reference, document, others.get(document._id) ?? null) !== null) suspect(reference)
        }
        done += documents.length
        progress('comparing', done, Math.max(total, done))
      }
      for await (const documents of pagesOf(beside.shadow.store, collection)) {
        const ids = documents
          .map(({ _id }) => _id)
          .filter(id => collection === 'inbox' || wanted({ collection, id }))
        const there = await store.get(collection, ids)
        for (const id of ids) if (!there.has(id)) suspect({ collection, id })
      }
    }
    return suspects
  }
}

async function followAll(twins: readonly Twin[], beside: Beside): Promise<void> {
  const positions = await beside.live.store.positions()
  const offsets = new Map(positions.map(({ lane, offset }) => [lane, offset]))
  for (const twin of twins) await follow(twin, offsets.get(twin.lane) ?? 0, beside)
}

async function* pagesOf<K extends Projected>(
  store: Store<Collections>,
  collection: K,
): AsyncGenerator<readonly Collections[K][]> {
  for (let last = ''; ; ) {
    const documents = await store.find(collection, {
      where: { _id: { gt: last } },
      sort: [['_id', 1]],
      limit: page,
    })
    if (documents.length > 0) yield documents
    last = documents.at(-1)?._id ?? last
    if (documents.length < page) return
  }
}

import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Position, StoredDocument } from '../../ports/store.ts'
import type { Live, Twin } from './begin.ts'
import { exchange } from './exchange.ts'
import { compare, type Found, type Reference } from './found.ts'
import type { Shadow } from './shadow.ts'
import type { Tail } from './tail.ts'

export interface Beside {
  readonly shadow: Shadow
  readonly live: Live
  readonly tail: Tail
  readonly signal: AbortSignal
}

export type Settled =
  | { readonly kind: 'settled'; readonly found: readonly Found[]; readonly exchanged: boolean }
  /** The lane never stood still for long enough, or still stands where the shadow is ahead of it. */
  | { readonly kind: 'unsettled'; readonly why: string }

/** Documents looked at in one go: as large a window as the lane's next commit leaves. */
const settledAtOnce = 200
const patience = 30_000
const triesBeforeHalves = 12
/** ms that the lane gets between two exchanges. A lane that nobody works on doesn't use them. */
const mostPause = 500

/** Brings the shadow to where the lane stands. */
export async function follow({ place }: Twin, offset: number, { shadow, tail }: Beside): Promise<void> {
  const records = await tail.take(place, offset)
  if (records.length > 0) await shadow.fold(place, await shadow.read(place, records))
}

/**
 * Which of the documents differ, for certain: both are read at one position of the lane. With `exchanging` they are
 * exchanged there too; when the lane moves in between all is done again, in smaller portions if need be.
 */
export async function settle(
  twin: Twin,
  references: readonly Reference[],
  beside: Beside,
  exchanging: boolean,
): Promise<Settled> {
  const all: Found[] = []
  let exchanged = false
  const waiting: (readonly Reference[])[] = []
  for (let at = 0; at < references.length; at += settledAtOnce)
    waiting.push(references.slice(at, at + settledAtOnce))
  waiting.reverse()
  let tries = 0
  let deadline = performance.now() + patience
  for (;;) {
    const some = waiting.at(-1)
    if (some === undefined) return { kind: 'settled', found: all, exchanged }
    beside.signal.throwIfAborted()
    const looked = await look(twin, some, beside)
    const done = looked.kind === 'seen' && (await settleOne(looked, beside, exchanging))
    if (looked.kind === 'seen' && done !== false) {
      if (done === 'no-position') return { kind: 'unsettled', why: 'has no position: run a worker first' }
      all.push(...looked.found)
      exchanged ||= done === 'exchanged'
      waiting.pop()
      if (done === 'exchanged' && waiting.length > 0)
        await letGoOn(twin, looked.position?.offset ?? 0, beside)
      tries = 0
      deadline = performance.now() + patience
      continue
    }
    if (performance.now() > deadline)
      return { kind: 'unsettled', why: looked.kind === 'seen' ? 'moves too fast' : looked.why }
    tries += 1
    if (tries % triesBeforeHalves === 0 && some.length > 1) {
      waiting.pop()
      waiting.push(some.slice(some.length >> 1), some.slice(0, some.length >> 1))
    }
    await setTimeout(Math.min(100, 2 * tries))
  }
}

interface Seen {
  readonly kind: 'seen'
  readonly position: Position | null
  readonly found: readonly Found[]
}

type Looked = Seen | { readonly kind: 'moved'; readonly why: string }

async function look(twin: Twin, references: readonly Reference[], beside: Beside): Promise<Looked> {
  const { shadow, live } = beside
  const { lane, ahead } = twin
  const before = await live.store.position(lane)
  const documents = await load(live.store, references)
  const after = await live.store.position(lane)
  if (before?.offset !== after?.offset || before?.epoch !== after?.epoch)
    return { kind: 'moved', why: 'moves too fast' }
  const offset = after?.offset ?? 0
  if (offset < ahead)
    return {
      kind: 'moved',
      why: `stands at ${offset}, and events up to ${ahead} are on their way: run a worker until they are in`,
    }
  await follow(twin, offset, beside)
  const rebuilt = await load(shadow.store, references)
  const found = references.flatMap(reference => {
    const name = nameOf(reference)
    return compare(reference, documents.get(name) ?? null, rebuilt.get(name) ?? null) ?? []
  })
  return { kind: 'seen', position: after, found }
}

/** False when the position moved before all was exchanged. */
async function settleOne(
  { found, position }: Seen,
  { live }: Beside,
  exchanging: boolean,
): Promise<'same' | 'exchanged' | 'no-position' | false> {
  if (!exchanging || found.length === 0) return 'same'
  if (position === null) return 'no-position'
  return (await exchange(found, position, live)) ? 'exchanged' : false
}

/**
 * Each exchange costs the live lane the batch it has in hand: so that many in a row don't hold it up, it gets the time for
 * the next one, if it has any.
 */
async function letGoOn(
  { lane, place: { topic, partition } }: Twin,
  offset: number,
  { live: { store, log }, signal }: Beside,
): Promise<void> {
  const stretches = await log.stretches([topic])
  const end = stretches.find(stretch => stretch.partition === partition)?.end ?? 0
  const deadline = performance.now() + mostPause
  while (offset < end && performance.now() < deadline && !signal.aborted) {
    await setTimeout(10)
    if ((await store.position(lane))?.offset !== offset) return
  }
}

/** Rows whose referral has come further than the journal knows: entries of it are gone. */
export async function lackingIn(found: readonly Found[], { store }: Live): Promise<Found[]> {
  const rows = found.filter(({ collection, live }) => collection === 'inbox' && live !== null)
  if (rows.length === 0) return []
  const referrals = await store.get(
    'referrals',
    rows.map(({ id }) => id),
  )
  return rows.filter(({ id, live, rebuilt }) => {
    const truth = referrals.get(id)?.version ?? 0
    return versionOf(rebuilt) < Math.min(truth, versionOf(live))
  })
}

function versionOf(row: StoredDocument | null): number {
  return row !== null && 'version' in row && typeof row.version === 'number' ? row.version : 0
}

/** By collection and id. */
async function load(
  store: Live['store'],
  references: readonly Reference[],
): Promise<Map<string, StoredDocument>> {
  const found = new Map<string, StoredDocument>()
  for (const [collection, some] of Map.groupBy(references, ({ collection }) => collection)) {
    const ids = some.map(({ id }) => id)
    for (const [id, document] of await store.get(collection, ids))
      found.set(nameOf({ collection, id }), document)
  }
  return found
}

function nameOf({ collection, id }: Reference): string {
  return `${collection}/${id}`
}

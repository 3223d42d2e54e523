import type { JournalEntry, Position } from '../ports/store.ts'
import type { Emission } from '../roles/role.ts'
import { laneName } from './lane-name.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import { PieceSize } from './piece-size.ts'
import { Interrupted, persist } from './retry.ts'
import { outgoingRecords, sizeOf } from './write.ts'

/**
 * What is said between two batches, though no input asks for it; `cause` is theirs, as emissions go by one, and `at` the
 * time of the last input (ms since 1970), as nothing is said to have happened before it. Null: it is too early to say.
 */
export type MakeAside = (cause: number, at: number) => Promise<readonly Emission[] | null>

export type Aside =
  | { readonly kind: 'committed'; readonly to: Position | null; readonly journal: JournalEntry | null }
  | { readonly kind: 'position-moved' }
  | { readonly kind: 'too-early' }
  /** More than goes into one transaction: ask for less at a time. */
  | { readonly kind: 'too-much' }

/**
 * Journals what is to be said, guarded on the position, which stays where it is but for its epoch. All that is said has an
 * epoch of its own, and the lane goes on under the one after it: its `seq` meets no other, and a reader that knows of
 * epochs knows which came last.
 */
export async function commitAside<T>(
  {
    from,
    lane: base,
    offset,
  }: { readonly from: Position | null; readonly lane: string; readonly offset: number },
  make: MakeAside,
  options: LaneOptions<T>,
  waiting: Waiting,
): Promise<Aside> {
  const { store, codec, source, outputLimit } = options
  const wait = { ...options, ...waiting, what: `${base}, aside` }
  // One that has read nothing yet may own what another one wrote, when partitions have come.
  const stood = from ?? { lane: base, offset, timestamp: null, epoch: 0 }
  const lane = laneName(base, stood.epoch + 1)
  const to: Position = { ...stood, epoch: stood.epoch + 2 }
  const emissions = await persist(() => make(offset, stood.timestamp ?? 0), wait)
  if (emissions === null) return { kind: 'too-early' }
  if (emissions.length === 0) return { kind: 'committed', to: from, journal: null }
  const written = { lane, source, codec, causes: [] }
  const records = await persist(() => outgoingRecords(emissions, written), wait)
  if (new PieceSize(outputLimit).isTooMuch(records.length, sizeOf(records))) return { kind: 'too-much' }
  const journal = { lane, first: offset, records }
  if (waiting.signal?.aborted === true) throw new Interrupted(wait.what)
  const outcome = await persist(() => store.commit({ move: { from, to }, writes: [], journal }), wait)
  // Nothing is written that could conflict.
  return outcome.kind === 'committed' ? { kind: 'committed', to, journal } : { kind: 'position-moved' }
}

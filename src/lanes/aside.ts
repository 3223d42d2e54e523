import type { JournalEntry, Position } from '../ports/store.ts'
import type { Emission } from '../roles/role.ts'
import { laneName } from './lane-name.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import { PieceSize } from './piece-size.ts'
import { persist } from './retry.ts'
import { outgoingRecords, sizeOf } from './write.ts'

/**
 * What is said between two batches, though no input asks for it; `cause` is theirs, as emissions go by one, and `at` the
 * time of the last input (ms since 1970), as nothing is said to have happened before it.
 */
export type MakeAside = (cause: number, at: number) => Promise<readonly Emission[]>

export type Aside =
  | { readonly kind: 'committed'; readonly to: Position; readonly journal: JournalEntry | null }
  | { readonly kind: 'position-moved' }
  /** More than goes into one transaction: ask for less at a time. */
  | { readonly kind: 'too-much' }

/**
 * Journals what is to be said, guarded on the position, which stays where it is but for its epoch. All that is said has an
 * epoch of its own, and the lane goes on under the one after it: its `seq` meets no other, and a reader that knows of
 * epochs knows which came last.
 */
export async function commitAside<T>(
  from: Position,
  make: MakeAside,
  options: LaneOptions<T>,
  waiting: Waiting,
): Promise<Aside> {
  const { store, codec, source, outputLimit } = options
  const wait = { ...options, ...waiting, what: `${from.lane}, aside` }
  const lane = laneName(from.lane, from.epoch + 1)
  const to: Position = { ...from, epoch: from.epoch + 2 }
  const emissions = await persist(() => make(from.offset, from.timestamp ?? 0), wait)
  if (emissions.length === 0) return { kind: 'committed', to: from, journal: null }
  const written = { lane, source, codec, causes: [] }
  const records = await persist(() => outgoingRecords(emissions, written), wait)
  if (new PieceSize(outputLimit).isTooMuch(records.length, sizeOf(records))) return { kind: 'too-much' }
  const journal = { lane, first: from.offset, records }
  const outcome = await persist(() => store.commit({ move: { from, to }, writes: [], journal }), wait)
  // Nothing is written that could conflict.
  return outcome.kind === 'committed' ? { kind: 'committed', to, journal } : { kind: 'position-moved' }
}

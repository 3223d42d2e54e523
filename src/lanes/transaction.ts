import type { LogRecord } from '../ports/log.ts'
import type { CommitOutcome, JournalEntry, Position } from '../ports/store.ts'
import { deadLetter } from '../roles/dead-letter.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import type { Emission, Input, Role } from '../roles/role.ts'
import { withoutErasedBytes } from './erased-bytes.ts'
import { laneName } from './lane-name.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import type { PieceSize } from './piece-size.ts'
import type { Reading } from './read.ts'
import { countsOf, type Redriven, redrivenOf, untakenOf, writesFor } from './redriven.ts'
import { persist } from './retry.ts'
import { outgoingRecords, sizeOf } from './write.ts'

/** Records that take effect together. */
export interface Piece<T> {
  readonly records: readonly LogRecord[]
  readonly inputs: readonly Input<T>[]
  readonly dead: readonly ReturnType<typeof deadLetter>[]
  /** Dead letters that were sent again. */
  readonly redriven: readonly Redriven[]
  readonly from: Position | null
  /** The position once they have. */
  readonly to: Position
}

export function pieceOf<T>(
  role: Role<T>,
  readings: readonly Reading<T>[],
  records: readonly LogRecord[],
  { from, to }: { readonly from: Position | null; readonly to: Pick<Position, 'lane' | 'offset'> },
  letters: ReadonlyMap<number, DeadDocument>,
): Piece<T> {
  const timestamp = records.at(-1)?.timestamp ?? from?.timestamp ?? null
  return {
    records,
    inputs: readings.flatMap(reading => (reading.kind === 'input' ? [reading.input] : [])),
    dead: readings.flatMap(reading =>
      reading.kind === 'fault' ? [deadLetter(role.name, reading.origin, reading.fault, reading.faults)] : [],
    ),
    redriven: redrivenOf(records, letters),
    from,
    to: { ...to, timestamp, epoch: from?.epoch ?? 0 },
  }
}

/** What became of one try to work a piece. */
export type Attempt =
  | {
      readonly kind: 'committed'
      /** What is to be sent. */
      readonly journal: JournalEntry | null
      readonly counts: Readonly<Record<string, number>>
    }
  /** The output is over the limit, and the piece can be cut. */
  | { readonly kind: 'too-much' }
  | Exclude<CommitOutcome, { readonly kind: 'committed' }>

/**
 * Loads what the piece touches, takes the role's step and commits in one transaction: the position, guarded on its old
 * value, documents, guarded by version, and the journal entry with all that is to be sent.
 */
export async function attempt<T>(
  { records, inputs: all, dead: allDead, redriven, from, to }: Piece<T>,
  options: LaneOptions<T>,
  pieceSize: PieceSize,
  waiting: Waiting,
): Promise<Attempt> {
  const { role, store, codec, source, time } = options
  const wait = { ...options, ...waiting, what: to.lane }
  const lane = laneName(to.lane, to.epoch)
  const context = { lane, now: (options.now ?? time.now)(), read: store }
  const untaken = await persist(() => untakenOf(redriven, store), wait)
  const { repeats } = untaken
  const inputs = repeats.size === 0 ? all : all.filter(({ origin }) => !repeats.has(origin.offset))
  const dead = repeats.size === 0 ? allDead : allDead.filter(({ emission }) => !repeats.has(emission.cause))
  const effects = await persist(() => role.process(inputs, context), wait)
  const emissions: Emission[] = [...dead.map(letter => letter.emission), ...effects.emissions]
  const outgoing = await persist(
    () => outgoingRecords(emissions, { lane, source, codec, causes: records }),
    wait,
  )
  if (pieceSize.isTooMuch(records.length, sizeOf(outgoing))) return { kind: 'too-much' }
  const journal: JournalEntry | null =
    outgoing.length === 0 ? null : { lane, first: records[0]?.offset ?? to.offset, records: outgoing }
  const made = [...dead.map(letter => letter.write), ...effects.writes]
  const caused = await persist(() => withoutErasedBytes(made, { store, codec }), wait)
  const writes = [...writesFor(untaken, caused, { lane, now: context.now }), ...caused]
  const outcome = await persist(() => store.commit({ move: { from, to }, writes, journal }), wait)
  return outcome.kind === 'committed'
    ? { kind: 'committed', journal, counts: { ...effects.counts, ...countsOf(untaken) } }
    : outcome
}

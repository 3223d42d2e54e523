import { countIn, countsIn, type TermBlock } from './interest-blocks.ts'
import { type Deals, type Likeness, termCounts } from './likeness.ts'

const copied = new Float64Array(termCounts.length)

/** Good until the next call. */
export function countsAt(block: TermBlock, at: number): Float64Array {
  countsIn(block, at, copied)
  return copied
}

/** What a partner did under a term of its block, as read at a day: all of it. */
export function tallyIn(
  at: number,
  block: TermBlock,
  place: number,
  scale: number,
): Likeness['terms'][number] {
  const counts = countsAt(block, place)
  const of = (count: number) => Math.round((counts[count] as number) * scale)
  return {
    at,
    accepted: of(0),
    closed: of(1),
    answeredInHour: of(2),
    answeredInDay: of(3),
    won: of(4),
    ended: of(5),
    fitting: of(6),
  }
}

/** `Deals` in the making. */
export type Met = Readonly<Record<'terms' | 'bands', Deals['terms'][number][]>>

/** Of these, what scores read: accepted, won, fitting. */
export function dealCounts(block: TermBlock, place: number): [number, number, number] {
  return [countIn(block, place, 0), countIn(block, place, 4), countIn(block, place, 6)]
}

/** Of the same, what scores read. */
export function dealsIn(at: number, block: TermBlock, place: number, scale: number): Deals['terms'][number] {
  const [accepted, won, fitting] = dealCounts(block, place)
  return {
    at,
    accepted: Math.round(accepted * scale),
    won: Math.round(won * scale),
    fitting: Math.round(fitting * scale),
  }
}

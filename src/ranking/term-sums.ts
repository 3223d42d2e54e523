import { type Buckets, type Counter, type Counts, counters, visitCounts } from './buckets.ts'
import { termCounts } from './likeness.ts'
import { latestDayIn, visitPacked } from './packed-buckets.ts'

const place = Object.fromEntries(counters.map((counter, at) => [counter, at])) as Record<Counter, number>

export function latestDayOf(buckets: Buckets | string): number | null {
  return typeof buckets === 'string' ? latestDayIn(buckets) : buckets.latestDay
}

/** Adds up what was answered under a term, in the order of `termCounts`, each day by its weight. */
export class TermSums {
  readonly #weightOf: (day: number) => number
  readonly #counts = new Float64Array(counters.length)
  readonly #sums = new Float64Array(termCounts.length)
  /** Of the day under way: what one count of it weighs. */
  #weight = 0

  constructor(weightOf: (day: number) => number) {
    this.#weightOf = weightOf
  }

  /** Of packed buckets or others, the same figures. Good until the next call. */
  of(buckets: Buckets | string): Float64Array {
    this.#sums.fill(0)
    if (typeof buckets === 'string') visitPacked(buckets, this.#counts, this.#add)
    else visitCounts(buckets, this.#addCounts)
    return this.#sums
  }

  readonly #add = (day: number) => {
    const counts = this.#counts
    const of = (at: number) => counts[at] as number
    this.#weight = this.#weightOf(day)
    const others = of(place.declinedCustomer) + of(place.declinedOther) + of(place.silent)
    const lost = of(place.lostFit) + of(place.lostCustomer) + of(place.lostOther)
    this.#answers(of(place.accepted), of(place.declinedFit), others)
    this.#times(of(place.answeredInHour), of(place.answeredInDay))
    this.#ends(of(place.declinedFit) + others, of(place.won), lost)
  }

  readonly #addCounts = (day: number, counts: Counts) => {
    const { declinedFit = 0, won = 0 } = counts
    this.#weight = this.#weightOf(day)
    const others = (counts.declinedCustomer ?? 0) + (counts.declinedOther ?? 0) + (counts.silent ?? 0)
    const lost = (counts.lostFit ?? 0) + (counts.lostCustomer ?? 0) + (counts.lostOther ?? 0)
    this.#answers(counts.accepted ?? 0, declinedFit, others)
    this.#times(counts.answeredInHour ?? 0, counts.answeredInDay ?? 0)
    this.#ends(declinedFit + others, won, lost)
  }

  #answers(accepted: number, declinedFit: number, others: number): void {
    this.#plus(0, accepted)
    this.#plus(1, accepted + declinedFit + others)
    this.#plus(6, accepted + others)
  }

  #times(inHour: number, inDay: number): void {
    this.#plus(2, inHour)
    this.#plus(3, inDay)
  }

  #ends(over: number, won: number, lost: number): void {
    this.#plus(4, won)
    this.#plus(5, over + won + lost)
  }

  #plus(count: number, of: number): void {
    this.#sums[count] = (this.#sums[count] as number) + this.#weight * of
  }
}

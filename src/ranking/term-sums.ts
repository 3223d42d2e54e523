import { type Buckets, type Counter, counters, datedCounts } from './buckets.ts'
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

  constructor(weightOf: (day: number) => number) {
    this.#weightOf = weightOf
  }

  /** Of packed buckets or others, the same figures. Good until the next call. */
  of(buckets: Buckets | string): Float64Array {
    this.#sums.fill(0)
    if (typeof buckets === 'string') visitPacked(buckets, this.#counts, this.#add)
    else
      for (const { at, counts } of datedCounts(buckets)) {
        for (const counter in counts)
          this.#counts[place[counter as Counter]] = counts[counter as Counter] ?? 0
        this.#add(at)
        this.#counts.fill(0)
      }
    return this.#sums
  }

  readonly #add = (day: number) => {
    const weight = this.#weightOf(day)
    const sums = this.#sums
    const counts = this.#counts
    const of = (at: number) => counts[at] as number
    const accepted = of(place.accepted)
    const declinedFit = of(place.declinedFit)
    const over = declinedFit + of(place.declinedCustomer) + of(place.declinedOther) + of(place.silent)
    const won = of(place.won)
    const lost = of(place.lostFit) + of(place.lostCustomer) + of(place.lostOther)
    sums[0] = (sums[0] as number) + weight * accepted
    sums[1] = (sums[1] as number) + weight * (accepted + over)
    sums[2] = (sums[2] as number) + weight * of(place.answeredInHour)
    sums[3] = (sums[3] as number) + weight * of(place.answeredInDay)
    sums[4] = (sums[4] as number) + weight * won
    sums[5] = (sums[5] as number) + weight * (over + won + lost)
    sums[6] = (sums[6] as number) + weight * (accepted + over - declinedFit)
  }
}

import { addToBuckets, type Buckets, dayOf, hasAny, joinBuckets, noBuckets } from './buckets.ts'
import { countAnswerTime, countsOf, type Evidence, type Fact, isTimed } from './evidence.ts'

/**
 * The same counts as in evidence, over all partners. Each projector lane keeps its part; whoever reads adds them up.
 * Offers still open are not listed: for the population, silence counts when its `expired` is in.
 */
export interface Population {
  /** Facts folded. */
  readonly version: number
  /** Partners that ever accepted anything, each counted by the lane that keeps its evidence. */
  readonly partners: number
  readonly buckets: Buckets
  readonly answerTimes: readonly number[]
}

export const noPopulation: Population = { version: 0, partners: 0, buckets: noBuckets, answerTimes: [] }

/** @param before - the partner's evidence without the fact */
export function foldPopulation(sums: Population, fact: Fact, before: Pick<Evidence, 'buckets'>): Population {
  const isFirst = fact.type === 'accepted' && !hasAny(before.buckets, 'accepted')
  return {
    version: sums.version + 1,
    partners: sums.partners + (isFirst ? 1 : 0),
    buckets: addToBuckets(sums.buckets, dayOf(fact.routedAt), countsOf(fact)),
    answerTimes: isTimed(fact) ? countAnswerTime(sums.answerTimes, fact.answerTime) : sums.answerTimes,
  }
}

export function addPopulations(parts: Iterable<Population>): Population {
  let sum = noPopulation
  for (const part of parts) {
    sum = {
      version: sum.version + part.version,
      partners: sum.partners + part.partners,
      buckets: joinBuckets(sum.buckets, part.buckets),
      answerTimes: addTimes(sum.answerTimes, part.answerTimes),
    }
  }
  return sum
}

function addTimes(left: readonly number[], right: readonly number[]): readonly number[] {
  const length = Math.max(left.length, right.length)
  return Array.from({ length }, (_, at) => (left[at] ?? 0) + (right[at] ?? 0))
}

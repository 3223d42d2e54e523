/**
 * Relevance is BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) over tags,
 * where a term is there or not (its frequency within a profile is 1), in integer millionths:
 *
 *   weight(term)     = ln(1 + (profiles − frequency + ½) / (frequency + ½)), never negative (the form Lucene uses)
 *   factor(length)   = (k1 + 1) / (1 + k1 · (1 − b + b · length / average))
 *   relevance        = Σ weight(matched) · factor(length) / maximum
 *
 * `maximum` is the query's own: the most that any profile could reach, one that has the m heaviest of the query's terms
 * and nothing else, for the best m. Terms that no profile of the country has are left out of it, as nobody could match
 * them. So the profile that fits best by these rules has 1, whatever the length of the customer's text.
 *
 * A tag that isn't asked for lengthens its profile and with it the average, but the ratio of the two never falls: more
 * tags never raise relevance by themselves.
 */
const one = 1_000_000
const k1 = 1.2
/** Milder than the customary 0.75, which is meant for prose: a second trade is not verbosity. */
const b = 0.5

/** @returns integer millionths, at least 1. */
export function termWeight(frequency: number, profiles: number): number {
  return Math.max(1, Math.round(one * Math.log(1 + (profiles - frequency + 0.5) / (frequency + 0.5))))
}

/** How long profiles are: the number of a country's profiles, and of all their terms. */
export interface Lengths {
  readonly profiles: number
  readonly totalTerms: number
}

/**
 * Reckoned from the two whole numbers and not from their rounded average, so that each step is monotonic in doubles too:
 * for a term more in the profile, and so in the country, it never rises.
 * @param length - number of a profile's terms
 * @returns integer millionths
 */
export function lengthFactor(length: number, { profiles, totalTerms }: Lengths): number {
  const toAverage = (length * profiles) / Math.max(1, totalTerms)
  return Math.round((one * (k1 + 1)) / (1 + k1 * (1 - b + b * toAverage)))
}

/**
 * The most that any profile could reach, in millionths of millionths.
 * @param weights - of the query's terms that the country knows
 */
export function maximumOf(weights: readonly number[], lengths: Lengths): number {
  let length = 0
  let sum = 0
  let maximum = 0
  for (const weight of weights.toSorted((a, b) => b - a)) {
    length += 1
    sum += weight
    maximum = Math.max(maximum, sum * lengthFactor(length, lengths))
  }
  return maximum
}

/**
 * @param weights - sum over the matched terms, in millionths
 * @returns integer millionths, 0 to 1,000,000. One tag may answer two words of a query (through two languages), so that
 * the maximum can be passed: hence the limit.
 */
export function relevanceOf(weights: number, factor: number, maximum: number): number {
  return scaledRelevance(weights, factor, scaleOf(maximum))
}

/** `relevanceOf` in two steps, for many profiles and one query. */
export function scaleOf(maximum: number): number {
  return maximum === 0 ? 0 : one / maximum
}

export function scaledRelevance(weights: number, factor: number, scale: number): number {
  // Rounding by way of 32 bits: half the time of Math.round, and the maximum is passed by little if at all.
  return Math.min(one, (weights * factor * scale + 0.5) | 0)
}

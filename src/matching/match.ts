import type { Accumulators } from './accumulators.ts'
import { bestOf } from './best.ts'
import type { CountryIndex } from './country-index.ts'
import type { Match, MatchedTerm, NamedRefusal, PopulationFigures } from './matches.ts'
import { partitionsFor } from './partitions.ts'
import type { Query } from './query.ts'
import { lengthFactor, maximumOf, scaledRelevance, scaleOf, termWeight } from './relevance.ts'

/** A term of the query that the country knows, in the forms it knows. */
interface KnownTerm extends MatchedTerm {
  readonly numbers: readonly number[]
}

/** What matching found in one country, beside what it left in the working space. */
export interface Found {
  readonly population: PopulationFigures
  readonly known: readonly KnownTerm[]
  readonly maximum: number
  /** Published here and serving the customer's region. */
  readonly inScope: number
  /** In scope and sharing a term. */
  readonly met: number
}

/** Sums up the weights of every profile in scope that shares a term, then reckons their relevance. */
export function findIn(index: CountryIndex, query: Query, space: Accumulators): Found {
  const { averageTerms, profiles } = index
  const known = knownTerms(index, query)
  const scope = partitionsFor(query.region).flatMap(key => index.partitions.numberOf(key) ?? [])
  const maximum = maximumOf(
    known.map(({ weight }) => weight),
    averageTerms,
  )
  space.begin(index.bySlot.length)
  addUp(index, known, scope, space)
  reckon(index, query.sizeBit, scaleOf(maximum), space)
  return {
    population: { country: query.country, profiles, averageTerms },
    known,
    maximum,
    inScope: scope.reduce((sum, partition) => sum + (index.partitions.frequencies[partition] ?? 0), 0),
    met: space.metCount,
  }
}

function knownTerms({ terms, profiles }: CountryIndex, { forms }: Query): KnownTerm[] {
  const known: KnownTerm[] = []
  for (const termForms of forms) {
    const numbers: number[] = []
    let frequency = 0
    for (const form of termForms) {
      const number = terms.numberOf(form)
      if (number === undefined) continue
      numbers.push(number)
      frequency = Math.max(frequency, terms.frequencies[number] as number)
    }
    if (frequency === 0) continue
    known.push({ term: termForms[0], weight: termWeight(frequency, profiles), frequency, numbers })
  }
  return known
}

/**
 * Adds the weight of each term to the profiles in scope that have it. All lists are looked up before any is read: so the
 * look-ups wait for memory together and not one after the other, which saves a quarter of the time.
 */
function addUp(
  index: CountryIndex,
  known: readonly KnownTerm[],
  scope: readonly number[],
  space: Accumulators,
): void {
  const { lists, postings } = index
  const terms: KnownTerm[] = []
  const found: number[] = []
  for (const term of known) {
    for (const number of term.numbers) {
      for (const partition of scope) {
        const list = lists.get(number, partition)
        if (list < 0) continue
        terms.push(term)
        found.push(list)
      }
    }
  }
  const starts = found.map(list => postings.starts[list] as number)
  const ends = found.map((list, at) => (starts[at] as number) + (postings.lengths[list] as number))
  let previous: KnownTerm | undefined
  for (let at = 0; at < terms.length; at += 1) {
    const term = terms[at] as KnownTerm
    if (term.numbers.length === 1)
      space.add(postings.entries, starts[at] as number, ends[at] as number, term.weight)
    else {
      if (term !== previous) space.beginWord()
      space.addForm(postings.entries, starts[at] as number, ends[at] as number, term.weight)
    }
    previous = term
  }
}

/** Reads the sums, and sets them back. */
function reckon(index: CountryIndex, sizeBit: number, scale: number, space: Accumulators): void {
  const { sums, met, metCount, eligible, eligibleRelevances, refused, refusedRelevances } = space
  const { termCounts, optOuts, factors, averageTerms } = index
  let eligibleCount = 0
  let refusedCount = 0
  for (let at = 0; at < metCount; at += 1) {
    const slot = met[at] as number
    const length = termCounts[slot] as number
    const factor = length < factors.length ? (factors[length] as number) : lengthFactor(length, averageTerms)
    const relevance = scaledRelevance(sums[slot] as number, factor, scale)
    sums[slot] = 0
    if (((optOuts[slot] as number) & sizeBit) === 0) {
      eligible[eligibleCount] = slot
      eligibleRelevances[eligibleCount++] = relevance
    } else {
      refused[refusedCount] = slot
      refusedRelevances[refusedCount++] = relevance
    }
  }
  space.eligibleCount = eligibleCount
  space.refusedCount = refusedCount
}

/** @param check - throws when slots mean something else by now */
export function topOf(
  index: CountryIndex,
  { known }: Found,
  space: Accumulators,
  k: number,
  check: () => void,
): Match[] {
  return bestOf(space.eligibleRelevances, space.eligibleCount, k).map(position => {
    const slot = space.eligible[position] as number
    return {
      profile: index.profileIn(slot),
      relevance: space.eligibleRelevances[position] as number,
      length: index.termCounts[slot] as number,
      matched: () => {
        check()
        return matchedIn(known, index.numbers.view(slot))
      },
    }
  })
}

function matchedIn(known: readonly KnownTerm[], has: Int32Array): MatchedTerm[] {
  return known
    .filter(({ numbers }) => numbers.some(number => has.includes(number)))
    .map(({ term, weight, frequency }) => ({ term, weight, frequency }))
}

const mostNamed = 50

export function namedOf(index: CountryIndex, space: Accumulators): NamedRefusal[] {
  const best = bestOf(space.refusedRelevances, space.refusedCount, mostNamed)
  return best.slice(0, mostNamed).map(position => {
    const { profileId, partnerId } = index.profileIn(space.refused[position] as number)
    return { profileId, partnerId, code: 'size' }
  })
}

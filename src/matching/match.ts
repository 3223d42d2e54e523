import type { Accumulators } from './accumulators.ts'
import { bestOf } from './best.ts'
import { type CountryIndex, nowhere, single } from './country-index.ts'
import type { Match, MatchedTerm, NamedRefusal, PopulationFigures } from './matches.ts'
import { anyRegion, wholeCountry } from './partitions.ts'
import type { Query } from './query.ts'
import { lengthFactor, maximumOf, scaledRelevance, scaleOf, termWeight } from './relevance.ts'
import type { Term } from './terms.ts'

/** A form of a term, by its number, and its lists of slots: two have everybody, two are in scope. */
interface KnownForm {
  readonly number: number
  readonly whole: number
  readonly any: number
  /** Of the customer's region; without one, `any`. */
  readonly region: number
}

/** A term of the query that the country knows, in the forms it knows. */
interface KnownTerm extends MatchedTerm {
  readonly forms: readonly KnownForm[]
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
  const { profiles, totalTerms, partitions } = index
  const population = { country: query.country, profiles, totalTerms }
  const region = query.region === null ? anyRegion : partitions.ofRegion(query.region)
  const known = knownTerms(index, query, region)
  const maximum = maximumOf(
    known.map(({ weight }) => weight),
    population,
  )
  space.begin(index.bySlot.length)
  for (const term of known) addUp(index, term, space)
  reckon(index, query.sizeBit, scaleOf(maximum), space)
  return {
    population,
    known,
    maximum,
    inScope: partitions.profilesIn(wholeCountry) + (region === undefined ? 0 : partitions.profilesIn(region)),
    met: space.metCount,
  }
}

/**
 * All lists of all terms are looked up before any is read: the look-ups wait for memory together then, and not one after
 * the other, which saves a quarter of the time.
 */
function knownTerms(index: CountryIndex, query: Query, region: number | undefined): KnownTerm[] {
  const { terms, lists } = index
  const forms = query.forms.map(termForms => {
    const known: KnownForm[] = []
    for (const form of termForms) {
      const number = terms.numberOf(form)
      if (number === undefined) continue
      const whole = lists.get(number, wholeCountry)
      const any = lists.get(number, anyRegion)
      if (whole === nowhere && any === nowhere) continue
      const inRegion = region === undefined ? nowhere : region === anyRegion ? any : lists.get(number, region)
      known.push({ number, whole, any, region: inRegion })
    }
    return known
  })
  const known: KnownTerm[] = []
  forms.forEach((knownForms, at) => {
    let frequency = 0
    for (const { whole, any } of knownForms) {
      frequency = Math.max(frequency, index.lengthOf(whole) + index.lengthOf(any))
    }
    if (frequency === 0) return
    const weight = termWeight(frequency, index.profiles)
    known.push({ term: query.terms[at] as Term, weight, frequency, forms: knownForms })
  })
  return known
}

/** Adds the weight of a term to the profiles in scope that have it in any form. */
function addUp(index: CountryIndex, { forms, weight }: KnownTerm, space: Accumulators): void {
  const once = forms.length > 1
  if (once) space.beginWord()
  for (const { whole, region } of forms) {
    addList(index, whole, weight, once, space)
    addList(index, region, weight, once, space)
  }
}

function addList(
  { postings }: CountryIndex,
  list: number,
  weight: number,
  once: boolean,
  space: Accumulators,
): void {
  if (list === nowhere) return
  if (list < 0) space.single[0] = single(list)
  const entries = list < 0 ? space.single : postings.entries
  const start = list < 0 ? 0 : (postings.spans[2 * list] as number)
  const end = list < 0 ? 1 : start + (postings.spans[2 * list + 1] as number)
  if (once) space.addForm(entries, start, end, weight)
  else space.add(entries, start, end, weight)
}

/** Reads the sums, and sets them back. */
function reckon(index: CountryIndex, sizeBit: number, scale: number, space: Accumulators): void {
  const { sums, met, metCount, eligible, eligibleRelevances, refused, refusedRelevances } = space
  const { relevances, stamps, query } = space
  const { shortCounts, termCounts, optOuts, factors } = index
  let eligibleCount = 0
  let refusedCount = 0
  for (let at = 0; at < metCount; at += 1) {
    const slot = met[at] as number
    const length = shortCounts[slot] as number
    const factor =
      length < 255 ? (factors[length] as number) : lengthFactor(termCounts[slot] as number, index)
    const relevance = scaledRelevance(sums[slot] as number, factor, scale)
    sums[slot] = 0
    if (((optOuts[slot] as number) & sizeBit) === 0) {
      relevances[slot] = relevance
      stamps[slot] = query
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
function matchIn(
  index: CountryIndex,
  { known }: Found,
  slot: number,
  relevance: number,
  check: () => void,
): Match {
  return {
    profile: index.profileIn(slot),
    relevance,
    length: index.termCounts[slot] as number,
    matched: () => {
      check()
      const has = index.numbers.view(slot)
      return known
        .filter(({ forms }) => forms.some(({ number }) => has.includes(number)))
        .map(({ term, weight, frequency }) => ({ term, weight, frequency }))
    },
  }
}

/** @param check - throws when slots mean something else by now */
export function topOf(
  index: CountryIndex,
  found: Found,
  space: Accumulators,
  k: number,
  check: () => void,
): Match[] {
  return bestOf(space.eligibleRelevances, space.eligibleCount, k).map(position =>
    matchIn(
      index,
      found,
      space.eligible[position] as number,
      space.eligibleRelevances[position] as number,
      check,
    ),
  )
}

/** A profile of the country as a match; null when it isn't eligible. Of relevance 0 when it shares no term. */
export function eligibleIn(
  index: CountryIndex,
  found: Found,
  {
    query,
    space,
    slot,
    check,
  }: {
    readonly query: Query
    readonly space: Accumulators
    readonly slot: number
    readonly check: () => void
  },
): Match | null {
  if (space.stamps[slot] === space.query)
    return matchIn(index, found, slot, space.relevances[slot] as number, check)
  if (((index.optOuts[slot] as number) & query.sizeBit) !== 0 || !index.serves(slot, query.region))
    return null
  return matchIn(index, found, slot, 0, check)
}

const mostNamed = 50

export function namedOf(index: CountryIndex, space: Accumulators): NamedRefusal[] {
  const best = bestOf(space.refusedRelevances, space.refusedCount, mostNamed)
  // Equals by id: a receipt must not depend on the order in which profiles were loaded.
  return best
    .map(position => ({
      relevance: space.refusedRelevances[position] as number,
      profile: index.profileIn(space.refused[position] as number),
    }))
    .sort(
      (one, other) =>
        other.relevance - one.relevance || (one.profile.profileId < other.profile.profileId ? -1 : 1),
    )
    .slice(0, mostNamed)
    .map(({ profile: { profileId, partnerId } }) => ({ profileId, partnerId, code: 'size' }))
}

import type { Accumulators } from './accumulators.ts'
import { bestOf } from './best.ts'
import type { CountryIndex } from './country-index.ts'
import type { Match, MatchedTerm, NamedRefusal, PopulationFigures } from './matches.ts'
import { partitionsFor } from './partitions.ts'
import type { Query } from './query.ts'
import { averageOf, lengthFactor, maximumOf, relevanceOf, termWeight } from './relevance.ts'

/** A term of the query that the country knows, in the forms it knows. */
interface KnownTerm extends MatchedTerm {
  readonly numbers: readonly number[]
}

/** What matching found in one country; slots mean something until the country's next change. */
export interface Found {
  readonly population: PopulationFigures
  readonly maximum: number
  /** Published here and serving the customer's region. */
  readonly inScope: number
  /** Eligible and sharing a term: their slots and, beside them, their relevance. */
  readonly slots: Int32Array
  readonly relevances: Int32Array
  /** Sharing a term, but refusing the customer's size. */
  readonly refusedSlots: Int32Array
  readonly refusedRelevances: Int32Array
  readonly known: readonly KnownTerm[]
}

export function populationOf(country: string, profiles: number, totalTerms: number): PopulationFigures {
  return { country, profiles, averageTerms: averageOf(totalTerms, profiles) }
}

/** Sums up the weights of every profile in scope that shares a term, then reckons their relevance. */
export function findIn(index: CountryIndex, query: Query, space: Accumulators): Found {
  const population = populationOf(query.country, index.profiles, index.totalTerms)
  const known = knownTerms(index, query)
  const scope = partitionsFor(query.region).flatMap(key => index.partitions.get(key) ?? [])
  space.begin(index.bySlot.length)
  for (const { numbers, weight } of known) {
    const severalForms = numbers.length > 1
    if (severalForms) space.beginWord()
    for (const number of numbers) {
      for (const { lists } of scope) {
        const list = lists.get(number)
        if (list === undefined) continue
        const start = index.postings.starts[list] as number
        const end = start + index.postings.length(list)
        if (severalForms) space.addForm(index.postings.entries, start, end, weight)
        else space.add(index.postings.entries, start, end, weight)
      }
    }
  }
  const maximum = maximumOf(
    Float64Array.from(known, ({ weight }) => weight),
    population.averageTerms,
  )
  return {
    population,
    maximum,
    inScope: scope.reduce((sum, { profiles }) => sum + profiles, 0),
    ...reckon(index, query, space, population.averageTerms, maximum),
    known,
  }
}

function knownTerms(index: CountryIndex, query: Query): KnownTerm[] {
  const known: KnownTerm[] = []
  for (const forms of query.forms) {
    const numbers: number[] = []
    let frequency = 0
    for (const form of forms) {
      const number = index.terms.numberOf(form)
      if (number === undefined) continue
      numbers.push(number)
      frequency = Math.max(frequency, index.terms.frequencies[number] as number)
    }
    if (frequency > 0)
      known.push({ term: forms[0], weight: termWeight(frequency, index.profiles), frequency, numbers })
  }
  return known
}

function reckon(
  index: CountryIndex,
  query: Query,
  { sums, met, metCount }: Accumulators,
  averageTerms: number,
  maximum: number,
): Pick<Found, 'slots' | 'relevances' | 'refusedSlots' | 'refusedRelevances'> {
  // The eligible from the front, those refused from the back.
  const slots = new Int32Array(metCount)
  const relevances = new Int32Array(metCount)
  const { termCounts, optOuts } = index
  const { sizeBit } = query
  let eligible = 0
  let refused = metCount
  for (let at = 0; at < metCount; at += 1) {
    const slot = met[at] as number
    const place = ((optOuts[slot] as number) & sizeBit) === 0 ? eligible++ : --refused
    const factor = lengthFactor(termCounts[slot] as number, averageTerms)
    slots[place] = slot
    relevances[place] = relevanceOf(sums[slot] as number, factor, maximum)
    sums[slot] = 0
  }
  return {
    slots: slots.subarray(0, eligible),
    relevances: relevances.subarray(0, eligible),
    refusedSlots: slots.subarray(refused),
    refusedRelevances: relevances.subarray(refused),
  }
}

export function topOf(index: CountryIndex, found: Found, k: number, check: () => void): Match[] {
  return Array.from(bestOf(found.relevances, k), position => {
    const slot = found.slots[position] as number
    const profile = profileIn(index, slot)
    const matched = () => {
      check()
      const numbers = index.numbers.view(slot)
      return found.known
        .filter(term => term.numbers.some(number => numbers.includes(number)))
        .map(({ term, weight, frequency }) => ({ term, weight, frequency }))
    }
    return {
      profile,
      relevance: found.relevances[position] as number,
      length: index.termCounts[slot] as number,
      matched,
    }
  })
}

const mostNamed = 50

export function namedOf(index: CountryIndex, found: Found): NamedRefusal[] {
  return Array.from(bestOf(found.refusedRelevances, mostNamed).subarray(0, mostNamed), position => {
    const { profileId, partnerId } = profileIn(index, found.refusedSlots[position] as number)
    return { profileId, partnerId, code: 'size' }
  })
}

function profileIn(index: CountryIndex, slot: number) {
  const profile = index.bySlot[slot]
  if (profile === undefined) throw new Error(`no profile in slot ${slot}`)
  return profile
}

import type { Profile } from '../domain/profile.ts'
import type { CountryIndex } from './country-index.ts'
import type { MatchedTerm, Relevance } from './matches.ts'
import type { Query } from './query.ts'
import { lengthFactor, maximumOf, relevanceOf, termWeight } from './relevance.ts'
import { formsOfProfile } from './terms.ts'

/**
 * The relevance a profile would have if it stood in the index as it is given here: the counts of its country are taken
 * less what it has there now, and with what it would have.
 * @param slot - where it stands now; null when it doesn't
 */
export function relevanceAsIf(
  index: CountryIndex,
  query: Query,
  profile: Profile,
  slot: number | null,
): Relevance {
  const forms = formsOfProfile(profile)
  const has = new Set(forms.flat())
  const had = new Set(slot === null ? [] : index.numbers.view(slot))
  const profiles = index.profiles + (slot === null ? 1 : 0)
  const totalTerms = index.totalTerms + forms.length - (slot === null ? 0 : (index.termCounts[slot] ?? 0))
  const population = { country: query.country, profiles, totalTerms }
  const frequencyOf = (form: string) => {
    const number = index.terms.numberOf(form)
    const others = number === undefined ? 0 : index.frequencyOf(number) - (had.has(number) ? 1 : 0)
    return others + (has.has(form) ? 1 : 0)
  }

  const known: MatchedTerm[] = []
  const matched: MatchedTerm[] = []
  for (const termForms of query.forms) {
    const frequency = Math.max(...termForms.map(frequencyOf))
    if (frequency === 0) continue
    const term = { term: termForms[0], weight: termWeight(frequency, profiles), frequency }
    known.push(term)
    if (termForms.some(form => has.has(form))) matched.push(term)
  }
  const maximum = maximumOf(
    known.map(({ weight }) => weight),
    population,
  )
  const sum = matched.reduce((total, { weight }) => total + weight, 0)
  return {
    relevance: relevanceOf(sum, lengthFactor(forms.length, population), maximum),
    matched,
    length: forms.length,
    maximum,
    population,
  }
}

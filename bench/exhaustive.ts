import type { Profile } from '../src/domain/profile.ts'
import { normalizeRegion } from '../src/domain/regions.ts'
import { sizeOptOutHits } from '../src/domain/sizes.ts'
import type { Query } from '../src/matching/query.ts'
import { formsOfProfile } from '../src/matching/terms.ts'

/**
 * The same top as the index's, by the plainest means: every profile of the country is scored, from the formulas as they
 * are written down. Gives `<relevance> <profileId>` of the k best and of all that tie with the k-th.
 */
export function exhaustive(profiles: readonly Profile[], query: Query, k: number): string[] {
  const population = profiles.filter(profile => profile.country === query.country)
  const offers = population.map(profile => ({ profile, ...offerOf(profile) }))
  const total = offers.reduce((sum, { length }) => sum + length, 0)
  const factor = (length: number) =>
    Math.round((1e6 * 2.2) / (1 + 1.2 * (0.5 + 0.5 * ((length * offers.length) / Math.max(1, total)))))

  const weights = query.forms.map(forms => {
    const frequency = Math.max(...forms.map(form => offers.filter(({ terms }) => terms.has(form)).length))
    if (frequency === 0) return 0
    return Math.max(1, Math.round(1e6 * Math.log(1 + (offers.length - frequency + 0.5) / (frequency + 0.5))))
  })
  const heaviest = weights.filter(weight => weight > 0).sort((a, b) => b - a)
  const maximum = Math.max(
    0,
    ...heaviest.map(
      (_, at) => heaviest.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0) * factor(at + 1),
    ),
  )

  const scored = offers.flatMap(({ profile, terms, length }) => {
    const met = query.forms.map(forms => forms.some(form => terms.has(form)))
    if (!met.includes(true) || !serves(profile, query) || sizeOptOutHits(query.size, profile.sizeOptOut))
      return []
    const sum = weights.reduce((total, weight, at) => total + (met[at] === true ? weight : 0), 0)
    return [{ profile, relevance: Math.min(1e6, Math.round((sum * factor(length)) / (maximum / 1e6))) }]
  })
  scored.sort((a, b) => b.relevance - a.relevance)
  const kth = scored[Math.min(k, scored.length) - 1]?.relevance ?? 0
  return scored
    .filter(({ relevance }) => relevance >= kth)
    .map(({ profile, relevance }) => `${relevance} ${profile.profileId}`)
}

const offersKnown = new WeakMap<Profile, { terms: ReadonlySet<string>; length: number }>()

function offerOf(profile: Profile) {
  const known = offersKnown.get(profile)
  if (known !== undefined) return known
  const forms = formsOfProfile(profile)
  const offer = { terms: new Set(forms.flat()), length: forms.length }
  offersKnown.set(profile, offer)
  return offer
}

function serves({ country, serves: { regions } }: Profile, query: Query): boolean {
  return (
    query.region === null ||
    regions.length === 0 ||
    regions.some(region => normalizeRegion(country, region) === query.region)
  )
}

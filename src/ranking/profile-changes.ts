import type { Profile, Tags } from '../domain/profile.ts'
import { sizeOptOutHits } from '../domain/sizes.ts'
import { wordSpace } from '../matching/analyser.ts'
import { languagesOf } from '../matching/language.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import { formsOf } from '../matching/tokens.ts'
import type { Situation } from './standing.ts'

/** One thing of a profile that is other than it was. */
export interface ProfileChange {
  readonly kind: 'publish' | 'capacity' | 'region' | 'size' | 'country' | 'tag' | 'location'
  /** What is added, taken away or set; empty where the kind says it all. */
  readonly detail: string
  readonly profile: Profile
  /** Of tags: how likely it is that somebody would take it for one. */
  readonly origin?: TagOrigin
}

/**
 * What the customer asked for by name; a word of its text that others have among their tags; any other word, which may be
 * a place, a verb or nothing at all.
 */
export const tagOrigins = ['named', 'known', 'odd'] as const
export type TagOrigin = (typeof tagOrigins)[number]

/** Tags are tried by where they come from, then by what they promise, and no more than these. */
const mostTags = 8

/** What could be changed of a profile that is refused for `code`: the one thing that refuses it, else what raises its score. */
export function profileChanges(
  situation: Situation,
  profile: Profile,
  code: RefusalCode,
): readonly ProfileChange[] {
  const { query, rfi } = situation
  switch (code) {
    case 'paused':
    case 'withdrawn':
      return [{ kind: 'publish', detail: '', profile: { ...profile, state: 'published' } }]
    case 'country':
      return [{ kind: 'country', detail: query.country, profile: { ...profile, country: query.country } }]
    case 'region': {
      const region = rfi.customer.region ?? ''
      const serves = { regions: [...profile.serves.regions, region] }
      return [{ kind: 'region', detail: region, profile: { ...profile, serves } }]
    }
    case 'size':
      return withoutOptOut(situation, profile)
    case 'capacity': {
      const open = situation.openOf?.(profile.profileId) ?? 0
      const maxOpenReferrals = Math.max(open, profile.maxOpenReferrals ?? 0) + 1
      return [
        { kind: 'capacity', detail: String(maxOpenReferrals), profile: { ...profile, maxOpenReferrals } },
      ]
    }
    case 'no-match':
    case 'minimum-score':
    case 'not-chosen':
      return [...withTag(situation, profile), ...withLocation(situation, profile)]
    default:
      return []
  }
}

/** Each size by itself; where two cover the customer's together, all of them. */
function withoutOptOut({ rfi }: Situation, profile: Profile): ProfileChange[] {
  const { size } = rfi.customer
  const without = (removed: readonly string[]): ProfileChange => ({
    kind: 'size',
    detail: removed.join(', '),
    profile: { ...profile, sizeOptOut: profile.sizeOptOut.filter(each => !removed.includes(each)) },
  })
  const single = profile.sizeOptOut.map(each => without([each]))
  const enough = single.filter(({ profile }) => !sizeOptOutHits(size, profile.sizeOptOut))
  return enough.length > 0 ? enough : [without(profile.sizeOptOut)]
}

function withTag({ index, query, rfi }: Situation, profile: Profile): ProfileChange[] {
  const { need } = rfi
  const { tags } = profile
  const now = index.relevance(query, profile)
  const met = new Set(now.matched.map(({ term }) => term))
  const places = placeWords(rfi)
  // As it is written, since a stem may have another stem.
  const words = query.forms
    .filter(
      forms => forms[0].startsWith(wordSpace) && !met.has(forms[0]) && !forms.some(form => places.has(form)),
    )
    .map(forms => (forms.at(-1) ?? '').slice(wordSpace.length))
    .filter(word => !/\p{N}/u.test(word))
  const wanted: Readonly<Record<keyof Tags, readonly string[]>> = {
    industries: need.industries,
    products: need.products,
    services: need.services,
    solutions: need.solutions,
    keywords: [...new Set([...need.keywords, ...words])],
  }
  const kinds = Object.keys(wanted) as (keyof Tags)[]
  const named = new Set(kinds.flatMap(kind => need[kind].map(tag => detailOf(kind, tag))))
  return kinds
    .flatMap(kind =>
      wanted[kind]
        .filter(tag => !tags[kind].includes(tag) && /\p{L}/u.test(tag))
        .map((tag): ProfileChange => {
          const more = { ...tags, [kind]: [...tags[kind], tag] }
          return {
            kind: 'tag',
            detail: detailOf(kind, tag),
            profile: { ...profile, tags: more },
          }
        }),
    )
    .map(change => {
      const { relevance, matched } = index.relevance(query, change.profile)
      const isKnown = matched.some(({ term, frequency }) => !met.has(term) && frequency > 1)
      const origin = named.has(change.detail) ? 'named' : isKnown ? 'known' : 'odd'
      return { change: { ...change, origin } satisfies ProfileChange, relevance }
    })
    .filter(({ relevance }) => relevance > now.relevance)
    .sort((one, other) => byTagOrigin(one.change, other.change) || other.relevance - one.relevance)
    .slice(0, mostTags)
    .map(({ change }) => change)
}

/** The likelier tags first; of other changes it says nothing. */
export function byTagOrigin(
  { origin: one = 'named' }: Pick<ProfileChange, 'origin'>,
  { origin: other = 'named' }: Pick<ProfileChange, 'origin'>,
): number {
  return tagOrigins.indexOf(one) - tagOrigins.indexOf(other)
}

/** Where the customer is: what a request says of that is nobody's trade. */
function placeWords({ customer }: Situation['rfi']): ReadonlySet<string> {
  const { country, city, region, locale } = customer
  return new Set(formsOf([city, region].join('\n'), languagesOf(country, locale)).flat())
}

function detailOf(kind: keyof Tags, tag: string): string {
  return kind === 'keywords' ? tag : `${tag} (${kind})`
}

/** An id that no location of the profile has; ids are short, and a profileId with a city's name may not be. */
function freeId({ locations }: Profile): Profile['locations'][number]['locationId'] {
  const taken = new Set<string>(locations.map(({ locationId }) => locationId))
  let number = locations.length + 1
  while (taken.has(`l${number}`)) number += 1
  return `l${number}` as Profile['locations'][number]['locationId']
}

/** Beside the others, or in place of the last when there are five. */
function withLocation({ rfi }: Situation, profile: Profile): ProfileChange[] {
  const { city, region } = rfi.customer
  if (city === null && region === null) return []
  const location = { locationId: freeId(profile), city, region, contact: null }
  const detail = [city, region].filter(part => part !== null).join(', ')
  return [
    {
      kind: 'location',
      detail,
      profile: { ...profile, locations: [...profile.locations.slice(0, 4), location] },
    },
  ]
}

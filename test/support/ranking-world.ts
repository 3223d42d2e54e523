/** Small worlds to rank in: profiles, and what their partners did with earlier RFIs, as the tables would hold it. */

import type { PartnerId, ProfileId } from '../../src/domain/ids.ts'
import { type Profile, type ProfileState, profileSchema } from '../../src/domain/profile.ts'
import { type Rfi, rfiSchema } from '../../src/domain/rfi.ts'
import { day, hour } from '../../src/domain/time.ts'
import { ProfileIndex } from '../../src/matching/profile-index.ts'
import { queryOf } from '../../src/matching/query.ts'
import { askedTerms, countedTerms } from '../../src/ranking/asked.ts'
import { type Evidence, type Fact, fold, noEvidence } from '../../src/ranking/evidence.ts'
import { foldInterest, type Interest, noInterest } from '../../src/ranking/interest.ts'
import { InterestTable } from '../../src/ranking/interest-table.ts'
import { foldPopulation, noPopulation } from '../../src/ranking/population.ts'
import type { RankInput } from '../../src/ranking/rank.ts'
import { defaultRelease, type Release } from '../../src/ranking/release.ts'
import { trackRecordOf } from '../../src/ranking/track-record.ts'
import { fc } from './property.ts'

export const now = Date.parse('2026-03-02T09:14:00.000Z')
export const words = ['inventory', 'payroll', 'warehouse', 'analytics', 'migration', 'bakery']

export function rfiOf(keywords: readonly string[], rest: object = {}): Rfi {
  return rfiSchema.parse({
    rfiId: 'rfi-81',
    occurredAt: '2026-03-02T09:14:00.000Z',
    channel: 'marketing',
    customer: { country: 'PT', region: 'PT-11', city: 'Lisboa', size: '51to250employees' },
    need: { keywords },
    budget: { amount: '40000', currency: 'EUR' },
    consent: { shareWithPartners: true },
    ...rest,
  })
}

export function profileOf(partnerId: string, rest: object = {}): Profile {
  return profileSchema.parse({
    profileId: `${partnerId}/PT`,
    partnerId,
    occurredAt: '2026-01-01T00:00:00.000Z',
    name: partnerId,
    country: 'PT',
    state: 'published',
    locations: [{ locationId: 'first' }],
    tags: { keywords: ['inventory'] },
    ...rest,
  })
}

/** One earlier referral and how it ended. */
export interface Deed {
  readonly kind: 'silent' | 'accepted' | 'won' | 'lost' | 'fit' | 'customer' | 'other' | 'spam' | 'waiting'
  readonly daysAgo: number
  /** ms. */
  readonly answerTime: number
  /** Of the RFI. */
  readonly keywords: readonly string[]
  readonly budget: string
}

export interface World {
  readonly profiles: readonly (readonly [Profile, ProfileState])[]
  readonly deeds: ReadonlyMap<string, readonly Deed[]>
}

export function factsOf({ kind, daysAgo, answerTime }: Deed): Fact[] {
  const routedAt = now - daysAgo * day
  // What waits has not expired, whatever its age.
  const expiresAt = kind === 'waiting' ? now + 9 * day : routedAt + 14 * day
  const common = { routedAt, expiresAt, notifiable: true, kind: null, answerTime }
  const offered: Fact = { ...common, type: 'offered' }
  switch (kind) {
    case 'waiting':
      return [offered]
    case 'silent':
      return [offered, { ...common, type: 'expired' }]
    case 'accepted':
    case 'won':
      return [
        offered,
        { ...common, type: 'accepted' },
        ...(kind === 'won' ? [{ ...common, type: 'won' } satisfies Fact] : []),
      ]
    case 'lost':
      return [offered, { ...common, type: 'accepted' }, { ...common, type: 'lost', kind: 'other' }]
    default:
      return [offered, { ...common, type: 'declined', kind }]
  }
}

export interface Ranked extends RankInput {
  readonly index: ProfileIndex
  readonly interests: InterestTable
  readonly interestOf: (partnerId: PartnerId) => Interest
  readonly evidenceOf: (partnerId: PartnerId) => Evidence
}

/** All that ranking reads, made from the world as roles would make it. */
export function inputOf(world: World, change: Partial<Omit<RankInput, 'index' | 'interests'>> = {}): Ranked {
  const index = new ProfileIndex()
  for (const [profile, state] of world.profiles) index.put(profile, state)
  const release = change.release ?? defaultRelease
  const interests = new InterestTable(release.parameters.halfLifeDays)
  const evidence = new Map<string, Evidence>()
  const interest = new Map<string, Interest>()
  let population = noPopulation
  for (const [id, deeds] of world.deeds) {
    const partnerId = id as PartnerId
    let own = noEvidence(partnerId)
    let terms = noInterest(partnerId)
    for (const deed of deeds) {
      const asked = rfiOf(deed.keywords, { budget: { amount: deed.budget, currency: 'EUR' } })
      for (const fact of factsOf(deed)) {
        population = foldPopulation(population, fact, own)
        own = fold(own, fact)
        terms = foldInterest(
          terms,
          [{ fact, terms: countedTerms(askedTerms(asked)) }],
          () => undefined,
        ).interest
      }
    }
    evidence.set(id, own)
    interest.set(id, terms)
    interests.apply(terms)
  }
  const rfi = change.rfi ?? rfiOf(words.slice(0, 4))
  const evidenceOf = (partnerId: PartnerId) => evidence.get(partnerId) ?? noEvidence(partnerId)
  return {
    rfi,
    query: queryOf(rfi),
    index,
    interests,
    interestOf: partnerId => interest.get(partnerId) ?? noInterest(partnerId),
    evidenceOf,
    recordOf: partnerId => trackRecordOf(evidenceOf(partnerId), release.parameters.halfLifeDays),
    population,
    release,
    now,
    excluded: new Set(),
    full: () => false,
    count: 3,
    ...change,
  }
}

const deedArbitrary: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom('silent', 'accepted', 'won', 'lost', 'fit', 'other', 'spam', 'waiting'),
  daysAgo: fc.integer({ min: 15, max: 400 }),
  answerTime: fc.constantFrom(0, 2 * hour, 3 * day),
  keywords: fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }),
  budget: fc.constantFrom('4000', '35000', '60000', '900000'),
})

/** Partners with one profile each, named p0, p1 …; some of them paused, elsewhere or not for everybody. */
export const worlds = (most: number, least = 0): fc.Arbitrary<World> =>
  fc
    .array(
      fc.record({
        keywords: fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }),
        region: fc.constantFrom('PT-11', 'PT-13', null),
        city: fc.constantFrom('Lisboa', 'Porto', null),
        odd: fc.constantFrom('', '', '', '', 'paused', 'size', 'region', 'abroad'),
        deeds: fc.array(deedArbitrary, { maxLength: 6 }),
      }),
      { minLength: least, maxLength: most },
    )
    .map(rows => ({
      profiles: rows.map(({ keywords, region, city, odd }, at) => {
        const profile = profileOf(`p${at}`, {
          tags: { keywords },
          locations: [{ locationId: 'first', region, city }],
          ...(odd === 'size' ? { sizeOptOut: ['51to500employees', '1to9employees'] } : {}),
          ...(odd === 'region' ? { serves: { regions: ['PT-15'] } } : {}),
          ...(odd === 'abroad' ? { country: 'ES', profileId: `p${at}/ES` } : {}),
        })
        return [profile, odd === 'paused' ? 'paused' : 'published'] as const
      }),
      deeds: new Map(rows.map(({ deeds }, at) => [`p${at}`, deeds])),
    }))

const weightArbitrary = fc.constantFrom(0, 1, 50_000, 333_333, 1_000_000)
export const releases: fc.Arbitrary<Release> = fc
  .record(
    Object.fromEntries(Object.keys(defaultRelease.features).map(name => [name, weightArbitrary])) as Record<
      keyof Release['features'],
      fc.Arbitrary<number>
    >,
  )
  .filter(weights => Object.values(weights).some(weight => weight > 0))
  .map(features => ({ ...defaultRelease, features }))

export function idsOf(partnerId: string): { partnerId: PartnerId; profileId: ProfileId } {
  return { partnerId: partnerId as PartnerId, profileId: `${partnerId}/PT` as ProfileId }
}

import { describe, expect, it } from 'vitest'
import { exhaustive } from '../../bench/exhaustive.ts'
import { fc } from '../../test/support/property.ts'
import type { PartnerId, ProfileId } from '../domain/ids.ts'
import { type Profile, type ProfileState, profileSchema } from '../domain/profile.ts'
import { normalizeRegion } from '../domain/regions.ts'
import { rfiSchema } from '../domain/rfi.ts'
import { companySizes } from '../domain/sizes.ts'
import { ProfileIndex } from './profile-index.ts'
import { type Query, queryOf } from './query.ts'
import { lengthFactor, relevanceOf } from './relevance.ts'
import { termsOfProfile } from './terms.ts'

const countries = ['PT', 'BE']
const regions = ['PT-11', 'Lisboa', 'Porto', 'BE-BRU', 'the north']
const locales = ['pt-PT', 'nl-BE', 'en-GB', null]
const keywords = [
  'lean manufacturing',
  'magazijnen',
  'magazijn',
  'Consultoria',
  'consultants',
  'ERP',
  'cloud',
  'IT',
]
const ids = {
  industries: ['Agriculture, Forestry, & Fishing', 'Education'],
  products: ['Azure', 'DynamicsAX,GP,NAV,SL'],
}

const tags = fc.record({
  keywords: fc.subarray(keywords),
  industries: fc.subarray(ids.industries),
  products: fc.subarray(ids.products),
})
const profile = fc
  .record({
    partner: fc.nat({ max: 7 }),
    place: fc.nat({ max: 2 }),
    country: fc.constantFrom(...countries),
    locale: fc.constantFrom(...locales),
    tags,
    regions: fc.oneof(fc.constant([]), fc.subarray(regions)),
    sizeOptOut: fc.oneof(fc.constant([]), fc.subarray([...companySizes])),
  })
  .map(({ partner, place, regions, ...rest }) =>
    profileOf(`p${partner}`, { profileId: `p${partner}/${place}`, serves: { regions }, ...rest }),
  )
const state = fc.constantFrom<ProfileState>('published', 'published', 'published', 'paused', 'withdrawn')
const puts = fc.array(fc.tuple(profile, state), { maxLength: 60 })
const query = fc
  .record({
    country: fc.constantFrom(...countries, 'DE'),
    region: fc.option(fc.constantFrom(...regions)),
    locale: fc.constantFrom(...locales),
    size: fc.option(fc.constantFrom(...companySizes)),
    need: tags,
  })
  .map(({ need, ...customer }) => queryFor(customer, { title: 'our new', ...need }))

describe('match', () => {
  it('finds what scoring every profile finds, after any changes in place', () => {
    fc.assert(
      fc.property(
        puts,
        fc.array(query, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (all, queries, k) => {
          const index = new ProfileIndex()
          const last = new Map<string, readonly [Profile, ProfileState]>()
          for (const [at, [profile, state]] of all.entries()) {
            index.put(profile, state)
            last.set(profile.profileId, [profile, state])
            for (const query of queries.slice(at % queries.length)) expectSame(index, last, query, k)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('meets a profile that serves several regions once, with the same relevance wherever it is met', () => {
    const index = indexOf(
      profileOf('two', { serves: { regions: ['Lisboa', 'PT-13', '13'] } }),
      profileOf('all', { tags: { keywords: ['ERP', 'cloud'] } }),
    )
    const found = [null, 'PT-11', 'Porto'].map(region =>
      index
        .match(queryFor({ region }, { title: 'cloud ERP' }))
        .top(5)
        .map(({ profile, relevance }) => [profile.partnerId, relevance]),
    )
    expect(found[0]).toHaveLength(2)
    expect(found[1]).toEqual(found[0])
    expect(found[2]).toEqual(found[0])
  })

  it.each([
    ['a customer without a region fits the whole country', null, ['free', 'north', 'south', 'whole']],
    ['names and codes are one', 'PORTO', ['north', 'whole']],
    ['a region nobody names: the whole-country profiles', 'PT-20', ['whole']],
    ['a region that is free text', 'The  NORTH', ['free', 'whole']],
  ])('%s', (_, region, partners) => {
    const index = indexOf(
      profileOf('north', { serves: { regions: ['PT-13'] } }),
      profileOf('south', { serves: { regions: ['Faro', 'Beja'] } }),
      profileOf('whole', { serves: { regions: [] } }),
      profileOf('free', { serves: { regions: ['the north'] } }),
      profileOf('else', { country: 'BE' }),
    )
    const matches = index.match(queryFor({ region }, { title: 'ERP' }))
    const found = matches.top(9).map(({ profile }) => profile.partnerId)
    expect(found.sort()).toEqual(partners)
    expect(matches.refused.country).toBe(1)
  })

  it('keeps ids whole: no part of one is met', () => {
    const index = indexOf(profileOf('acme', { tags: { industries: ids.industries, products: ids.products } }))
    const count = (need: object) => index.match(queryFor({}, need)).count
    expect(count({ industries: ['Agriculture, Forestry, & Fishing'] })).toBe(1)
    expect(count({ products: ['DynamicsAX,GP,NAV,SL'] })).toBe(1)
    expect(
      count({
        title: 'Agriculture Forestry Fishing Azure GP',
        industries: ['Agriculture', 'Fishing'],
        products: ['GP'],
      }),
    ).toBe(0)
    expect(count({ industries: ['Azure'] })).toBe(0)
  })

  it('never matches what is paused or withdrawn, yet knows it', () => {
    const index = indexOf(profileOf('acme', {}))
    const [acme] = index.ofPartner('acme' as PartnerId)
    if (acme === undefined) throw new Error('unknown')
    for (const [state, count] of [
      ['paused', 0],
      ['published', 1],
      ['withdrawn', 0],
    ] as const) {
      index.put(acme.profile, state)
      const matches = index.match(queryFor({}, { title: 'ERP' }))
      expect([matches.count, matches.top(3).length, index.get(acme.profile.profileId)?.state]).toEqual([
        count,
        count,
        state,
      ])
      if (state !== 'published') expect(matches.refused[state]).toBe(1)
    }
    expect(index.size).toBe(1)
  })

  it('names at most 50 of those that refuse the size, the most relevant first', () => {
    const optedOut = (partner: number) =>
      profileOf(`p${partner}`, {
        sizeOptOut: ['51to250employees'],
        tags: { keywords: partner === 7 ? ['ERP'] : ['ERP', 'cloud'] },
      })
    const index = indexOf(...Array.from({ length: 60 }, (_, partner) => optedOut(partner)))
    const matches = index.match(queryFor({ size: '51to250employees' }, { title: 'ERP' }))
    expect(matches.count).toBe(0)
    expect(matches.refused.size).toBe(60)
    expect(matches.named).toHaveLength(50)
    expect(matches.named[0]).toEqual({ profileId: 'p7/PT', partnerId: 'p7', code: 'size' })
  })

  it('shows no figures that have been overwritten', () => {
    const index = indexOf(profileOf('acme', {}))
    const first = index.match(queryFor({}, { title: 'ERP' }))
    const [match] = first.top(1)
    index.match(queryFor({}, { title: 'cloud' }))
    expect(() => first.top(1)).toThrow()
    expect(() => first.named).toThrow()
    expect(() => match?.matched()).toThrow()
    expect(first.count).toBe(1)
  })
})

describe('relevance', () => {
  it('is what match would find if the profile were put, and is reckoned from what is told', () => {
    fc.assert(
      fc.property(puts, profile, query, (all, changed, query) => {
        const index = new ProfileIndex()
        for (const [profile, state] of all) index.put(profile, state)
        const told = { ...changed, country: query.country }
        const alone = index.relevance(query, told)
        const sum = alone.matched.reduce((total, { weight }) => total + weight, 0)
        const factor = lengthFactor(alone.length, alone.population)
        expect(alone.relevance).toBe(relevanceOf(sum, factor, alone.maximum))
        index.put(told, 'published')
        const matches = index.match(query)
        const match = matches.top(99).find(({ profile }) => profile === told)
        if (match === undefined) return
        const { relevance, length } = match
        expect({ relevance, length, matched: match.matched() }).toEqual({
          relevance: alone.relevance,
          length: alone.length,
          matched: alone.matched,
        })
        expect({ ...matches.population, maximum: matches.maximum }).toEqual({
          ...alone.population,
          maximum: alone.maximum,
        })
      }),
    )
  })

  it('is never raised by a tag that is not asked for', () => {
    fc.assert(
      fc.property(puts, profile, query, fc.integer({ min: 1, max: 30 }), (all, profile, query, more) => {
        const index = new ProfileIndex()
        for (const [other, state] of all) index.put(other, state)
        const before = index.relevance(query, profile).relevance
        const padding = Array.from({ length: more }, (_, at) => `unrelated${at}`)
        const padded = {
          ...profile,
          tags: { ...profile.tags, keywords: [...profile.tags.keywords, ...padding] },
        }
        expect(index.relevance(query, padded).relevance).toBeLessThanOrEqual(before)
        const repeated = {
          ...profile,
          tags: { ...profile.tags, keywords: [...profile.tags.keywords, ...profile.tags.keywords] },
        }
        expect(index.relevance(query, repeated).relevance).toBe(before)
      }),
    )
  })
})

describe('put', () => {
  it('forgets what was: a profile of many tags, or many that come and go, leave nothing behind', () => {
    const index = indexOf(profileOf('acme', {}), profileOf('other', {}))
    const query = queryFor({}, { title: 'ERP' })
    const before = index
      .match(query)
      .top(2)
      .map(({ relevance }) => relevance)
    const many = Array.from({ length: 5000 }, (_, at) => `tag${at}`)
    index.put(profileOf('acme', { tags: { keywords: many } }), 'published')
    expect(index.match(queryFor({}, { title: 'tag4711' })).top(1)[0]?.length).toBe(5000)
    index.put(profileOf('acme', {}), 'published')
    expect(
      index
        .match(query)
        .top(2)
        .map(({ relevance }) => relevance),
    ).toEqual(before)
    expect(index.match(queryFor({}, { title: 'tag4711' })).count).toBe(0)
  })

  it('knows the profiles of a partner, in the order of their ids, also when one changes hands', () => {
    const index = indexOf(
      profileOf('acme', { profileId: 'b' }),
      profileOf('acme', { profileId: 'a', country: 'BE' }),
      profileOf('else', { profileId: 'c' }),
    )
    const idsOf = (partner: string) =>
      index.ofPartner(partner as PartnerId).map(({ profile }) => profile.profileId)
    expect(idsOf('acme')).toEqual(['a', 'b'])
    index.put(profileOf('else', { profileId: 'a' }), 'paused')
    expect([idsOf('acme'), idsOf('else'), idsOf('nobody')]).toEqual([['b'], ['a', 'c'], []])
    expect(index.get('nobody' as ProfileId)).toBeUndefined()
  })
})

function expectSame(
  index: ProfileIndex,
  last: ReadonlyMap<string, readonly [Profile, ProfileState]>,
  query: Query,
  k: number,
): void {
  const published = [...last.values()]
    .filter(([, state]) => state === 'published')
    .map(([profile]) => profile)
  const matches = index.match(query)
  const top = matches.top(k)
  expect(top.map(({ relevance }) => relevance)).toEqual(
    top.map(({ relevance }) => relevance).sort((a, b) => b - a),
  )
  expect(top.map(({ profile, relevance }) => `${relevance} ${profile.profileId}`).sort()).toEqual(
    exhaustive(published, query, k).sort(),
  )
  expect(matches.count).toBe(exhaustive(published, query, 999).length)
  expect(index.size).toBe(last.size)
  expect(Object.values(matches.refused).reduce((sum, count) => sum + count, matches.count)).toBe(index.size)
  const elsewhere = published.filter(({ country }) => country !== query.country)
  const outside = published.filter(
    ({ country, serves }) =>
      country === query.country &&
      serves.regions.length > 0 &&
      query.region !== null &&
      !serves.regions.some(region => normalizeRegion(country, region) === query.region),
  )
  expect([matches.refused.country, matches.refused.region]).toEqual([elsewhere.length, outside.length])
  for (const match of top) {
    expect(match.length).toBe(termsOfProfile(match.profile).length)
    const { relevance, matched } = index.relevance(query, match.profile)
    expect({ relevance, matched }).toEqual({ relevance: match.relevance, matched: match.matched() })
  }
}

function indexOf(...profiles: readonly Profile[]): ProfileIndex {
  const index = new ProfileIndex()
  for (const profile of profiles) index.put(profile, 'published')
  return index
}

function profileOf(partnerId: string, rest: object): Profile {
  return profileSchema.parse({
    profileId: `${partnerId}/PT`,
    partnerId,
    occurredAt: '2026-03-02T09:14:00.000Z',
    name: partnerId,
    country: 'PT',
    state: 'published',
    locations: [{ locationId: '1' }],
    tags: { keywords: ['ERP', 'cloud'] },
    ...rest,
  })
}

function queryFor(customer: object, need: object): Query {
  return queryOf(
    rfiSchema.parse({
      rfiId: 'rfi-81',
      occurredAt: '2026-03-02T09:14:00.000Z',
      channel: 'marketing',
      customer: { country: 'PT', ...customer },
      need,
    }),
  )
}

import { describe, expect, test } from 'vitest'
import { releaseArbitrary, releaseOf } from '../../test/ranking/releases.ts'
import { fc } from '../../test/support/property.ts'
import { profileOf } from '../../test/support/ranking-world.ts'
import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile, ProfileState } from '../domain/profile.ts'
import { rfiSchema } from '../domain/rfi.ts'
import { day } from '../domain/time.ts'
import { ProfileIndex } from '../matching/profile-index.ts'
import { queryOf } from '../matching/query.ts'
import type { Term } from '../matching/terms.ts'
import { askedTerms, countedTerms } from './asked.ts'
import { featureNames } from './catalogue.ts'
import { type Evidence, type Fact, fold, noEvidence } from './evidence.ts'
import { foldInterest, noInterest } from './interest.ts'
import { InterestTable } from './interest-table.ts'
import { one } from './millionths.ts'
import { foldPopulation, noPopulation, type Population } from './population.ts'
import { type Considered, type RankInput, type Ranking, rank, rankRequested } from './rank.ts'
import { rankAll } from './rank-all.ts'
import { type ConsideredOnReceipt, type Receipt, reasonsOnReceipt, receiptOf } from './receipt.ts'
import { receiptSchema } from './receipt-shape.ts'
import { defaultRelease, type Release } from './release.ts'
import { reasonsOf } from './score.ts'
import { trackRecordOf } from './track-record.ts'

const now = Date.parse('2026-03-02T09:14:00.000Z')
const words = ['inventory', 'payroll', 'warehouse', 'analytics', 'migration', 'bakery']
const regions = ['PT-11', 'PT-13', null]

const rfi = rfiSchema.parse({
  rfiId: 'rfi-81',
  occurredAt: '2026-03-02T09:14:00.000Z',
  channel: 'marketing',
  customer: { country: 'PT', region: 'PT-11', city: 'Lisboa', size: '51to250employees' },
  need: { keywords: words.slice(0, 4) },
  consent: { shareWithPartners: true },
})
const query = queryOf(rfi)

interface World {
  readonly profiles: readonly (readonly [Profile, ProfileState])[]
  readonly lessons: ReadonlyMap<string, readonly Lesson[]>
}

/** What a partner did, and what it was asked for. */
interface Lesson {
  readonly fact: Fact
  readonly terms: readonly Term[]
}

const asks = fc
  .record({
    keywords: fc.subarray(words, { minLength: 1, maxLength: 4 }),
    amount: fc.constantFrom(null, '900', '40000', '55000', '2000000'),
    region: fc.constantFrom(...regions),
  })
  .map(({ keywords, amount, region }) => {
    const customer = { ...rfi.customer, region }
    const budget = amount === null ? null : { amount, currency: 'EUR' }
    return countedTerms(askedTerms({ ...rfi, customer, need: { ...rfi.need, keywords }, budget }))
  })
const kinds = ['open', 'silent', 'accepted', 'won', 'lost', 'other', 'fit'] as const
const lessonLists = fc
  .array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 400 }), asks), { maxLength: 6 })
  .map(list =>
    list.flatMap(([kind, daysAgo, terms]): Lesson[] => {
      const routedAt = now - daysAgo * day
      const expiresAt = routedAt + 14 * day
      const common = { routedAt, expiresAt, notifiable: true, kind: null, answerTime: 0 }
      return factsOf(kind, common).map(fact => ({ fact, terms }))
    }),
  )

type Common = Pick<Fact, 'routedAt' | 'expiresAt' | 'notifiable'> & {
  readonly kind: null
  readonly answerTime: number
}

function factsOf(kind: (typeof kinds)[number], common: Common): Fact[] {
  const offered: Fact = { ...common, type: 'offered' }
  const accepted: Fact = { ...common, type: 'accepted' }
  switch (kind) {
    case 'open':
      return [offered]
    case 'silent':
      return [offered, { ...common, type: 'expired' }]
    case 'accepted':
      return [offered, accepted]
    case 'won':
      return [offered, accepted, { ...common, type: 'won' }]
    case 'lost':
      return [offered, accepted, { ...common, type: 'lost', kind: 'customer' }]
    default:
      return [offered, { ...common, type: 'declined', kind }]
  }
}

/** Partners with one or two profiles each, many alike so that ties come up. */
const worlds = (most: number): fc.Arbitrary<World> =>
  fc
    .array(
      fc.record({
        keywords: fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }),
        region: fc.constantFrom(...regions),
        city: fc.constantFrom('Lisboa', 'Porto', null),
        second: fc.boolean(),
        lessons: lessonLists,
      }),
      { maxLength: most },
    )
    .map(rows => ({
      profiles: rows.flatMap(({ keywords, region, city, second }, at) => {
        const rest = { tags: { keywords }, locations: [{ locationId: 'first', region, city }] }
        const first = profileOf(`p${at}`, rest)
        const other = profileOf(`p${at}`, { ...rest, profileId: `p${at}/PT-2`, tags: { keywords: words } })
        return (second ? [first, other] : [first]).map(profile => [profile, 'published'] as const)
      }),
      lessons: new Map(rows.map(({ lessons }, at) => [`p${at}`, lessons])),
    }))

type Change = Partial<Omit<RankInput, 'index' | 'recordOf' | 'interests'>>

function inputOf(world: World, change: Change = {}): RankInput {
  const index = new ProfileIndex()
  for (const [profile, state] of world.profiles) index.put(profile, state)
  const { release = defaultRelease } = change
  const interests = new InterestTable(release.parameters.halfLifeDays)
  const evidence = new Map<string, Evidence>()
  for (const [id, lessons] of world.lessons) {
    const partnerId = id as PartnerId
    evidence.set(id, lessons.map(({ fact }) => fact).reduce(fold, noEvidence(partnerId)))
    interests.apply(foldInterest(noInterest(partnerId), lessons, () => undefined).interest)
  }
  return {
    rfi,
    query,
    index,
    recordOf: partnerId =>
      trackRecordOf(evidence.get(partnerId) ?? noEvidence(partnerId), release.parameters.halfLifeDays),
    interests,
    population: populationOf(world),
    release,
    now,
    excluded: new Set(),
    full: () => false,
    count: 3,
    ...change,
  }
}

function populationOf(world: World): Population {
  let sums = noPopulation
  for (const [partnerId, lessons] of world.lessons) {
    let evidence = noEvidence(partnerId as PartnerId)
    for (const { fact } of lessons) {
      sums = foldPopulation(sums, fact, evidence)
      evidence = fold(evidence, fact)
    }
  }
  return sums
}

const everything = Number.MAX_SAFE_INTEGER
const outline = (considered: readonly Considered[]) =>
  considered.map(({ profile, score }) => [profile.profileId, score])
const receiptFor = (ranking: Ranking, release: Release): Receipt =>
  receiptOf({
    rfiId: rfi.rfiId,
    at: rfi.occurredAt,
    ranking,
    refusal: null,
    chosen: ranking.considered.slice(0, 3),
    next: ranking.considered.slice(3),
    rule: 'rank',
    release,
    releaseHash: 'hash',
  })

describe('rank', () => {
  test('finds by threshold what scoring everybody finds', () => {
    fc.assert(
      fc.property(worlds(120), releaseArbitrary, fc.integer({ min: 1, max: 4 }), (world, release, count) => {
        const input = inputOf(world, { release, count })
        const all = rank({ ...input, depth: everything })
        const best = rank(input)
        expect(outline(best.considered)).toEqual(outline(all.considered).slice(0, count + 5))
      }),
      { numRuns: 60 },
    )
  })

  test('is what scoring everybody gives, of those that are candidates', () => {
    fc.assert(
      fc.property(worlds(40), releaseArbitrary, (world, release) => {
        // Of two profiles, one no candidate, everybody's ranking may take the other.
        const profiles = world.profiles.filter(([{ profileId }]) => !profileId.endsWith('-2'))
        const input = inputOf({ ...world, profiles }, { release })
        const found = outline(rank({ ...input, depth: everything }).considered)
        const ids = new Set(found.map(([profileId]) => profileId))
        const all = rankAll(input)
        const inFull = outline(all.entries.map(entry => all.inFull(entry)))
        expect(inFull.filter(([profileId]) => ids.has(profileId))).toEqual(found)
      }),
      { numRuns: 60 },
    )
  })

  test('finds partners of deals like it by their interest alone', () => {
    const deals = (keywords: string[]) => {
      const terms = countedTerms(askedTerms({ ...rfi, need: { ...rfi.need, keywords } }))
      const common = { routedAt: now, expiresAt: now + day, notifiable: true, kind: null, answerTime: 0 }
      return factsOf('accepted', common).map(fact => ({ fact, terms }))
    }
    const untagged = { tags: { keywords: [] } }
    const world: World = {
      profiles: ['tagged', 'dealt', 'neither'].map(name => [
        profileOf(name, name === 'tagged' ? {} : untagged),
        'published',
      ]),
      // Found by what is its own mark, and not by what most have answered.
      lessons: new Map([
        ['dealt', deals(['payroll'])],
        ...['a', 'b', 'c'].map(name => [name, deals(['bakery'])] as const),
      ]),
    }
    const release = releaseOf({ similarDeals: one, relevance: 1 })
    const { considered, candidates, refused } = rank(inputOf(world, { release }))
    expect(considered.map(({ profile }) => profile.partnerId)).toEqual(['dealt', 'tagged'])
    expect([candidates, refused]).toEqual([2, { 'no-match': 1 }])
    const byTags = rank(inputOf(world, { release: releaseOf({ relevance: one }) }))
    expect([byTags.candidates, byTags.refused]).toEqual([1, { 'no-match': 2 }])
  })

  test('refusals, those chosen and those not add up to all profiles', () => {
    const states = fc.constantFrom<ProfileState>('published', 'published', 'paused', 'withdrawn')
    fc.assert(
      fc.property(
        worlds(30),
        releaseArbitrary,
        fc.infiniteStream(states),
        fc.func(fc.boolean()),
        fc.integer({ min: 0, max: one }),
        (world, release, states, isFull, minimumScore) => {
          const profiles = world.profiles.map(
            ([profile]) => [profile, states.next().value ?? 'published'] as const,
          )
          const excluded = new Set(['p0', 'p3'] as PartnerId[])
          const ofPolicy = { ...release, policy: { ...release.policy, minimumScore } }
          const change = { release: ofPolicy, excluded, full: (id: ProfileId) => isFull(id) }
          const ranking = rank(inputOf({ ...world, profiles }, change))
          const { refused, chosen } = receiptFor(ranking, ofPolicy)
          const counts = Object.values(refused)
          expect(counts.every(count => count > 0)).toBe(true)
          expect(counts.reduce((sum, count) => sum + count, chosen.length)).toBe(profiles.length)
        },
      ),
    )
  })

  test('looks no further than it must', () => {
    const profiles = Array.from({ length: 500 }, (_, at) => {
      const tags = { keywords: at < 40 ? words.slice(0, 4) : ['inventory', 'bakery'] }
      return [profileOf(`p${at}`, { tags }), 'published'] as const
    })
    let looked = 0
    const full = () => {
      looked += 1
      return false
    }
    const release = releaseOf({ relevance: 800_000, proximity: 200_000 })
    rank(inputOf({ profiles, lessons: new Map() }, { full, release }))
    expect(looked).toBe(40)
  })

  test('sums contributions to the score, exactly', () => {
    fc.assert(
      fc.property(worlds(15), releaseArbitrary, (world, release) => {
        for (const { features, score } of rank(inputOf(world, { release })).considered) {
          expect(Object.values(features).reduce((sum, part) => sum + part.contribution, 0)).toBe(score)
          expect(Number.isSafeInteger(score)).toBe(true)
        }
      }),
    )
  })

  test('gives a partner one place, for its better profile', () => {
    fc.assert(
      fc.property(worlds(15), releaseArbitrary, (world, release) => {
        const { considered } = rank(inputOf(world, { release, depth: everything }))
        expect(new Set(considered.map(({ profile }) => profile.partnerId)).size).toBe(considered.length)
      }),
    )
    const twice = [profileOf('p', { profileId: 'p/2' }), profileOf('p', { profileId: 'p/1' })] as const
    const world: World = { profiles: twice.map(profile => [profile, 'published']), lessons: new Map() }
    expect(rank(inputOf(world)).considered.map(({ profile }) => profile.profileId)).toEqual(['p/1'])
    const near = { profileId: 'p/3', locations: [{ locationId: 'x', city: 'Lisboa', region: 'PT-11' }] }
    const nearer: World = { ...world, profiles: [...world.profiles, [profileOf('p', near), 'published']] }
    expect(rank(inputOf(nearer)).considered.map(({ profile }) => profile.profileId)).toEqual(['p/3'])
  })

  test('keeps the order of the others when one more stands below, under the same population figures', () => {
    fc.assert(
      fc.property(worlds(12), releaseArbitrary, lessonLists, (world, release, lessons) => {
        // One more profile would change the terms' frequencies, so both worlds hold it, and one refuses it.
        const more: World = {
          profiles: [...world.profiles, [profileOf('extra'), 'published']],
          lessons: new Map([...world.lessons, ['extra', lessons]]),
        }
        const population = populationOf(world)
        const without = rank(
          inputOf(more, {
            release,
            population,
            depth: everything,
            excluded: new Set(['extra' as PartnerId]),
          }),
        )
        const withIt = rank(inputOf(more, { release, population, depth: everything }))
        const others = withIt.considered.filter(({ profile }) => profile.partnerId !== 'extra')
        expect(outline(others)).toEqual(outline(without.considered))
      }),
    )
  })

  test('scores the same whatever the ids are', () => {
    fc.assert(
      fc.property(worlds(12), releaseArbitrary, (world, release) => {
        const renamed: World = {
          profiles: world.profiles.map(([profile, state]) => [
            {
              ...profile,
              partnerId: `x-${profile.partnerId}-y` as PartnerId,
              profileId: `z${profile.profileId}` as ProfileId,
            },
            state,
          ]),
          lessons: new Map([...world.lessons].map(([partnerId, lessons]) => [`x-${partnerId}-y`, lessons])),
        }
        const scores = (of: World) =>
          rank(inputOf(of, { release, depth: everything })).considered.map(({ score }) => score)
        expect(scores(renamed)).toEqual(scores(world))
      }),
    )
  })

  test('depends on no evidence under a release that weighs none', () => {
    const release = releaseOf({ relevance: 800_000, proximity: 200_000 })
    fc.assert(
      fc.property(worlds(12), world => {
        const ranking = rank(inputOf(world, { release }))
        const bare = rank(inputOf({ ...world, lessons: new Map() }, { release: { ...release } }))
        expect(JSON.stringify(ranking)).toBe(JSON.stringify(bare))
        expect(JSON.stringify(receiptFor(ranking, release))).toBe(JSON.stringify(receiptFor(bare, release)))
        const unasked = inputOf(world, { release })
        rank({
          ...unasked,
          recordOf: () => {
            throw new Error('evidence was asked for')
          },
          interests: {
            ask: () => {
              throw new Error('interests were asked for')
            },
          },
        })
      }),
    )
  })

  test('breaks ties by neither name nor arrival', () => {
    const names = Array.from({ length: 12 }, (_, at) => `p${String(at).padStart(2, '0')}`)
    const orderFor = (rfiId: string, of: readonly string[]) => {
      const world: World = {
        profiles: of.map(name => [profileOf(name), 'published']),
        lessons: new Map(),
      }
      const input = inputOf(world, { rfi: { ...rfi, rfiId: rfiId as typeof rfi.rfiId }, depth: everything })
      return rank(input).considered.map(({ profile }) => profile.partnerId)
    }
    expect(orderFor('r1', names)).toEqual(orderFor('r1', names.toReversed()))
    expect(orderFor('r1', names)).not.toEqual(names)
    expect(orderFor('r1', names)).not.toEqual(orderFor('r2', names))
  })

  test('counts every refusal once', () => {
    const world: World = {
      profiles: [
        [profileOf('fits'), 'published'],
        [profileOf('asked'), 'published'],
        [profileOf('full'), 'published'],
        [profileOf('paused'), 'paused'],
        [profileOf('gone'), 'withdrawn'],
        [profileOf('abroad', { country: 'ES' }), 'published'],
        [profileOf('small', { sizeOptOut: ['51to250employees'] }), 'published'],
        [profileOf('north', { serves: { regions: ['PT-13'] } }), 'published'],
        [profileOf('baker', { tags: { keywords: ['bakery'] } }), 'published'],
      ],
      lessons: new Map(),
    }
    const excluded = new Set(['asked' as PartnerId])
    const ranking = rank(inputOf(world, { excluded, full: profileId => profileId === 'full/PT', count: 1 }))
    expect(ranking.considered.map(({ profile }) => profile.partnerId)).toEqual(['fits'])
    expect(ranking.refused).toEqual({
      withdrawn: 1,
      paused: 1,
      country: 1,
      region: 1,
      size: 1,
      'already-asked': 1,
      capacity: 1,
      'no-match': 1,
    })
    expect(ranking.named).toContainEqual({ profileId: 'full/PT', partnerId: 'full', code: 'capacity' })
    const demanding = { ...defaultRelease, policy: { ...defaultRelease.policy, minimumScore: 2 * one } }
    expect(rank(inputOf(world, { release: demanding })).refused).toMatchObject({ 'minimum-score': 3 })
    const none = receiptOf({
      ...{ rfiId: rfi.rfiId, at: rfi.occurredAt, refusal: null, rule: 'rank', releaseHash: 'hash' },
      ...{ ranking, chosen: [], next: [], release: defaultRelease },
    })
    expect(none.refused).toEqual({ ...ranking.refused, 'not-chosen': 1 })
  })
})

describe('rankRequested', () => {
  const lisbon = { locations: [{ locationId: 'first', city: 'Lisboa', region: 'PT-11' }] }
  const world: World = {
    profiles: [
      [profileOf('fits'), 'published'],
      [profileOf('near', lisbon), 'published'],
      [profileOf('small', { sizeOptOut: ['51to250employees'] }), 'published'],
      [profileOf('north', { serves: { regions: ['PT-13'] } }), 'published'],
      [profileOf('baker', { tags: { keywords: ['bakery'] } }), 'published'],
      [profileOf('paused'), 'paused'],
      [profileOf('paused', { profileId: 'paused/ES', country: 'ES' }), 'published'],
      [profileOf('gone'), 'withdrawn'],
      [profileOf('abroad', { country: 'ES' }), 'published'],
      [profileOf('full'), 'published'],
      [profileOf('asked'), 'published'],
    ],
    lessons: new Map(),
  }
  const input = inputOf(world, {
    excluded: new Set(['asked' as PartnerId]),
    full: profileId => profileId === 'full/PT',
  })
  test.each([
    ['fits', null, []],
    ['small', null, ['size']],
    ['north', null, ['region']],
    ['baker', null, []],
    ['paused', 'paused', []],
    ['gone', 'withdrawn', []],
    ['abroad', 'country', []],
    ['full', 'capacity', []],
    ['asked', 'already-asked', []],
    ['nobody', 'unknown-partner', []],
  ])('%s: %s %j', (partnerId, code, flags) => {
    const { considered, refused, named } = rankRequested(input, [partnerId as PartnerId])
    if (code === null) expect(considered).toMatchObject([{ profile: { partnerId }, flags }])
    else expect(considered).toEqual([])
    expect(refused).toEqual(code === null ? {} : { [code]: 1 })
    expect(named.map(({ code }) => code)).toEqual(code === null ? [] : [code])
  })

  test('takes each partner once, best first, with the scores of the ranking', () => {
    const partners = ['baker', 'fits', 'near', 'fits'] as PartnerId[]
    const { considered, candidates } = rankRequested(input, partners)
    expect(considered.map(({ profile }) => profile.partnerId)).toEqual(['near', 'fits', 'baker'])
    expect(candidates).toBe(3)
    const ranked = rank({ ...input, depth: everything }).considered
    for (const each of considered.slice(0, 2)) {
      expect(ranked.find(({ profile }) => profile === each.profile)).toEqual(each)
    }
  })
})

describe('a receipt', () => {
  const keywords = Array.from({ length: 60 }, (_, at) => `keyword${at}`)
  const wordy = { ...rfi, need: { ...rfi.need, keywords }, budget: { amount: '40000', currency: 'EUR' } }
  const terms = countedTerms(askedTerms(wordy))
  const lessons = (count: number): Lesson[] =>
    Array.from({ length: count }, (_, at) => ({
      fact: {
        ...{ type: 'accepted', kind: null, notifiable: true, answerTime: 0 },
        ...{ routedAt: now - at * day, expiresAt: now + 9 * day },
      },
      terms,
    }))
  const profiles = Array.from({ length: 30 }, (_, at) => {
    const tags = { keywords: keywords.slice(0, 40 + (at % 4)) }
    return [profileOf(`partner-${at}`, { tags }), 'published'] as const
  })
  const world: World = {
    profiles,
    lessons: new Map(profiles.map(([{ partnerId }], at) => [partnerId, lessons(at)])),
  }
  const ranking = rank(inputOf(world, { rfi: wordy, query: queryOf(wordy), depth: 20 }))
  const receipt = receiptFor(ranking, defaultRelease)

  test('of 20 considered that share 48 terms is a tenth of what a record may be', () => {
    expect(receipt.considered).toHaveLength(20)
    expect(receipt.considered[0]?.likeness?.terms.length).toBeGreaterThanOrEqual(48)
    const { length } = JSON.stringify(receipt)
    expect(length).toBeLessThan(120 * 1024)
  })

  test('has the shape that others read', () => {
    // As it is sent: −0 is 0 there.
    const sent = JSON.parse(JSON.stringify(receipt))
    expect(receiptSchema.parse(sent)).toEqual(sent)
    const bare = releaseOf({ relevance: one })
    const without = receiptFor(
      rank(inputOf(world, { ...{ rfi: wordy, query: queryOf(wordy) }, release: bare })),
      bare,
    )
    expect(receiptSchema.parse(without)).toEqual(without)
    expect(without).toMatchObject({ basis: null, asked: null, considered: { length: 8 } })
    expect(without.considered[0]).toMatchObject({ tally: [], likeness: null, estimates: null })
  })

  test('adds up', () => {
    expect(receipt.chosen).toHaveLength(3)
    expect(receipt.next).toHaveLength(5)
    const refused = Object.values(receipt.refused).reduce((sum, count) => sum + count, 0)
    expect(refused + receipt.chosen.length).toBe(profiles.length)
    for (const { score, contributions, values } of receipt.considered) {
      expect(contributions.reduce((sum, part) => sum + part, 0)).toBe(score)
      expect(contributions).toEqual(
        values.map((value, at) => Math.round((value * (receipt.features[at]?.weight ?? 0)) / one) + 0),
      )
    }
  })

  test('has its reasons made from what it records', () => {
    for (const [at, row] of receipt.considered.entries()) {
      const parts = ranking.considered[at]?.features ?? {}
      expect(reasonsOnReceipt(receipt, row)).toEqual(reasonsOf(parts, ranking.basis))
    }
    const reasons = reasonsOnReceipt(receipt, receipt.considered[0] as ConsideredOnReceipt)
    expect(Object.keys(reasons).sort()).toEqual([...featureNames].sort())
    for (const reason of Object.values(reasons)) expect(reason).toMatch(/^[A-Z0-9].*\.$/)
  })

  test('of an RFI refused as a whole has that reason alone', () => {
    const refused = receiptOf({
      ...{ rfiId: rfi.rfiId, at: rfi.occurredAt, ranking: null, refusal: 'no-consent' },
      ...{ chosen: [], next: [], rule: 'rank', release: defaultRelease, releaseHash: 'hash' },
    })
    expect(refused).toMatchObject({
      considered: [],
      chosen: [],
      refused: { 'no-consent': 1 },
      population: null,
    })
  })
})

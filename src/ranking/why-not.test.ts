import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  type Deed,
  inputOf,
  profileOf,
  releases,
  rfiOf,
  type World,
  words,
  worlds,
} from '../../test/support/ranking-world.ts'
import type { PartnerId, ProfileId } from '../domain/ids.ts'
import { day, hour } from '../domain/time.ts'
import { rank } from './rank.ts'
import { receiptOf } from './receipt.ts'
import { defaultRelease, type Release } from './release.ts'
import { standingOf } from './standing.ts'
import { type Change, whyNot } from './why-not.ts'

const asked = words.slice(0, 4)

/** The world in which it really was so: new tables are made from it. */
function worldWith(world: World, partnerId: string, change: Change, n: number): World {
  if ('profile' in change) {
    return {
      ...world,
      profiles: world.profiles.map(([profile, state]) =>
        profile.profileId === change.profile.profileId && n > 0
          ? [change.profile, 'published']
          : [profile, state],
      ),
    }
  }
  const deeds = world.deeds.get(partnerId) ?? []
  return { ...world, deeds: new Map([...world.deeds, [partnerId, deedsWith(deeds, change.kind, n)]]) }
}

function deedsWith(deeds: readonly Deed[], kind: Exclude<Change, { profile: unknown }>['kind'], n: number) {
  if (kind === 'deals') {
    const deal: Deed = {
      ...{ kind: 'accepted', daysAgo: 1, answerTime: day, keywords: asked, budget: '40000' },
    }
    return [...deeds, ...Array.from({ length: n }, () => deal)]
  }
  const inOrder = deeds.toSorted(
    (one, other) => one.daysAgo - other.daysAgo || (one.kind === 'silent' ? -1 : 1),
  )
  const changing = inOrder
    .filter(deed =>
      kind === 'waiting'
        ? deed.kind === 'waiting'
        : deed.kind === 'silent' || (deed.answerTime > day && !['waiting', 'spam'].includes(deed.kind)),
    )
    .slice(0, n)
  return deeds.flatMap((deed): Deed[] => {
    if (!changing.includes(deed)) return [deed]
    if (kind === 'waiting') return []
    return [{ ...deed, answerTime: 2 * hour, ...(deed.kind === 'silent' ? { kind: 'customer' } : {}) }]
  })
}

const nothing = Object.fromEntries(Object.keys(defaultRelease.features).map(name => [name, 0]))
const weighing = (weights: object): Release => ({
  ...defaultRelease,
  features: { ...(nothing as Release['features']), ...weights },
})
const readingAnswers = weighing({ relevance: 1000, responsiveness: 900_000 })
const readingLoad = weighing({ relevance: 500_000, experience: 1000, load: 400_000 })

/** Recent enough to be known by the day, as how coarse older days are depends on the newest. */
const recent = (world: World): World => ({
  ...world,
  deeds: new Map(
    [...world.deeds].map(([id, deeds]) => [id, deeds.map(deed => ({ ...deed, daysAgo: deed.daysAgo % 55 }))]),
  ),
})

describe('whyNot', () => {
  test('names what would have been enough, and no more than that, when it is really so', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(
        worlds(14, 5),
        fc.oneof(fc.constantFrom(defaultRelease, readingAnswers, readingLoad), releases),
        fc.nat(),
        (drawn, release, pick) => {
          const world = recent(drawn)
          const partnerId = `p${pick % world.profiles.length}` as PartnerId
          const found = whyNot(inputOf(world, { count: 2, release }), partnerId)
          for (const { change, standing } of found.enough) {
            seen.add(change.kind)
            const real = (n: number) =>
              standingOf(inputOf(worldWith(world, partnerId, change, n), { count: 2, release }), partnerId)
            const enough = real(change.n)
            expect({ change, kind: enough.kind }).toEqual({ change, kind: 'listed' })
            expect(standing).toMatchObject({
              kind: 'listed',
              place: enough.kind === 'listed' && enough.place,
            })
            // By way of sums of other orders a millionth may be between them.
            expect(Math.abs((enough.row?.score ?? 0) - (standing.row?.score ?? 0))).toBeLessThanOrEqual(5)
            expect({ change, kind: real(change.n - 1).kind }).toEqual({ change, kind: 'left-out' })
          }
        },
      ),
      { numRuns: 200, seed: 1 },
    )
    for (const kind of ['publish', 'size', 'region', 'country', 'tag', 'location', 'deals', 'answers'])
      expect([...seen]).toContain(kind)
  })

  test('leaves the tables as they were', () => {
    fc.assert(
      fc.property(worlds(14, 3), fc.nat(), (world, pick) => {
        const input = inputOf(world, { count: 2 })
        const receipt = () => {
          const ranking = rank(input)
          return JSON.stringify([
            ranking,
            receiptOf({
              ...{ rfiId: input.rfi.rfiId, at: input.rfi.occurredAt, ranking, refusal: null, rule: 'rank' },
              ...{ chosen: ranking.considered.slice(0, 2), next: ranking.considered.slice(2) },
              ...{ release: defaultRelease, releaseHash: 'hash' },
            }),
          ])
        }
        const before = receipt()
        whyNot(input, `p${pick % world.profiles.length}` as PartnerId)
        expect(receipt()).toBe(before)
      }),
      { numRuns: 40 },
    )
  })

  const rival = (name: string, tags: readonly string[]) =>
    [profileOf(name, { tags: { keywords: tags } }), 'published'] as const
  const crowd = ['a', 'b', 'c'].map(name => rival(name, asked))
  const tell = (world: World, partnerId: string, change: Parameters<typeof inputOf>[1] = {}) =>
    whyNot(inputOf(world, change), partnerId as PartnerId)

  test('a partner on the list has its place, and nothing to change', () => {
    const found = tell({ profiles: crowd, deeds: new Map() }, 'a')
    expect(found).toMatchObject({ standing: { kind: 'listed' }, candidates: 3, enough: [], closest: null })
    const behind = tell(
      { profiles: [...crowd, rival('me', ['inventory', 'welding'])], deeds: new Map() },
      'me',
    )
    expect(behind).toMatchObject({
      standing: { kind: 'left-out', code: 'not-chosen' },
      place: 4,
      candidates: 4,
    })
  })

  test.each([
    ['paused', [profileOf('me', { tags: { keywords: words } }), 'paused'], 'paused', 'publish', ''],
    [
      'full',
      [profileOf('me', { tags: { keywords: words }, maxOpenReferrals: 2 }), 'published'],
      'capacity',
      'capacity',
      '3',
    ],
    ['elsewhere', [profileOf('me', { country: 'ES' }), 'published'], 'country', 'country', 'PT'],
    [
      'another region',
      [profileOf('me', { serves: { regions: ['PT-15'] } }), 'published'],
      'region',
      'region',
      'PT-11',
    ],
    [
      'another size',
      [profileOf('me', { sizeOptOut: ['51to250employees', '1to9employees'] }), 'published'],
      'size',
      'size',
      '51to250employees',
    ],
    [
      'two sizes',
      [profileOf('me', { sizeOptOut: ['51to250employees', '51to500employees'] }), 'published'],
      'size',
      'size',
      '51to250employees, 51to500employees',
    ],
    [
      'no word in common',
      [profileOf('me', { tags: { keywords: ['welding'] } }), 'published'],
      'no-match',
      'tag',
      'inventory',
    ],
  ] as const)('%s', (_, mine, code, kind, detail) => {
    const world: World = { profiles: [mine], deeds: new Map() }
    const full = (id: ProfileId) => code === 'capacity' && id === 'me/PT'
    const found = whyNot({ ...inputOf(world, { full }), openOf: () => 2 }, 'me' as PartnerId)
    expect(found).toMatchObject({ standing: { kind: 'left-out', code }, enough: expect.any(Array) })
    expect(found.enough.map(({ change }) => change)).toContainEqual(
      expect.objectContaining({ kind, detail: kind === 'tag' ? expect.any(String) : detail, n: 1 }),
    )
  })

  test('proposes as tags what is asked for by name, then what others have; never numbers, nor where the customer is', () => {
    const rfi = rfiOf(['inventory', '30'], {
      customer: { country: 'PT', region: 'PT-11', city: 'Lisboa' },
      need: {
        title: 'Payroll 2026 in Lisboa',
        description: 'broken',
        keywords: ['inventory', '30'],
        industries: ['Retail'],
      },
    } as object)
    const world: World = { profiles: [...crowd, rival('me', ['welding'])], deeds: new Map() }
    const { enough, closest } = tell(world, 'me', { rfi, count: 2 })
    const tags = [...enough, ...(closest === null ? [] : [closest])].flatMap(({ change }) =>
      change.kind === 'tag' ? [change.detail] : [],
    )
    expect(tags).not.toEqual([])
    expect(['inventory', 'Retail (industries)']).toContain(tags[0])
    for (const tag of tags) expect(['inventory', 'Retail (industries)', 'payroll', 'broken']).toContain(tag)
    if (tags.includes('broken')) expect(tags.at(-1)).toBe('broken')
  })

  test('fewer offers waiting, where that weighs', () => {
    const offers = (count: number): Deed[] =>
      Array.from({ length: count }, (_, at) => ({
        ...{ kind: 'waiting', daysAgo: at, answerTime: 0, keywords: asked, budget: '40000' },
      }))
    const deeds = new Map(['a', 'b', 'c', 'me'].map((name, at) => [name, offers(at === 3 ? 9 : 3)]))
    const world: World = { profiles: [...crowd, rival('me', asked)], deeds }
    const found = tell(world, 'me', { release: readingLoad })
    const [{ change } = { change: null }] = found.enough.filter(({ change }) => change.kind === 'waiting')
    expect(change?.n).toBeGreaterThanOrEqual(6)
    for (const [n, kind] of [
      [change?.n ?? 0, 'listed'],
      [(change?.n ?? 0) - 1, 'left-out'],
    ] as const) {
      const real = worldWith(world, 'me', { kind: 'waiting', n }, n)
      expect(standingOf(inputOf(real, { release: readingLoad }), 'me' as PartnerId).kind).toBe(kind)
    }
  })

  test('says so when nothing alone is enough, and what comes closest', () => {
    const deal: Deed = { kind: 'won', daysAgo: 20, answerTime: 0, keywords: asked, budget: '40000' }
    const deeds = new Map(['a', 'b', 'c'].map(name => [name, Array.from({ length: 400 }, () => deal)]))
    const world: World = {
      profiles: [...crowd, [profileOf('me', { tags: { keywords: ['welding'] } }), 'paused']],
      deeds,
    }
    const found = tell(world, 'me')
    expect(found).toMatchObject({ enough: [], closest: { change: { kind: 'publish' } }, tried: 1 })
    const unknown = tell(world, 'nobody')
    expect(unknown).toMatchObject({
      standing: { kind: 'left-out', code: 'unknown-partner', row: null },
      ...{ place: null, enough: [], closest: null, tried: 0 },
    })
  })

  test('nothing of its own helps a partner the customer did not ask for', () => {
    const rfi = rfiOf(asked, { requestedPartners: ['a'] })
    const found = tell({ profiles: crowd, deeds: new Map() }, 'b', { rfi })
    expect(found).toMatchObject({ standing: { code: 'not-chosen', needed: null }, enough: [], tried: 0 })
    const paused: World = { profiles: [[profileOf('a'), 'paused']], deeds: new Map() }
    expect(tell(paused, 'a', { rfi })).toMatchObject({
      standing: { code: 'paused' },
      enough: [{ change: { kind: 'publish' } }],
    })
  })
})

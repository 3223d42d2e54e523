import { afterAll, describe, expect, test } from 'vitest'
import { reportConcentration } from '../../src/cli/concentration-report.ts'
import { type Grouping, groupings, readFunnel } from '../../src/cli/funnel-rows.ts'
import type { Months } from '../../src/cli/months.ts'
import { reportNeeds } from '../../src/cli/needs-report.ts'
import { readReasons } from '../../src/cli/reasons-rows.ts'
import type { ReferralEvent, RoutedEvent } from '../../src/domain/events.ts'
import { addMoney } from '../../src/domain/money.ts'
import type { Notice } from '../../src/domain/notices.ts'
import { day, hour } from '../../src/domain/time.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { projector } from '../../src/roles/projector.ts'
import { Tables } from '../../src/roles/tables.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { eventsOf, type Story } from '../ranking/path.ts'
import { openOwnData } from '../support/embedded.ts'
import { fc } from '../support/property.ts'
import { originOf } from '../support/role-bench.ts'

type Data = Awaited<ReturnType<typeof openOwnData>>

const open: Data[] = []
afterAll(() => Promise.all(open.map(data => data.close())))

const role = projector({ tables: new Tables(), ready: () => Promise.resolve() })

/** Folds batches into a store of their own as two lanes would: keys fall on one of them. */
async function folded(batches: readonly (readonly (ReferralEvent | Notice)[])[]): Promise<Data> {
  const data = await openOwnData()
  open.push(data)
  for (const batch of batches)
    for (const lane of [0, 1]) {
      const inputs = batch.flatMap((value, offset) => {
        const isEvent = value.type.startsWith('referral.')
        const topic: Topic = isEvent ? topics.status : topics.notices
        const key = isEvent ? (value as ReferralEvent).partnerId : value.rfiId
        if (key.length % 2 !== lane) return []
        const origin = originOf(topic, { key, offset, at: Date.parse(value.occurredAt) })
        const parsed = role.parse(topic, value, origin)
        if (!parsed.ok) throw new Error(`${parsed.fault.field} ${parsed.fault.expected}`)
        return [{ origin, value: parsed.value }]
      })
      for (const topic of [topics.status, topics.notices]) {
        const its = inputs.filter(({ origin }) => origin.topic === topic)
        const context = { lane: `projector/${topic}/${lane}`, now: 0, read: data.store }
        const { writes } = await role.process(its, context)
        await data.store.commit({ move: null, writes, journal: null })
      }
    }
  return data
}

/** Referrals of a few partners over three years, some of them tests. */
const livesArbitrary = fc
  .array(
    fc.record({
      partner: fc.constantFrom('acme', 'zenit', 'bolt', 'other'),
      days: fc.nat(1000),
      answerTime: fc.nat(20 * day),
      ending: fc.constantFrom<Story['ending'][]>(
        ...['open', 'expired', 'accepted', 'won', { declined: 4 }, { declined: 7 }, { lost: 3 }].map(
          ending => ending as Story['ending'],
        ),
      ),
      reported: fc.boolean(),
      channel: fc.constantFrom<RoutedEvent['channel'][]>('marketing', 'seller', 'customer-search'),
      country: fc.constantFrom('PT', 'JP'),
      size: fc.constantFrom<RoutedEvent['customer']['size'][]>(null, '1to9employees'),
      again: fc.boolean(),
      rank: fc.integer({ min: 1, max: 3 }),
      test: fc.boolean().map(flag => flag && true),
      favorite: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map(all =>
    all.map(({ channel, country, size, again, rank, test, favorite, days, ...story }, at) => {
      const life = eventsOf({
        ...story,
        rfi: `r${at}`,
        routedAt: Date.UTC(2023, 10, 1) + days * day,
        expiresIn: 14 * day,
        notifiable: true,
        keywords: ['inventory'],
        amount: null,
      })
      const events = life.map(event =>
        event.type === 'referral.routed'
          ? {
              ...event,
              ...{ channel, rank, test, followsRfiId: again ? ('before' as RoutedEvent['rfiId']) : null },
              customer: { ...event.customer, country, size },
            }
          : event,
      )
      const last = events.at(-1) as ReferralEvent
      const mark = { ...last, type: 'referral.favorite-changed', favorite: true, version: last.version + 1 }
      return favorite ? [...events, mark as ReferralEvent] : events
    }),
  )

const monthsArbitrary: fc.Arbitrary<Months> = fc
  .record({ from: fc.option(fc.nat(40)), to: fc.option(fc.nat(40)) })
  .map(({ from, to }) => {
    const text = (at: number) => new Date(Date.UTC(2023, 8 + at, 1)).toISOString().slice(0, 7)
    return { ...(from === null ? {} : { from: text(from) }), ...(to === null ? {} : { to: text(to) }) }
  })

/** What the funnel should say, from the lives themselves. */
function naive(lives: readonly (readonly ReferralEvent[])[], by: Grouping | null, { from, to }: Months) {
  const groups = new Map<string, Record<string, unknown>>()
  for (const life of lives) {
    const routed = life[0] as RoutedEvent
    const month = routed.occurredAt.slice(0, 7)
    if (routed.test || (from !== undefined && month < from) || (to !== undefined && month > to)) continue
    const name = {
      month,
      channel: routed.channel,
      country: routed.customer.country,
      size: routed.customer.size ?? 'unknown',
      round: routed.followsRfiId === null ? 'first' : 'again',
    }
    const group = by === null ? 'all' : name[by]
    const row = groups.get(group) ?? { counts: {}, wonValue: {}, minutes: 0 }
    groups.set(group, row)
    const counts = row.counts as Record<string, number>
    const count = (step: string) => {
      counts[step] = (counts[step] ?? 0) + 1
    }
    if (routed.rank === 1) count('rfis')
    for (const event of life) {
      const step = event.type.slice('referral.'.length)
      if (step === 'favorite-changed' || step === 'registration-required') continue
      count(step)
      if (step !== 'accepted' && step !== 'declined') continue
      count('answered')
      const took = Date.parse(event.occurredAt) - Date.parse(routed.occurredAt)
      if (took <= day) count('answeredWithin24h')
      row.minutes = Number(row.minutes) + Math.floor(took / 60_000)
    }
    const engaged = life.find(event => event.type === 'referral.accepted')
    const won = life.some(event => event.type === 'referral.won')
    const value = won && engaged?.type === 'referral.accepted' ? engaged.engagement.value : null
    if (value !== null) row.wonValue = addMoney(row.wonValue as Record<string, string>, value)
  }
  return groups
}

describe('whatever came when', () => {
  test('the funnel is what a count of the lives says, by anything and in any months', async () => {
    await fc.assert(
      fc.asyncProperty(livesArbitrary, monthsArbitrary, async (lives, months) => {
        const { store } = await folded([lives.flat()])
        for (const by of [null, ...groupings]) {
          const rows = await readFunnel(store, by, months)
          const expected = naive(lives, by, months)
          expect(rows.map(({ group }) => group)).toEqual([...expected.keys()].sort())
          for (const { group, counts, wonValue, times } of rows) {
            const its = expected.get(group)
            expect(counts).toMatchObject(its?.counts as object)
            const told = Object.values(counts).reduce((sum, count) => sum + count, 0)
            expect(told).toBe(Object.values(its?.counts as object).reduce((sum, count) => sum + count, 0))
            expect(wonValue).toEqual(its?.wonValue)
            expect(times.answered?.minutes ?? 0).toBe(its?.minutes)
            expect(times.answered?.bands.reduce((sum, count) => sum + count, 0) ?? 0).toBe(counts.answered)
          }
        }
      }),
      { numRuns: 12 },
    )
  })

  test('reasons, tabs and concentration are too', async () => {
    await fc.assert(
      fc.asyncProperty(livesArbitrary, async lives => {
        const { store } = await folded([lives.flat()])
        const counted = lives.filter(([first]) => (first as RoutedEvent).test === false)
        const ended = (type: string) =>
          counted.flatMap(life => life.filter(event => event.type === type)).length
        const reasons = await readReasons(store, 'country')
        expect(reasons.reduce((sum, { declined }) => sum + declined, 0)).toBe(ended('referral.declined'))
        expect(reasons.reduce((sum, { lost }) => sum + lost, 0)).toBe(ended('referral.lost'))

        const byPartner = Object.values(Object.groupBy(counted, ([first]) => first?.partnerId ?? ''))
        const report = await reportConcentration(store, { limit: 10 })
        const squares = byPartner.reduce((sum, its) => sum + (its?.length ?? 0) ** 2, 0)
        expect(report.spreads.routed).toMatchObject({ partners: byPartner.length, sum: counted.length })
        expect(report.spreads.routed.index ?? 0).toBeCloseTo(squares / Math.max(1, counted.length) ** 2, 12)
        expect(report.partners.map(({ routed }) => routed)).toEqual(
          byPartner.map(its => its?.length ?? 0).toSorted((one, other) => other - one),
        )

        for (const { _id, tabs } of await store.find('partnerCounts', { where: {} })) {
          const rows = (await store.find('inbox', { where: {} })).filter(row => row.partnerId === _id)
          const inTab = (tab: string) => rows.filter(row => row.tab === tab).length
          const favorites = rows.filter(({ favorite }) => favorite).map(row => row._id)
          expect(tabs).toEqual({
            ...{ new: inTab('new'), active: inTab('active'), archived: inTab('archived') },
            favorites: favorites.length,
          })
          const marks = await store.find('favorites', { where: { partnerId: _id } })
          expect(marks.map(mark => mark._id).sort()).toEqual(favorites.sort())
        }
      }),
      { numRuns: 12 },
    )
  })

  test('any order, any batches and repeats leave the same documents', async () => {
    const notice = fc
      .record({
        rfi: fc.integer({ min: 1, max: 12 }),
        days: fc.nat(400),
        country: fc.constantFrom('PT', 'JP'),
        reasons: fc.constantFrom<Record<string, number>[]>({ 'no-match': 3 }, { 'no-consent': 1 }, {}),
        terms: fc.uniqueArray(fc.constantFrom('word:erp', 'word:稼働', '__proto__', 'product:Azure')),
        test: fc.boolean(),
      })
      .map(({ rfi, days, ...rest }): Notice => {
        const occurredAt = new Date(Date.UTC(2025, 0, 1) + days * day).toISOString()
        return { ...rest, type: 'rfi.unroutable', occurredAt, rfiId: 'r'.repeat(rfi) as Notice['rfiId'] }
      })
    const notices = fc.uniqueArray(notice, { selector: ({ rfiId }) => rfiId, maxLength: 8 })
    const documents = async ({ store }: Data) => {
      const all: Partial<Record<keyof Collections, unknown>> = {}
      for (const name of readModels)
        all[name] = (await store.find(name, { where: {}, sort: [['_id', 1]] })).map(row => ({
          ...row,
          changed: null,
        }))
      return JSON.stringify(all)
    }
    await fc.assert(
      fc.asyncProperty(
        livesArbitrary,
        notices,
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 9 }),
        async (lives, told, dice, size) => {
          const all: (ReferralEvent | Notice)[] = [...lives.flat(), ...told]
          const shuffled = [...all, ...all.slice(0, 5)]
            .map(value => ({ value, order: dice.next().value ?? 0 }))
            .sort((one, other) => one.order - other.order)
            .map(({ value }) => value)
          const batches = Array.from({ length: Math.ceil(shuffled.length / size) }, (_, at) =>
            shuffled.slice(at * size, (at + 1) * size),
          )
          expect(await documents(await folded(batches))).toBe(await documents(await folded([all])))
        },
      ),
      { numRuns: 8 },
    )
  })
})

const readModels = [
  ...(['inbox', 'cells', 'favorites', 'partnerCounts', 'notices', 'needs', 'needTerms'] as const),
] satisfies (keyof Collections)[]

test('needs: the terms asked for most, of all lanes and months, without those that were refused whole', async () => {
  const told = Array.from({ length: 30 }, (_, at): Notice => {
    const occurredAt = new Date(Date.UTC(2025, at % 3, 1) + at * hour).toISOString()
    const refused = at % 10 === 9
    return {
      ...{
        type: 'rfi.unroutable',
        occurredAt,
        rfiId: `r${at}` as Notice['rfiId'],
        country: at < 20 ? 'PT' : 'JP',
      },
      reasons: refused ? { 'no-consent': 1 } : { 'no-match': 4, paused: 1 },
      terms: ['word:erp', ...(at % 2 === 0 ? ['word:mes'] : []), `word:rare${at}`],
      test: at === 0,
    }
  })
  const { store } = await folded([told])
  const report = await reportNeeds(store, {}, { limit: 2 })
  expect(report).toMatchObject({
    rfis: 29,
    reasons: [
      { name: 'no-match', count: 26 },
      { name: 'paused', count: 26 },
      { name: 'no-consent', count: 3 },
    ],
    countries: [
      { name: 'PT', count: 19 },
      { name: 'JP', count: 10 },
    ],
    terms: [
      { name: 'word:erp', count: 26 },
      { name: 'word:mes', count: 14 },
    ],
    othersAtMost: 1,
  })
  expect(report.latest.map(({ _id }) => _id)).toEqual(['r29', 'r26'])
  expect((await reportNeeds(store, { from: '2025-02', to: '2025-02' }, { limit: 2 })).rfis).toBe(10)
})

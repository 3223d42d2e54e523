import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { ReferralEvent } from '../domain/events.ts'
import type { PartnerId } from '../domain/ids.ts'
import { reasonKinds } from '../domain/reasons.ts'
import { day, hour } from '../domain/time.ts'
import { keptDays, keptMonths, totals } from './buckets.ts'
import { type Fact, factOf, fold, noEvidence, type Offer } from './evidence.ts'
import { addPopulations, foldPopulation, noPopulation, type Population } from './population.ts'

const partnerId = 'acme' as PartnerId
const start = Date.parse('2020-01-15T10:20:30.000Z')

const offers = fc.record({
  routedAt: fc.oneof(
    fc.integer({ min: 0, max: 90 }).map(days => start + days * day),
    fc.integer({ min: 0, max: 6 * 365 }).map(days => start + days * day + 3 * hour),
  ),
  open: fc.integer({ min: 1, max: 20 * 24 * 60 }).map(minutes => minutes * 60_000),
  notifiable: fc.boolean(),
})
const answerTimes = fc.oneof(
  fc.constantFrom(0, hour, hour + 1, day, day + 1),
  fc.integer({ min: 0, max: 14 * day }),
)
/** All that happens to one referral, in its order. */
const referrals: fc.Arbitrary<Fact[]> = fc
  .tuple(
    offers,
    answerTimes,
    fc.constantFrom('open', 'silent', 'accepted', 'won', 'lost', 'declined'),
    fc.constantFrom(...reasonKinds),
  )
  .map(([{ routedAt, open, notifiable }, answerTime, end, kind]) => {
    const common = { routedAt, expiresAt: routedAt + open, notifiable, kind: null, answerTime: 0 }
    const offered: Fact = { ...common, type: 'offered' }
    const accepted: Fact = { ...common, type: 'accepted', answerTime, reported: answerTime % 2 === 0 }
    switch (end) {
      case 'open':
        return [offered]
      case 'silent':
        return [offered, { ...common, type: 'expired' }]
      case 'accepted':
        return [offered, accepted]
      case 'won':
        return [offered, accepted, { ...common, type: 'reported' }, { ...common, type: 'won' }]
      case 'lost':
        return [offered, accepted, { ...common, type: 'lost', kind }]
      default:
        return [offered, { ...common, type: 'declined', kind, answerTime }]
    }
  })
const histories = fc.array(referrals, { maxLength: 25 }).map(list => list.flat())
const shuffled = histories.chain(facts =>
  fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
)

const evidenceOf = (facts: readonly Fact[]) => facts.reduce(fold, noEvidence(partnerId))
/** Of one partner, as its lane folds: each fact beside the evidence before it. */
const populationOf = (facts: readonly Fact[]): Population => {
  let [sums, evidence] = [noPopulation, noEvidence(partnerId)]
  for (const fact of facts) {
    sums = foldPopulation(sums, fact, evidence)
    evidence = fold(evidence, fact)
  }
  return sums
}

const withoutPartners = ({ partners: _, ...sums }: Population) => sums

describe('folding', () => {
  test('in any order gives the same bytes', () => {
    fc.assert(
      fc.property(shuffled, ([facts, others]) => {
        expect(JSON.stringify(evidenceOf(others))).toBe(JSON.stringify(evidenceOf(facts)))
        expect(JSON.stringify(populationOf(others))).toBe(JSON.stringify(populationOf(facts)))
      }),
    )
  })

  test('over lanes gives the bytes of one', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 4 }), (facts, lanes) => {
        const parts: Population[] = Array.from({ length: lanes }, (_, lane) =>
          populationOf(facts.filter((_, at) => at % lanes === lane)),
        )
        // A partner's facts are one lane's, so here one partner is several.
        const { partners, ...sums } = addPopulations(parts)
        expect(JSON.stringify(sums)).toBe(JSON.stringify(withoutPartners(populationOf(facts))))
        expect(partners).toBe(parts.reduce((sum, part) => sum + part.partners, 0))
      }),
    )
  })

  test('survives a trip through the store', () => {
    fc.assert(
      fc.property(histories, referrals, (facts, [more]) => {
        if (more === undefined) return
        const evidence = evidenceOf(facts)
        const stored = JSON.parse(JSON.stringify(evidence))
        expect(JSON.stringify(fold(stored, more))).toBe(JSON.stringify(fold(evidence, more)))
      }),
    )
  })

  test('loses nothing and stays small', () => {
    fc.assert(
      fc.property(histories, facts => {
        const { buckets, open, version } = evidenceOf(facts)
        const count = (type: Fact['type']) => facts.filter(fact => fact.type === type).length
        const { offered = 0, accepted = 0, expired = 0, won = 0, answered = 0 } = totals(buckets)
        expect([version, offered, accepted, expired, won]).toEqual([
          facts.length,
          count('offered'),
          count('accepted'),
          count('expired'),
          count('won'),
        ])
        expect(answered).toBe(accepted + count('declined'))
        expect(buckets.days.length).toBeLessThanOrEqual(keptDays)
        expect(buckets.months.length).toBeLessThanOrEqual(keptMonths)
        const unanswered = facts.filter(({ type, notifiable }) => notifiable && type === 'offered').length
        const ended = facts.filter(
          ({ type, notifiable }) => notifiable && ['accepted', 'declined', 'expired'].includes(type),
        ).length
        expect(open.reduce((sum, entry) => sum + entry.count, 0)).toBe(unanswered - ended)
      }),
    )
  })
})

describe('an answer', () => {
  const at = (answerTime: number): Fact => ({
    type: 'accepted',
    kind: null,
    routedAt: start,
    expiresAt: start + 14 * day,
    notifiable: true,
    answerTime,
  })
  test.each([
    [0, 1, 1, 0],
    [hour, 1, 1, 12],
    [hour + 1, 0, 1, 12],
    [day, 0, 1, 17],
    [day + 1, 0, 0, 17],
    [400 * 365 * day, 0, 0, 32],
  ])('after %i ms', (answerTime, inHour, inDay, slot) => {
    const { buckets, answerTimes } = fold(noEvidence(partnerId), at(answerTime))
    const { answered = 0, answeredInHour = 0, answeredInDay = 0 } = totals(buckets)
    expect([answered, answeredInHour, answeredInDay]).toEqual([1, inHour, inDay])
    expect(answerTimes.indexOf(1)).toBe(slot)
  })
})

describe('an open offer', () => {
  test('ends no sooner than it ends', () => {
    const fact: Fact = {
      type: 'offered',
      kind: null,
      routedAt: start,
      expiresAt: start + 1,
      notifiable: true,
      answerTime: 0,
    }
    const [entry] = fold(noEvidence(partnerId), fact).open
    expect((entry?.expiresHour ?? 0) * hour).toBeGreaterThanOrEqual(fact.expiresAt)
  })
})

describe('factOf', () => {
  const offer: Offer = {
    routedAt: '2026-03-02T09:00:00.000Z',
    expiresAt: '2026-03-16T09:00:00.000Z',
    notifiable: true,
    test: false,
    engagement: null,
  }
  const event = (rest: object) =>
    ({
      occurredAt: '2026-03-02T10:00:00.000Z',
      referralId: 'r:acme',
      engagement: { value: null, closingAt: null },
      ...rest,
    }) as unknown as ReferralEvent
  test.each([
    ['referral.routed', null, 'offered', null, 0],
    ['referral.accepted', null, 'accepted', null, hour],
    ['referral.declined', 4, 'declined', 'fit', hour],
    ['referral.declined', 3, 'declined', 'customer', hour],
    ['referral.declined', 8, 'declined', 'other', hour],
    ['referral.declined', 7, 'declined', 'spam', hour],
    ['referral.expired', null, 'expired', null, 0],
    ['referral.won', null, 'won', null, 0],
    ['referral.lost', 1, 'lost', 'fit', 0],
  ])('%s %s', (type, reason, as, kind, answerTime) => {
    expect(factOf(event({ type, reason }), offer)).toMatchObject({ type: as, kind, answerTime })
    expect(factOf(event({ type, reason }), { ...offer, test: true })).toBeNull()
  })
  const engagement = (value: boolean, closingAt: boolean) => ({
    value: value ? { amount: '1', currency: 'EUR' } : null,
    closingAt: closingAt ? offer.expiresAt : null,
  })
  test.each([
    ['neither before', engagement(false, false), engagement(true, true), 'reported'],
    ['one of them before', engagement(true, false), engagement(true, true), 'reported'],
    ['both before', engagement(true, true), engagement(true, true), null],
    ['one of them after', engagement(false, false), engagement(false, true), null],
  ])('value and closing date told later, %s', (_, before, after, as) => {
    const fact = factOf(event({ type: 'referral.engagement-updated', engagement: after }), {
      ...offer,
      engagement: before,
    })
    expect(fact?.type ?? null).toBe(as)
  })
  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('told with the answer: value %j, closing date %j', (value, closingAt, reported) => {
    const accepted = event({ type: 'referral.accepted', engagement: engagement(value, closingAt) })
    expect(factOf(accepted, offer)).toMatchObject({ type: 'accepted', reported })
  })
  test.each(['referral.reminder-due', 'referral.flame-cooled', 'referral.favorite-changed'])('%s', type => {
    expect(factOf(event({ type }), offer)).toBeNull()
  })
  test('an answer recorded before the routing took no time', () => {
    const early = event({ type: 'referral.accepted', occurredAt: '2026-03-02T08:00:00.000Z' })
    expect(factOf(early, offer)?.answerTime).toBe(0)
  })
})

describe('offers for long', () => {
  const offer = (life: number, type: 'offered' | 'expired' = 'offered'): Fact => {
    return { type, routedAt: start, expiresAt: start + life, notifiable: true, kind: null, answerTime: 0 }
  }
  const openOf = (facts: readonly Fact[]) => facts.reduce(fold, noEvidence(partnerId)).open

  test('are counted by the day and the week, never early', () => {
    const lives = Array.from({ length: 1000 }, (_, at) => 15 * day + at * 8 * hour)
    const open = openOf(lives.map(life => offer(life)))
    expect(open.length).toBeLessThan(52)
    expect(open.reduce((sum, { count }) => sum + count, 0)).toBe(1000)
    for (const life of lives) {
      const [entry] = openOf([offer(life)])
      const late = (entry?.expiresHour ?? 0) * hour - (start + life)
      expect(late >= 0 && late < 7 * day).toBe(true)
    }
    expect(openOf([offer(15 * day), offer(15 * day, 'expired')])).toEqual([])
  })

  test('of all lengths at once fit a record of their topic', () => {
    // Open at `start`: one for each hour of routing and of expiry within two weeks, for each day and week within a year.
    const openNow = (unit: number, longest: number): Fact[] =>
      Array.from({ length: longest / unit }, (_, age) =>
        Array.from({ length: longest / unit - age }, (_, left) => ({
          ...offer(0),
          routedAt: start - age * unit * hour,
          expiresAt: start + (left + 1) * unit * hour - 1,
        })),
      ).flat()
    const offers = [...openNow(1, 14 * 24), ...openNow(24, 365 * 24)]
    const open = openOf(offers)
    expect(open.reduce((sum, { count }) => sum + count, 0)).toBe(offers.length)
    expect(JSON.stringify(open).length).toBeLessThan(800 * 1024)
  })

  test('of the usual 14 days by the hour; for more than a year not at all', () => {
    const [entry] = openOf([offer(14 * day)])
    expect(entry).toMatchObject({ routedHour: Math.floor(start / hour) })
    expect(openOf([offer(367 * day), offer(367 * day, 'expired')])).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { weightsArbitrary } from '../../test/ranking/releases.ts'
import { fc } from '../../test/support/property.ts'
import type { PartnerId } from '../domain/ids.ts'
import { reasonKinds } from '../domain/reasons.ts'
import { day, hour } from '../domain/time.ts'
import { type Evidence, type Fact, fold, noEvidence } from './evidence.ts'
import { one } from './millionths.ts'
import { foldPopulation, noPopulation } from './population.ts'
import { basisOf, hourOf, smoothedRate, tallyOf } from './rates.ts'
import { defaultRelease, type Release } from './release.ts'
import { evidenceSummary, ratesOf, visibilityOf } from './visibility.ts'

const partnerId = 'acme' as PartnerId
const start = Date.parse('2026-03-01T00:00:00.000Z')
const now = start + 60 * day

type Ending = 'open' | 'silent' | 'accepted' | (typeof reasonKinds)[number]
interface Story {
  readonly routedAt: number
  readonly answerTime: number
  readonly notifiable: boolean
  readonly ending: Ending
}

function tell({ routedAt, answerTime, notifiable, ending }: Story): Fact[] {
  const common = { routedAt, expiresAt: routedAt + 14 * day, notifiable, kind: null, answerTime: 0 }
  const offered: Fact = { ...common, type: 'offered' }
  if (ending === 'open') return [offered]
  if (ending === 'silent') return [offered, { ...common, type: 'expired' }]
  if (ending === 'accepted') return [offered, { ...common, type: 'accepted', answerTime }]
  return [offered, { ...common, type: 'declined', kind: ending, answerTime }]
}

const answerTimes = fc.oneof(
  fc.constantFrom(0, hour, day, day + 1),
  fc.integer({ min: 0, max: 14 * day - 1 }),
)
const stories: fc.Arbitrary<Story> = fc.record({
  routedAt: fc.integer({ min: 0, max: 59 * 24 }).map(hours => start + hours * hour),
  answerTime: answerTimes,
  notifiable: fc.boolean(),
  ending: fc.constantFrom<Ending>('open', 'silent', 'accepted', ...reasonKinds),
})
const pasts = fc.array(stories, { maxLength: 20 })
/** The latest routing is always in, so that one story more coarsens no bucket. */
const facts = (past: readonly Story[], ...more: readonly Story[]) =>
  [{ routedAt: now, answerTime: 0, notifiable: true, ending: 'open' as const }, ...past, ...more].flatMap(
    tell,
  )
const evidenceOf = (list: readonly Fact[]) => list.reduce(fold, noEvidence(partnerId))
const releases: fc.Arbitrary<Release> = fc
  .record({
    halfLifeDays: fc.constantFrom(3, 30, 180, 1500),
    priorStrength: fc.constantFrom(0, 0.5, 8),
    features: weightsArbitrary,
  })
  .map(({ halfLifeDays, priorStrength, features }) => ({
    ...defaultRelease,
    features,
    parameters: { halfLifeDays, priorStrength },
  }))
const populations = pasts.map(past => {
  let [sums, evidence] = [noPopulation, noEvidence(partnerId)]
  for (const fact of past.flatMap(tell)) {
    sums = foldPopulation(sums, fact, evidence)
    evidence = fold(evidence, fact)
  }
  return sums
})

describe('what is promised to partners', () => {
  test('a faster answer never lowers', () => {
    const answered = fc.constantFrom<Ending>('accepted', ...reasonKinds)
    fc.assert(
      fc.property(
        pasts,
        stories,
        answered,
        answerTimes,
        populations,
        releases,
        (past, story, ending, time, population, release) => {
          const seen = (answerTime: number) =>
            visibilityOf(evidenceOf(facts(past, { ...story, ending, answerTime })), population, release, now)
              .visibility
          const [fast, slow] = [Math.min(time, story.answerTime), Math.max(time, story.answerTime)]
          expect(seen(fast)).toBeGreaterThanOrEqual(seen(slow))
        },
      ),
    )
  })

  test('a decline for fit or customer never leaves one lower than silence, at any time after', () => {
    const kinds = fc.constantFrom<Ending>('fit', 'customer', 'spam')
    const later = fc.integer({ min: 0, max: 40 * 24 }).map(hours => now + hours * hour)
    fc.assert(
      fc.property(
        pasts,
        stories,
        kinds,
        later,
        populations,
        releases,
        (past, story, ending, at, population, release) => {
          const over = story.routedAt + 14 * day <= at
          const seen = (as: Ending) =>
            visibilityOf(evidenceOf(facts(past, { ...story, ending: as })), population, release, at)
              .visibility
          if (ending !== 'spam') expect(seen(ending)).toBeGreaterThanOrEqual(seen('open'))
          if (over && ending !== 'spam') expect(seen(ending)).toBeGreaterThanOrEqual(seen('silent'))
        },
      ),
    )
  })

  test('a burst of offers lowers nobody, load aside, until their time has passed', () => {
    fc.assert(
      fc.property(
        pasts,
        fc.integer({ min: 1, max: 50 }),
        populations,
        releases,
        (past, burst, population, release) => {
          // Load is there to say that somebody has much to answer.
          const unloaded = { ...release, features: { ...release.features, load: 0 } }
          const before = evidenceOf(facts(past))
          const offer: Story = { routedAt: now, answerTime: 0, notifiable: true, ending: 'open' }
          const after = Array.from({ length: burst }, () => tell(offer))
            .flat()
            .reduce(fold, before)
          const at = now + 13 * day
          expect(visibilityOf(after, population, unloaded, at).visibility).toBeGreaterThanOrEqual(
            visibilityOf(before, population, unloaded, at).visibility,
          )
        },
      ),
    )
  })

  test('without a notification silence counts for nothing', () => {
    const silent: Story = { routedAt: start, answerTime: 0, notifiable: false, ending: 'silent' }
    fc.assert(
      fc.property(pasts, populations, (past, population) => {
        const seen = (list: readonly Fact[]) =>
          evidenceSummary(evidenceOf(list), population, defaultRelease, now).responsiveness
        expect(seen(facts(past, silent))).toEqual(seen(facts(past)))
      }),
    )
  })

  test('parts add up to the visibility', () => {
    fc.assert(
      fc.property(pasts, populations, releases, (past, population, release) => {
        const { visibility, parts } = visibilityOf(evidenceOf(facts(past)), population, release, now)
        expect(Object.values(parts).reduce((sum, part) => sum + part.contribution, 0)).toBe(visibility)
      }),
    )
  })
})

describe('silence', () => {
  const offered = evidenceOf(tell({ routedAt: start, answerTime: 0, notifiable: true, ending: 'open' }))
  const expired = evidenceOf(tell({ routedAt: start, answerTime: 0, notifiable: true, ending: 'silent' }))
  const silentAt = (evidence: Evidence, at: number) => tallyOf(evidence, 180, hourOf(at)).silent
  test('counts from its hour on, with its event or without', () => {
    expect(silentAt(offered, start + 14 * day - 1)).toBe(0)
    expect(silentAt(offered, start + 14 * day)).toBeGreaterThan(0)
    expect(silentAt(offered, start + 14 * day)).toBe(silentAt(expired, start + 14 * day))
  })
})

describe('acceptance', () => {
  const story = (ending: Ending): Story => ({ routedAt: now, answerTime: 0, notifiable: true, ending })
  const times = (count: number, ending: Ending) => Array.from({ length: count }, () => story(ending))
  test.each([
    ['accepted', times(4, 'accepted'), 4, 0],
    [
      'fit and customer stay out',
      [...times(2, 'accepted'), ...times(3, 'fit'), ...times(4, 'customer')],
      2,
      0,
    ],
    ['other counts', [...times(2, 'accepted'), ...times(3, 'other')], 2, 3],
    ['spam up to a tenth leaves', [...times(19, 'accepted'), ...times(2, 'spam')], 19, 0],
    ['spam beyond counts as other', [...times(16, 'accepted'), ...times(4, 'spam')], 16, 2],
    ['silence stays out', [...times(1, 'accepted'), ...times(5, 'silent')], 1, 0],
  ])('%s', (_, past, accepted, refused) => {
    const tally = tallyOf(evidenceOf(past.flatMap(tell)), 180, hourOf(now))
    expect(tally.accepted).toBe(accepted * one)
    // A tenth of 21 offers excuses 2.1 claims.
    expect(tally.refused).toBe(refused * one)
  })
})

describe('rates', () => {
  test.each([
    [0, 0, 700_000, 8, 700_000],
    [0, 0, 700_000, 0, 700_000],
    [8 * one, 8 * one, 500_000, 8, 750_000],
    [0, 8 * one, 500_000, 8, 250_000],
    [3 * one, 4 * one, 0, 0, 750_000],
  ])('%i of %i at prior %i × %d is %i', (successes, trials, prior, strength, rate) => {
    expect(smoothedRate(successes, trials, prior, strength)).toBe(rate)
  })

  test('half a life away counts half', () => {
    const evidence = evidenceOf(
      tell({ routedAt: start, answerTime: 0, notifiable: true, ending: 'accepted' }),
    )
    expect(tallyOf(evidence, 30, hourOf(start + 30 * day)).accepted).toBe(one / 2)
    expect(tallyOf(evidence, 30, hourOf(start - 30 * day)).accepted).toBe(one)
  })

  test('with no history at all everybody stands at an even half', () => {
    const { priors } = basisOf(noPopulation, defaultRelease.parameters, 0)
    expect(new Set(Object.values(priors))).toEqual(new Set([one / 2]))
  })
})

describe('the summary', () => {
  test('shows counts, rates with their bounds, and what is open', () => {
    const story = (ending: Ending, answerTime = 0): Story => ({
      routedAt: start,
      answerTime,
      notifiable: true,
      ending,
    })
    const past = [story('accepted', 3 * 60_000), story('fit', 2 * hour), story('silent'), story('open')]
    const summary = evidenceSummary(evidenceOf(past.flatMap(tell)), noPopulation, defaultRelease, start)
    expect(summary).toMatchObject({ open: 1, pastDue: 0, spamBeyondTenth: false, medianAnswerTime: 256_000 })
    expect(summary.counts).toEqual({
      offered: 4,
      answered: 2,
      answeredInHour: 1,
      answeredInDay: 2,
      accepted: 1,
      declinedFit: 1,
      expired: 1,
      silent: 1,
    })
    const { rate, low, high, trials } = summary.responsiveness
    expect(trials).toBe(3 * one)
    expect(rate).toBe(Math.round((6 / 11) * one))
    expect(low).toBeLessThan(rate)
    expect(high).toBeGreaterThan(rate)
  })
})

describe('rates of a scorecard', () => {
  test('lie within their bounds, which close in as there is more to go by', () => {
    const widthAfter = (count: number) => {
      const past = Array.from({ length: count }, (_, at) => ({
        ...{ routedAt: start + at * hour, answerTime: 0, notifiable: true },
        ending: at % 3 === 0 ? ('silent' as const) : ('accepted' as const),
      }))
      const rates = ratesOf(evidenceOf(past.flatMap(tell)), noPopulation, defaultRelease, now)
      for (const { rate, low, high } of Object.values(rates)) {
        expect(low).toBeLessThanOrEqual(rate)
        expect(rate).toBeLessThanOrEqual(high)
      }
      expect(rates.acceptance.trials).toBeLessThanOrEqual(count * one)
      return rates.responsiveness.high - rates.responsiveness.low
    }
    expect(widthAfter(30)).toBeLessThan(widthAfter(3))
    expect(widthAfter(300)).toBeLessThan(widthAfter(30))
  })
})

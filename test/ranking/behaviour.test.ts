/**
 * What is promised to partners, each promise a property over random histories and random releases of all features, from
 * the referral's events through the projector and the tables to the score on a receipt.
 */

import { expect, test } from 'vitest'
import type { ReferralEvent } from '../../src/domain/events.ts'
import type { PartnerId } from '../../src/domain/ids.ts'
import { reasonCodes } from '../../src/domain/reasons.ts'
import type { Rfi } from '../../src/domain/rfi.ts'
import { day, hour, minute } from '../../src/domain/time.ts'
import { noEvidence } from '../../src/ranking/evidence.ts'
import type { Release } from '../../src/ranking/release.ts'
import { visibilityOf } from '../../src/ranking/visibility.ts'
import type { Tables } from '../../src/roles/tables.ts'
import { fc } from '../support/property.ts'
import {
  type Ending,
  eventsOf,
  Projected,
  profileOf,
  projected,
  rfiOf,
  routing,
  type Story,
  scoresOf,
  tablesOf,
} from './path.ts'
import { releaseArbitrary } from './releases.ts'

const start = Date.parse('2026-01-01T00:00:00.000Z')
const now = start + 60 * day
const partners = ['acme', 'bravo', 'cargo', 'delta']
const profiles = partners.map(partner => profileOf(partner))
const words = [
  ...[
    'inventory',
    'payroll',
    'warehouse',
    'analytics',
    'bakery',
    'lean manufacturing',
    'retail',
    'migration',
  ],
  ...['forecast', 'invoice', 'logistics', 'pricing', 'quality', 'training', 'website', 'timber'],
]

const keywords = fc.oneof(
  // More things than count in full, in three steps.
  fc.constantFrom(words, words.slice(0, 13), words.slice(13)),
  fc.subarray(words.slice(0, 4), { minLength: 1 }),
  fc.subarray(words, { minLength: 1 }),
)
const amounts = fc.constantFrom(null, '900', '40000', '55000', '2000000')
const answerTimes = fc.oneof(
  fc.constantFrom(0, hour, hour + 1, day, day + 1),
  fc.integer({ min: 0, max: 14 * 24 * 60 }).map(minutes => minutes * minute),
)
const endings = fc.oneof(
  fc.constantFrom<Ending>('open', 'expired', 'accepted', 'won', 'won'),
  fc.constantFrom(...reasonCodes).map(declined => ({ declined })),
  fc.constantFrom(...reasonCodes).map(lost => ({ lost })),
)
const storyOf = (ending: fc.Arbitrary<Ending>): fc.Arbitrary<Omit<Story, 'rfi'>> =>
  fc.record({
    partner: fc.constantFrom(...partners),
    // Before the RFI that is ranked, recently or long ago.
    routedAt: fc.oneof(
      fc.integer({ min: 0, max: 59 * 24 }).map(hours => start + hours * hour),
      fc.integer({ min: 0, max: 1500 }).map(days => start - days * day),
    ),
    expiresIn: fc.constantFrom(2 * hour, 3 * day, 14 * day, 14 * day, 30 * day),
    notifiable: fc.oneof(fc.constant(true), fc.boolean()),
    keywords,
    amount: amounts,
    ending,
    answerTime: answerTimes,
    reported: fc.boolean(),
  })
const numbered = (stories: readonly Omit<Story, 'rfi'>[]): Story[] =>
  stories.map((story, at) => ({ ...story, rfi: `r${at}` }))
const histories = fc.array(storyOf(endings), { maxLength: 12 }).map(numbered)
const asking = fc.tuple(keywords, amounts).map(([keywords, amount]) => rfiOf(keywords, amount))

/** Of every partner: the customer's own choice passes nobody over, whatever it scores. */
function scores(tables: Tables, rfi: Rfi, at: number): ReadonlyMap<string, number> {
  return scoresOf(routing(tables, { ...rfi, requestedPartners: partners as PartnerId[] }, at))
}
async function scoresAfter(history: readonly Story[], release: Release, rfi: Rfi, at = now) {
  return scores(tablesOf(await projected(history), profiles, release), rfi, at)
}
const runs = { numRuns: 120 }

test('a faster answer never lowers a partner’s score', async () => {
  const answered = storyOf(endings.filter(ending => ending !== 'open' && ending !== 'expired'))
  await fc.assert(
    fc.asyncProperty(
      histories,
      answered,
      answerTimes,
      fc.nat(60),
      asking,
      releaseArbitrary,
      async (history, story, other, days, rfi, release) => {
        const [fast, slow] = [Math.min(story.answerTime, other), Math.max(story.answerTime, other)]
        const at = Math.max(now, story.routedAt + slow) + days * day
        const after = async (answerTime: number) => {
          const stories = [...history, { ...story, rfi: 'this', answerTime }]
          return (await scoresAfter(stories, release, rfi, at)).get(story.partner) ?? Number.NaN
        }
        expect(await after(fast)).toBeGreaterThanOrEqual(await after(slow))
      },
    ),
    runs,
  )
})

test('more tags never raise a partner’s relevance, or its score, by themselves', async () => {
  const unasked = fc.uniqueArray(fc.stringMatching(/^q[a-z]{3,8}x$/), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(histories, unasked, asking, releaseArbitrary, async (history, more, rfi, release) => {
      const store = await projected(history)
      const withTags = (keywords: string[]) => {
        const own = profileOf('acme', { tags: { keywords } })
        return scores(tablesOf(store, [own, ...profiles.slice(1)], release), rfi, now).get('acme')
      }
      expect(withTags(['inventory', ...more])).toBeLessThanOrEqual(withTags(['inventory']) ?? 0)
    }),
    runs,
  )
})

test('a decline for a fit reason never leaves a partner lower than silence on that referral would have, at any time after', async () => {
  const later = fc.integer({ min: 0, max: 60 * 24 }).map(hours => hours * hour)
  // What is older than 60 days is kept by the month, which moves figures by up to half a month's decay either way.
  const isRecent = ({ routedAt }: Pick<Story, 'routedAt'>) => routedAt >= start
  const reasons = fc.constantFrom(1 as const, 4 as const, 6 as const)
  await fc.assert(
    fc.asyncProperty(
      histories.map(history => history.filter(isRecent)),
      storyOf(fc.constant('open')).filter(isRecent),
      reasons,
      later,
      asking,
      releaseArbitrary,
      async (history, story, declined, wait, rfi, release) => {
        const answeredAt = story.routedAt + Math.min(story.answerTime, story.expiresIn - 1)
        const expiresAt = story.routedAt + story.expiresIn
        const at = Math.max(now, answeredAt + wait)
        const after = async (ending: Ending) => {
          const scores = await scoresAfter([...history, { ...story, rfi: 'this', ending }], release, rfi, at)
          return scores.get(story.partner) ?? 0
        }
        const declining = await after({ declined })
        // Silence first looks like an open offer, and is told once its time is over, sooner or later.
        expect(declining).toBeGreaterThanOrEqual(await after('open'))
        if (at >= expiresAt) expect(declining).toBeGreaterThanOrEqual(await after('expired'))
      },
    ),
    runs,
  )
})

test('a partner that isn’t chosen never reorders the others, under the same population figures', async () => {
  await fc.assert(
    fc.asyncProperty(histories, asking, releaseArbitrary, async (history, rfi, release) => {
      const tables = tablesOf(await projected(history), profiles, release)
      const all = [...scoresOf(routing(tables, rfi, now))]
      for (const partner of partners) {
        const without = [...scoresOf(routing(tables, rfi, now, [partner]))]
        expect(without).toEqual(all.filter(([other]) => other !== partner))
      }
    }),
    runs,
  )
})

test('renaming ids changes no score', async () => {
  await fc.assert(
    fc.asyncProperty(histories, asking, releaseArbitrary, async (history, rfi, release) => {
      // Their order by name is turned round, too.
      const name = (partner: string) => `z${9 - partners.indexOf(partner)}-${partner}`
      const renamed = history.map(story => ({
        ...story,
        partner: name(story.partner),
        rfi: `x${story.rfi}`,
      }))
      const store = await projected(renamed)
      const tables = tablesOf(
        store,
        partners.map(name).map(each => profileOf(each)),
        release,
      )
      const requestedPartners = partners.map(name) as PartnerId[]
      const found = scoresOf(routing(tables, { ...rfi, requestedPartners }, now))
      const before = await scoresAfter(history, release, rfi)
      for (const partner of partners) expect(found.get(name(partner))).toBe(before.get(partner))
    }),
    runs,
  )
})

test('shuffling independent events changes no score', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      asking,
      releaseArbitrary,
      fc.infiniteStream(fc.nat()),
      async (history, rfi, release, dice) => {
        const roll = () => dice.next().value ?? 0
        const batches = batched(shuffled(history.map(eventsOf), roll), roll)
        const store = new Projected()
        for (const batch of batches) await store.fold(batch)
        const found = scores(tablesOf(store, profiles, release), rfi, now)
        expect(found).toEqual(await scoresAfter(history, release, rfi))
      },
    ),
    runs,
  )
})

/** Each life in its order, the lives in any. */
function shuffled(lives: readonly (readonly ReferralEvent[])[], roll: () => number): ReferralEvent[] {
  const left = lives.map(life => [...life])
  const events: ReferralEvent[] = []
  while (left.some(life => life.length > 0)) {
    const open = left.filter(life => life.length > 0)
    events.push(...(open[roll() % open.length] ?? []).splice(0, 1))
  }
  return events
}

function batched(events: readonly ReferralEvent[], roll: () => number): ReferralEvent[][] {
  const batches: ReferralEvent[][] = [[]]
  for (const event of events) {
    if (roll() % 4 === 0) batches.push([])
    batches.at(-1)?.push(event)
  }
  return batches
}

test('a partner’s visibility depends on nobody else’s data beyond the shared prior', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      histories,
      histories,
      releaseArbitrary,
      async (own, others, more, release) => {
        const mine = own.map(story => ({ ...story, partner: 'acme' }))
        const beside = (history: readonly Story[]) =>
          history
            .filter(({ partner }) => partner !== 'acme')
            .map(story => ({ ...story, rfi: `of-others-${story.rfi}` }))
        const [first, second] = [
          await projected([...mine, ...beside(others)]),
          await projected([...mine, ...beside(more)]),
        ]
        const seen = (store: Projected) => {
          const tables = tablesOf(store, profiles, release, first)
          const evidence = store.of('partners').find(({ _id }) => _id === 'acme')?.evidence
          return visibilityOf(evidence ?? noEvidence('acme' as PartnerId), tables.population, release, now)
        }
        expect(seen(second)).toEqual(seen(first))
      },
    ),
    runs,
  )
})

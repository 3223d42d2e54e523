import { describe, expect, test } from 'vitest'
import { eventsOf, Projected, type Story } from '../../test/ranking/path.ts'
import {
  commandArbitrary,
  follow,
  momentArbitrary,
  moneyArbitrary,
  routed,
  routedArbitrary,
  stepsArbitrary,
} from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import { originOf, runRole, written } from '../../test/support/role-bench.ts'
import { type ReferralEvent, type ReferralEventType, referralEventSchema } from '../domain/events.ts'
import { reasonCodes } from '../domain/reasons.ts'
import type { Collections } from './collections.ts'
import { projector } from './projector.ts'
import { Tables } from './tables.ts'
import { topics } from './topics.ts'

const role = projector({ tables: new Tables(), ready: () => Promise.resolve() })
const parse = (value: unknown) => role.parse(topics.status, value, originOf(topics.status))

/** An event of any type with any content, whatever came before it. */
const content: { readonly [type in ReferralEventType]: fc.Arbitrary<object> } = {
  'referral.routed': routedArbitrary,
  'referral.accepted': fc.record({
    engagement: fc.record({ name: fc.constant('Inventory'), value: fc.option(moneyArbitrary) }),
    team: fc.constant([]),
  }),
  'referral.declined': fc.record({ reason: fc.constantFrom(...reasonCodes), notes: fc.constant(null) }),
  'referral.expired': fc.constant({}),
  'referral.won': fc.record({
    value: fc.option(moneyArbitrary),
    closedAt: momentArbitrary,
    solutions: fc.constant([]),
  }),
  'referral.lost': fc.record({ reason: fc.constantFrom(...reasonCodes), notes: fc.constant(null) }),
  'referral.engagement-updated': fc.record({
    engagement: fc.record({ name: fc.constant('Stock'), value: fc.option(moneyArbitrary) }),
  }),
  'referral.contact-added': fc.constant({ contact: {} }),
  'referral.favorite-changed': fc.record({ favorite: fc.boolean() }),
  'referral.reminder-due': fc.constant({}),
  'referral.flame-cooled': fc.constant({}),
  'referral.registration-required': fc.constant({ solutions: [], warning: null }),
}
const types = Object.keys(content) as ReferralEventType[]
const { rfiId, referralId } = routed()
const eventArbitrary: fc.Arbitrary<ReferralEvent> = fc.constantFrom(...types).chain(type =>
  fc
    .record({
      own: content[type],
      occurredAt: fc.oneof(
        momentArbitrary,
        fc.constantFrom('0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'),
      ),
      // Small, so that turns come; 1 more often than others, as nothing is folded without it.
      version: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1 })),
      partnerId: fc.constantFrom('acme', 'zenith'),
    })
    .map(({ own, ...common }) => {
      const ids = { rfiId, referralId, commandId: null, claimedAt: null }
      return referralEventSchema.parse({ ...own, ...common, ...ids, type })
    }),
)

describe('what may stand at which version', () => {
  test.each(types)('%s', type => {
    const [event] = fc.sample(
      eventArbitrary.filter(event => event.type === type),
      1,
    )
    const at = (version: number) => {
      const parsed = parse({ ...event, version })
      return parsed.ok ? 'event' : `${parsed.fault.code} ${parsed.fault.field}`
    }
    expect([at(1), at(2)]).toEqual(
      type === 'referral.routed' ? ['event', 'invalid version'] : ['invalid version', 'event'],
    )
  })
})

test('no sequence of events that are in shape stops the lane', async () => {
  const sequence = fc.array(eventArbitrary, { maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), sequence, momentArbitrary, async (begins, events, moment) => {
      const given = [...(begins ? [routed()] : []), ...events]
        .filter(event => parse(event).ok)
        .map(value => ({ value, at: Date.parse(moment) }))
      await expect(runRole(role, topics.status, given)).resolves.toBeDefined()
    }),
    { numRuns: 300 },
  )
})

test('a whole life in any order comes to the same row', async () => {
  await fc.assert(
    fc.asyncProperty(
      routedArbitrary,
      stepsArbitrary(commandArbitrary()),
      fc.infiniteStream(fc.nat()),
      async (start, steps, dice) => {
        const { events, referral } = follow(start, steps)
        const shuffled = events
          .map(event => ({ event, order: dice.next().value ?? 0 }))
          .sort((one, other) => one.order - other.order)
          .map(({ event }) => ({ value: event }))
        const [row] = written(await runRole(role, topics.status, shuffled), 'inbox')
        expect(row?.referral).toEqual(referral)
        expect(row?.waiting).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('whatever order and batches lives come in, evidence, sums and interests are the same, beyond the terms held too', async () => {
  const day = 24 * 3_600_000
  const endings: readonly Story['ending'][] = ['accepted', 'won', 'expired', { declined: 4 }]
  const stories = Array.from(
    { length: 16 },
    (_, at): Story => ({
      ...{
        partner: at === 0 ? 'zenith' : 'acme',
        rfi: `r${at}`,
        routedAt: Date.parse('2026-01-01') + at * 9 * day,
      },
      ...{
        expiresIn: 14 * day,
        notifiable: true,
        amount: '40000',
        answerTime: at * 60_000,
        reported: at % 2 === 0,
      },
      keywords: Array.from({ length: 46 }, (_, word) => `q${(at * 40 + word).toString(36)}x`),
      ending: endings[at % 4] ?? 'open',
    }),
  )
  const lives = stories.map(eventsOf)
  const rows = async (order: readonly number[], size: number) => {
    const events = order.flatMap(at => lives[at] ?? [])
    const store = new Projected()
    for (let at = 0; at < events.length; at += size) await store.fold(events.slice(at, at + size))
    const of = <K extends keyof Collections>(collection: K) =>
      store
        .of(collection)
        .map(row => ({ ...row, changed: null }))
        .sort((left, right) => (left._id < right._id ? -1 : 1))
    return [of('partners'), of('interests'), of('interestTerms'), of('cells')]
  }
  const inOrder = stories.map((_, at) => at)
  const first = await rows(inOrder, 100)
  expect(first.map(list => list.length > 0)).toEqual([true, true, true, true])
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(inOrder, { minLength: inOrder.length }),
      fc.integer({ min: 1, max: 12 }),
      async (order, size) => {
        expect(JSON.stringify(await rows(order, size))).toBe(JSON.stringify(first))
      },
    ),
    { numRuns: 5 },
  )
})

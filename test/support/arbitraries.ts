/** What fast-check draws referrals, commands and histories from: small worlds, so that repeats and clashes are common. */

import type { Command } from '../../src/domain/commands.ts'
import { decide } from '../../src/domain/decide.ts'
import type { ReferralEvent, Rejection, RoutedEvent } from '../../src/domain/events.ts'
import { evolve } from '../../src/domain/evolve.ts'
import type { CommandId, PartnerId, ReferralId } from '../../src/domain/ids.ts'
import type { Money } from '../../src/domain/money.ts'
import { type ReasonCode, reasonCodes, reasonNeedsNotes } from '../../src/domain/reasons.ts'
import type { Referral } from '../../src/domain/referral.ts'
import { addMillis, day, hour, minute, type Timestamp } from '../../src/domain/time.ts'
import { fc } from './property.ts'

export const routedAt: Timestamp = '2026-03-02T09:00:00.000Z'
export const owner = 'acme' as PartnerId
export const stranger = 'zenith' as PartnerId
export const referralId = 'rfi-81:acme' as ReferralId

/** `routedAt` plus so many ms. */
export function later(milliseconds: number): Timestamp {
  return addMillis(routedAt, milliseconds)
}

/** A referral as it is routed, with a flame and the default deadlines unless told otherwise. */
export function routed(fields: Partial<RoutedEvent> = {}): RoutedEvent {
  return {
    type: 'referral.routed',
    occurredAt: routedAt,
    rfiId: 'rfi-81' as RoutedEvent['rfiId'],
    referralId,
    partnerId: owner,
    version: 1,
    commandId: null,
    claimedAt: null,
    profileId: 'acme/PT' as RoutedEvent['profileId'],
    channel: 'marketing',
    customer: { country: 'PT', region: 'PT-11', city: 'Lisboa', size: '51to250employees', locale: 'pt-PT' },
    need: {
      title: 'Inventory',
      description: null,
      keywords: ['inventory'],
      industries: ['Retail & Consumer Goods'],
      products: [],
      services: [],
      solutions: [],
    },
    budget: { amount: '40000', currency: 'EUR' },
    closingAt: null,
    campaignId: null,
    followsRfiId: null,
    location: {
      locationId: 'acme/PT/lisboa' as RoutedEvent['location']['locationId'],
      city: 'Lisboa',
      region: 'PT-11',
      contact: null,
    },
    notifiable: false,
    flameEndsAt: later(72 * hour),
    remindAt: later(24 * hour),
    expiresAt: later(14 * day),
    rank: 1,
    score: 512_000,
    rule: 'rank',
    weightsId: 'default-1',
    possibleDuplicateOf: null,
    flags: [],
    test: false,
    ...fields,
  }
}

export const textArbitrary = fc.string({ unit: 'grapheme', maxLength: 12 }).map(text => text.toWellFormed())
const nullableText = fc.option(textArbitrary)

export const moneyArbitrary: fc.Arbitrary<Money> = fc.record({
  amount: fc.integer({ min: 0, max: 1_000_000 }).map(String),
  currency: fc.constantFrom('EUR', 'USD', 'JPY'),
})

/** Up to 20 days after the routing, often at or next to a deadline; seldom before it, as clocks differ. */
export const momentArbitrary: fc.Arbitrary<Timestamp> = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 * 24 * 60 }).map(minutes => minutes * minute) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom(0, hour, day, 48 * hour, 72 * hour, 7 * day, 14 * day),
          fc.constantFrom(-1, 0, 1),
        )
        .map(([landmark, aside]) => landmark + aside),
    },
    { weight: 1, arbitrary: fc.integer({ min: -hour, max: 0 }) },
  )
  .map(later)

const teamContactArbitrary = fc.record({
  firstName: fc.option(fc.constantFrom('Ana', 'Бо', '明')),
  lastName: nullableText,
  email: fc.option(fc.constantFrom('a@acme.example', 'b@acme.example')),
  phone: fc.constant(null),
})

const foreignIdArbitrary = fc.option(
  fc.constantFrom('crm-1', 'crm-2') as unknown as fc.Arbitrary<NonNullable<Engagement['crmId']>>,
)
type Engagement = Extract<Command, { type: 'accept' }>['engagement']

const engagementArbitrary: fc.Arbitrary<Engagement> = fc.record({
  name: fc.constantFrom('Inventory', 'Склад', '在庫'),
  value: fc.option(moneyArbitrary),
  closingAt: fc.option(momentArbitrary),
  notes: nullableText,
  crmId: foreignIdArbitrary,
  campaignId: foreignIdArbitrary,
})

const changesArbitrary = fc.record({
  name: fc.option(fc.constantFrom('Inventory', 'Stock')),
  value: fc.option(moneyArbitrary),
  closingAt: fc.option(momentArbitrary),
  notes: nullableText,
  crmId: foreignIdArbitrary,
})

const reasonArbitrary: fc.Arbitrary<{ reason: ReasonCode; notes: string | null }> = fc
  .record({ reason: fc.constantFrom(...reasonCodes), notes: nullableText })
  .map(({ reason, notes }) => ({ reason, notes: reasonNeedsNotes(reason) ? `because ${notes}` : notes }))

const solutionsArbitrary = fc.subarray(['ArtificialIntelligence', 'AdvancedAnalytics', 'Gardening'])

/** What each type of command adds to the fields that all have. */
const contentArbitraries = {
  accept: fc.record({
    type: fc.constant('accept' as const),
    engagement: engagementArbitrary,
    team: fc.array(teamContactArbitrary, { maxLength: 2 }),
  }),
  decline: reasonArbitrary.map(reason => ({ type: 'decline' as const, ...reason })),
  'update-engagement': fc.record({
    type: fc.constant('update-engagement' as const),
    engagement: changesArbitrary,
  }),
  'add-contact': fc.record({ type: fc.constant('add-contact' as const), contact: teamContactArbitrary }),
  win: fc.record({
    type: fc.constant('win' as const),
    value: fc.option(moneyArbitrary),
    closedAt: fc.option(momentArbitrary, { freq: 1 }),
    solutions: solutionsArbitrary,
  }),
  lose: reasonArbitrary.map(reason => ({ type: 'lose' as const, ...reason })),
  favorite: fc.constant({ type: 'favorite' as const }),
  unfavorite: fc.constant({ type: 'unfavorite' as const }),
  remind: fc.record({ type: fc.constant('remind' as const), dueAt: momentArbitrary }),
  cool: fc.record({ type: fc.constant('cool' as const), dueAt: momentArbitrary }),
  expire: fc.record({ type: fc.constant('expire' as const), dueAt: momentArbitrary }),
} satisfies Record<Command['type'], unknown>

export const partnerTypes = [
  'accept',
  'decline',
  'update-engagement',
  'add-contact',
  'win',
  'lose',
  'favorite',
  'unfavorite',
] as const
export const timerTypes = ['remind', 'cool', 'expire'] as const
export const commandTypes: readonly Command['type'][] = [...partnerTypes, ...timerTypes]

export interface CommandOptions {
  readonly types?: readonly Command['type'][]
  /** Drawn from few ids, so that repeats are common, unless given. */
  readonly commandId?: fc.Arbitrary<string>
  /** The owner alone unless true. */
  readonly strangers?: boolean
  /** Never asks for a version unless true. */
  readonly versions?: boolean
}

export function commandArbitrary(options: CommandOptions = {}): fc.Arbitrary<Command> {
  const { types = commandTypes, strangers = false, versions = false } = options
  const content: fc.Arbitrary<object> = fc.oneof(...types.map(type => contentArbitraries[type]))
  const common = fc.record({
    commandId: options.commandId ?? fc.constantFrom('c-0', 'c-1', 'c-2', 'c-3', 'c-4', 'c-5', 'c-6', 'c-7'),
    referralId: fc.constant(referralId),
    partnerId: strangers ? fc.constantFrom(owner, owner, owner, stranger) : fc.constant(owner),
    occurredAt: momentArbitrary,
    expectedVersion: versions ? fc.option(fc.integer({ min: 1, max: 4 }), { freq: 1 }) : fc.constant(null),
  })
  return fc.tuple(common, content).map(([fields, own]) => ({ ...fields, ...own }) as unknown as Command)
}

export interface Step {
  readonly command: Command
  /** The record's time. */
  readonly at: Timestamp
}

/** In the order of time, as a log appends them, unless `anyOrder`. */
export function stepsArbitrary(
  command: fc.Arbitrary<Command>,
  { maxLength = 12, anyOrder = false } = {},
): fc.Arbitrary<Step[]> {
  return fc
    .array(fc.record({ command, at: momentArbitrary }), { maxLength })
    .map(steps => (anyOrder ? steps : inTime(steps)))
}

/** Stable: steps of one moment keep their order. */
export function inTime(steps: readonly Step[]): Step[] {
  return steps.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
}

/** Any flame, and a deadline from an hour to thirty days. */
export const routedArbitrary: fc.Arbitrary<RoutedEvent> = fc
  .record({
    flame: fc.boolean(),
    expiresIn: fc.constantFrom(hour, day, day + 1, 48 * hour, 72 * hour, 7 * day, 14 * day, 30 * day),
  })
  .map(({ flame, expiresIn }) =>
    routed({ flameEndsAt: flame ? later(72 * hour) : null, expiresAt: later(expiresIn) }),
  )

export interface Followed {
  readonly referral: Referral
  /** `referral.routed` first. */
  readonly events: readonly ReferralEvent[]
  readonly rejections: readonly Rejection[]
  /** One per step. */
  readonly decisions: readonly ReturnType<typeof decide>[]
}

/** Lives a referral through its steps, as the referral role does. */
export function follow(start: RoutedEvent, steps: readonly Step[]): Followed {
  let referral = evolve(null, start)
  const decisions = steps.map(({ command, at }) => {
    const decision = decide(referral, command, at)
    for (const event of decision.events) referral = evolve(referral, event)
    return decision
  })
  return {
    referral,
    events: [start, ...decisions.flatMap(({ events }) => events)],
    rejections: decisions.flatMap(({ rejection }) => rejection ?? []),
    decisions,
  }
}

/** Any state that steps can lead to. */
export const referralArbitrary: fc.Arbitrary<Referral> = fc
  .tuple(routedArbitrary, stepsArbitrary(commandArbitrary()))
  .map(([start, steps]) => follow(start, steps).referral)

/** Fields put together at random: most are states that nothing leads to. */
export const unlikelyReferralArbitrary: fc.Arbitrary<Referral> = fc
  .tuple(
    referralArbitrary,
    fc.record(
      {
        status: fc.constantFrom<Referral['status']>('New', 'Active', 'Closed'),
        substatus: fc.constantFrom<Referral['substatus']>('Received', 'Accepted', 'Expired', 'Won'),
        version: fc.integer({ min: 1, max: 9 }),
        expiresAt: momentArbitrary,
        remindAt: fc.option(momentArbitrary),
        flameEndsAt: fc.option(momentArbitrary),
        acceptedAt: fc.option(momentArbitrary),
        engagement: fc.option(engagementArbitrary),
        favorite: fc.boolean(),
        applied: fc.array(fc.constantFrom('c-0', 'c-1') as unknown as fc.Arbitrary<CommandId>, {
          maxLength: 64,
        }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([referral, fields]) => ({ ...referral, ...fields }))

import { describe, expect, test } from 'vitest'
import {
  commandArbitrary,
  commandTypes,
  follow,
  later,
  momentArbitrary,
  owner,
  referralId,
  routed,
  routedAt,
  type Step,
  stranger,
  timerTypes,
  unlikelyReferralArbitrary,
} from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import { type Command, commandSchema } from './commands.ts'
import { decide } from './decide.ts'
import { referralEventSchema, rejectionSchema } from './events.ts'
import { evolve } from './evolve.ts'
import type { Referral } from './referral.ts'
import { day, hour, type Timestamp } from './time.ts'

const content: { readonly [type in Command['type']]: object } = {
  accept: { engagement: { name: 'Inventory' } },
  decline: { reason: 4 },
  'update-engagement': { engagement: { notes: 'called' } },
  'add-contact': { contact: { firstName: 'Ana' } },
  win: {},
  lose: { reason: 3 },
  favorite: {},
  unfavorite: {},
  remind: { dueAt: later(day) },
  cool: { dueAt: later(72 * hour) },
  expire: { dueAt: later(14 * day) },
}
let made = 0

function command(type: Command['type'], fields: object = {}): Command {
  made += 1
  return commandSchema.parse({
    commandId: `k-${made}`,
    referralId,
    partnerId: owner,
    occurredAt: routedAt,
    type,
    ...content[type],
    ...fields,
  })
}

function at(moment: Timestamp, type: Command['type'], fields: object = {}): Step {
  return { at: moment, command: command(type, fields) }
}

/** What a decision comes to in one line: events without their prefix, then a rejection's code; `-` for nothing. */
function outcomeOf({ events, rejection }: ReturnType<typeof decide>): string {
  const names = events.map(({ type }) => type.replace('referral.', ''))
  return [...names, ...(rejection === null ? [] : [rejection.code])].join(' + ') || '-'
}

function outcomes(...steps: Step[]): string[] {
  return follow(routed(), steps).decisions.map(outcomeOf)
}

describe('the whole life: what each state makes of each command', () => {
  const accepted = at(later(hour), 'accept')
  const states: { readonly [name: string]: { readonly steps: Step[]; readonly now: Timestamp } } = {
    New: { steps: [], now: later(73 * hour) },
    'out of time': { steps: [], now: later(14 * day) },
    Active: { steps: [accepted], now: later(73 * hour) },
    Declined: { steps: [at(later(hour), 'decline')], now: later(73 * hour) },
    Expired: { steps: [at(later(14 * day), 'expire')], now: later(15 * day) },
    Won: { steps: [accepted, at(later(2 * hour), 'win')], now: later(73 * hour) },
    Lost: { steps: [accepted, at(later(2 * hour), 'lose')], now: later(73 * hour) },
  }
  const columns = ['New', 'out of time', 'Active', 'Declined', 'Expired', 'Won', 'Lost']
  const late = 'expired + late'
  const shut = 'expired + closed'
  const star = 'favorite-changed'
  const table: { readonly [type in Command['type']]: readonly string[] } = {
    accept: ['accepted', late, 'already-accepted', 'closed', 'late', 'closed', 'closed'],
    decline: ['declined', late, 'already-accepted', 'closed', 'late', 'closed', 'closed'],
    'update-engagement': ['not-accepted', shut, 'engagement-updated', 'closed', 'closed', 'closed', 'closed'],
    'add-contact': ['not-accepted', shut, 'contact-added', 'closed', 'closed', 'closed', 'closed'],
    win: ['not-accepted', shut, 'won', 'closed', 'closed', 'closed', 'closed'],
    lose: ['not-accepted', shut, 'lost', 'closed', 'closed', 'closed', 'closed'],
    favorite: [star, `expired + ${star}`, star, star, star, star, star],
    unfavorite: ['-', 'expired', '-', '-', '-', '-', '-'],
    remind: ['reminder-due', 'expired', '-', '-', '-', '-', '-'],
    cool: ['flame-cooled', 'expired', 'flame-cooled', '-', '-', '-', '-'],
    expire: ['-', 'expired', '-', '-', '-', '-', '-'],
  }
  const cells = commandTypes.flatMap(type =>
    columns.map((state, index) => ({ type, state, outcome: table[type][index] })),
  )

  test.each(cells)('$type, $state: $outcome', ({ type, state, outcome }) => {
    const { steps, now } = states[state] ?? { steps: [], now: routedAt }
    expect(outcomeOf(decide(follow(routed(), steps).referral, command(type), now))).toBe(outcome)
  })
})

test('a referral keeps a hundred contacts', () => {
  const accepted = at(later(hour), 'accept', {
    team: Array.from({ length: 98 }, (_, n) => ({ firstName: `${n}` })),
  })
  const add = (firstName: string) => at(later(2 * hour), 'add-contact', { contact: { firstName } })
  const [, ...added] = outcomes(accepted, add('Rui'), add('Eva'), add('Zoe'), add('Eva'))
  expect(added).toEqual(['contact-added', 'contact-added', 'too-many-contacts', '-'])
})

describe('deadlines', () => {
  test.each([
    ['accept', 14 * day - 1, 'accepted'],
    ['accept', 14 * day, 'expired + late'],
    ['accept', 14 * day + 1, 'expired + late'],
    ['decline', 14 * day - 1, 'declined'],
    ['decline', 14 * day, 'expired + late'],
    ['remind', day - 1, '-'],
    ['remind', day, 'reminder-due'],
    ['cool', 72 * hour - 1, '-'],
    ['cool', 72 * hour, 'flame-cooled'],
    ['expire', 14 * day - 1, '-'],
    ['expire', 14 * day, 'expired'],
    // Recorded before the routing, as clocks differ: still an answer.
    ['accept', -1, 'accepted'],
  ] as const)('%s %i ms after the routing: %s', (type, elapsed, outcome) => {
    expect(outcomes(at(later(elapsed), type))).toEqual([outcome])
  })

  test('what is due happened when it was due, however late it is noticed', () => {
    const { events } = follow(routed(), [at(later(26 * hour), 'remind'), at(later(100 * hour), 'cool')])
    expect(events.slice(1).map(({ occurredAt }) => occurredAt)).toEqual([later(day), later(72 * hour)])
    const { referral } = follow(routed(), [at(later(30 * day), 'favorite')])
    expect(referral).toMatchObject({ substatus: 'Expired', closedAt: later(14 * day), favorite: true })
  })

  test('a timer that came too early may come again under its id', () => {
    const remind = command('remind')
    const steps = [23, 24, 25].map(hours => ({ at: later(hours * hour), command: remind }))
    expect(outcomes(...steps)).toEqual(['-', 'reminder-due', '-'])
  })

  test("a record's own expiresAt wins, and with several timers due only expiry fires", () => {
    const start = routed({ expiresAt: later(hour), flameEndsAt: later(hour) })
    const steps = timerTypes.map(type => at(later(100 * hour), type))
    for (const order of [steps, steps.toReversed()]) {
      expect(follow(start, order).decisions.map(outcomeOf)).toEqual(['expired', '-', '-'])
    }
  })

  test('an accepted referral does not expire', () => {
    expect(outcomes(at(later(hour), 'accept'), at(later(15 * day), 'expire'))).toEqual(['accepted', '-'])
  })
})

describe('winning', () => {
  const eligible = { solutions: ['Gardening', 'ArtificialIntelligence', 'ArtificialIntelligence'] }
  const acceptedAt = later(hour)

  test.each([
    ['at the acceptance', hour, 'won'],
    ['at the record', 5 * day, 'won'],
    ['before the acceptance', hour - 1, 'closed-at-out-of-range'],
    ['after the record', 5 * day + 1, 'closed-at-out-of-range'],
  ])('closed %s', (_, closedAt, outcome) => {
    const win = at(later(5 * day), 'win', { closedAt: later(closedAt) })
    expect(outcomes(at(acceptedAt, 'accept'), win)).toEqual(['accepted', outcome])
  })

  test('without closedAt it closed when it was recorded, or accepted should the log step back', () => {
    const closedAtOf = (elapsed: number) =>
      follow(routed(), [at(acceptedAt, 'accept'), at(later(elapsed), 'win')]).referral.closedAt
    expect(closedAtOf(5 * day)).toBe(later(5 * day))
    expect(closedAtOf(hour - 1)).toBe(acceptedAt)
  })

  test.each([
    [72 * hour - 1, 'closed-soon'],
    [72 * hour, null],
  ])('an eligible solution asks for registration; %i ms after the acceptance: %s', (elapsed, warning) => {
    const win = at(later(30 * day), 'win', { ...eligible, closedAt: later(hour + elapsed) })
    const { decisions } = follow(routed(), [at(acceptedAt, 'accept'), win])
    expect(decisions[1]?.events).toMatchObject([
      { type: 'referral.won', solutions: eligible.solutions },
      { type: 'referral.registration-required', solutions: ['ArtificialIntelligence'], warning },
    ])
    expect(new Set(decisions[1]?.events.map(({ commandId }) => commandId)).size).toBe(1)
  })

  test.each([[[]], [['Gardening']]])('%j asks for none', solutions => {
    expect(outcomes(at(acceptedAt, 'accept'), at(later(2 * hour), 'win', { solutions }))[1]).toBe('won')
  })

  test('the value reported last stands', () => {
    const value = (amount: string) => ({ amount, currency: 'EUR' })
    const accept = at(acceptedAt, 'accept', { engagement: { name: 'Inventory', value: value('10') } })
    const worth = (fields: object) =>
      follow(routed(), [accept, at(later(day), 'win', fields)]).referral.engagement?.value
    expect(worth({ value: value('12') })).toEqual(value('12'))
    expect(worth({})).toEqual(value('10'))
  })
})

describe('a partner it does not belong to', () => {
  test.each(commandTypes)('is refused %s and sees nothing', type => {
    const foreign = command(type, { partnerId: stranger, expectedVersion: 7 })
    const { events, rejection } = decide(evolve(null, routed()), foreign, later(73 * hour))
    expect(events).toEqual([])
    expect(rejection).toMatchObject({ code: 'wrong-partner', partnerId: stranger, met: null })
    expect(JSON.stringify(rejection)).not.toMatch(/New|Received|etVersion":\d/)
  })

  test('learns nothing from ids in use, and uses none up', () => {
    const accept = command('accept')
    const { referral } = follow(routed(), [{ at: later(hour), command: accept }])
    const guess = { ...accept, partnerId: stranger }
    expect(outcomeOf(decide(referral, guess, later(2 * hour)))).toBe('wrong-partner')
    const squat = { ...command('remind'), partnerId: stranger, commandId: accept.commandId }
    expect(
      outcomes({ at: later(25 * hour), command: squat }, { at: later(26 * hour), command: accept }),
    ).toEqual(['wrong-partner', 'accepted'])
  })

  test('may be the one who makes us notice a deadline', () => {
    const foreign = at(later(14 * day), 'favorite', { partnerId: stranger })
    expect(outcomes(foreign)).toEqual(['expired + wrong-partner'])
  })
})

describe('expectedVersion', () => {
  test.each([
    [null, 'declined'],
    [2, 'declined'],
    [1, 'version'],
    [3, 'version'],
  ])('%s met by version 2: %s', (expectedVersion, outcome) => {
    const steps = [at(later(hour), 'favorite'), at(later(2 * hour), 'decline', { expectedVersion })]
    expect(outcomes(...steps)[1]).toBe(outcome)
  })

  test('a repeat of what was applied is no refusal', () => {
    const again = { at: later(hour), command: command('accept', { expectedVersion: 1 }) }
    expect(outcomes(again, again)).toEqual(['accepted', '-'])
  })

  test('a rejection tells the state and version it met', () => {
    const { rejections } = follow(routed(), [
      at(later(hour), 'favorite'),
      at(later(2 * hour), 'win', { commandId: 'early' }),
    ])
    expect(rejections).toEqual([
      {
        type: 'referral.command-rejected',
        occurredAt: later(2 * hour),
        rfiId: 'rfi-81',
        referralId,
        partnerId: owner,
        commandId: 'early',
        commandType: 'win',
        code: 'not-accepted',
        met: { status: 'New', substatus: 'Received', metVersion: 2 },
        field: null,
        found: null,
        expected: null,
      },
    ])
  })
})

describe('an active referral', () => {
  const person = { firstName: 'Ana', lastName: 'Reis', email: 'a@acme.example' }
  const accept = at(later(hour), 'accept', {
    engagement: { name: 'Inventory', notes: 'n', crmId: 'x', campaignId: 'y' },
    team: [person],
  })

  test('keeps what an update leaves out, and an update that changes nothing makes no event', () => {
    const update = (engagement: object) => at(later(2 * hour), 'update-engagement', { engagement })
    const steps = [accept, update({ name: 'Stock', notes: null }), update({ name: 'Stock', crmId: 'x' })]
    expect(outcomes(...steps)).toEqual(['accepted', 'engagement-updated', '-'])
    expect(follow(routed(), steps).referral.engagement).toMatchObject({
      name: 'Stock',
      notes: 'n',
      crmId: 'x',
      campaignId: 'y',
    })
  })

  test.each([
    [{ name: 'Stock' }],
    [{ value: { amount: '7', currency: 'EUR' } }],
    [{ closingAt: '2026-06-01T00:00:00.000Z' }],
    [{ notes: 'm' }],
    [{ crmId: 'z' }],
  ])('may change %j alone', engagement => {
    const steps = [accept, at(later(2 * hour), 'update-engagement', { engagement })]
    expect(outcomes(...steps)).toEqual(['accepted', 'engagement-updated'])
    expect(follow(routed(), steps).referral.engagement).toMatchObject(engagement)
  })

  test('knows a contact it has', () => {
    const add = (contact: object) => at(later(2 * hour), 'add-contact', { contact })
    const steps = [accept, add(person), add({ ...person, phone: '+351' })]
    expect(outcomes(...steps)).toEqual(['accepted', '-', 'contact-added'])
    expect(follow(routed(), steps).referral.contacts.map(({ phone }) => phone)).toEqual([null, '+351'])
  })
})

describe('every decision', () => {
  const any = commandArbitrary({ strangers: true, versions: true })

  test('is made without throwing, in shape, and applies versions one by one', () => {
    fc.assert(
      fc.property(unlikelyReferralArbitrary, any, momentArbitrary, (referral, asked, moment) => {
        const { events, rejection } = decide(referral, asked, moment)
        for (const [index, event] of events.entries()) {
          expect(referralEventSchema.parse(event)).toEqual(event)
          expect(event.version).toBe(referral.version + 1 + index)
        }
        if (rejection !== null) expect(rejectionSchema.parse(rejection)).toEqual(rejection)
      }),
      { numRuns: 1000 },
    )
  })

  test('leaves its input alone and is the same twice', () => {
    fc.assert(
      fc.property(unlikelyReferralArbitrary, any, momentArbitrary, (referral, asked, moment) => {
        const frozen: Referral = Object.freeze(structuredClone(referral))
        expect(decide(frozen, asked, moment)).toEqual(decide(referral, asked, moment))
        expect(frozen).toEqual(referral)
      }),
    )
  })

  test('on a Closed referral touches the favourite mark alone, whatever timers it still holds', () => {
    fc.assert(
      fc.property(unlikelyReferralArbitrary, any, momentArbitrary, (referral, asked, moment) => {
        for (const { type } of decide({ ...referral, status: 'Closed' }, asked, moment).events) {
          expect(type).toBe('referral.favorite-changed')
        }
      }),
      { numRuns: 300 },
    )
  })

  test('on a New referral at or after expiresAt begins with its expiry, as of expiresAt', () => {
    fc.assert(
      fc.property(unlikelyReferralArbitrary, any, momentArbitrary, (referral, asked, moment) => {
        const [first] = decide(referral, asked, moment).events
        const overdue = referral.status === 'New' && moment >= referral.expiresAt
        expect(first?.type === 'referral.expired').toBe(overdue)
        if (overdue) expect(first).toMatchObject({ occurredAt: referral.expiresAt, commandId: null })
      }),
    )
  })
})

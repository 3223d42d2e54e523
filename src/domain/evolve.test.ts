import { describe, expect, test } from 'vitest'
import { later, routed } from '../../test/support/arbitraries.ts'
import type { ReferralEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { Referral } from './referral.ts'
import { hour } from './time.ts'

const start = evolve(null, routed())

function event(type: ReferralEvent['type'], fields: object = {}): ReferralEvent {
  const { rfiId, referralId, partnerId } = start
  const common = { rfiId, referralId, partnerId, version: 2, commandId: 'c-1', occurredAt: later(hour) }
  return { ...common, type, ...fields } as unknown as ReferralEvent
}

const engagement = { name: 'Inventory', value: { amount: '10', currency: 'EUR' } }
const active = evolve(start, event('referral.accepted', { engagement, team: [{ firstName: 'Ana' }] }))

test('a routed referral is New and waits for everything', () => {
  expect(start).toMatchObject({
    version: 1,
    status: 'New',
    substatus: 'Received',
    routedAt: later(0),
    acceptedAt: null,
    closedAt: null,
    contacts: [],
    favorite: false,
    applied: [],
  })
})

test('nothing but referral.routed can be the first event', () => {
  expect(() => evolve(null, event('referral.expired'))).toThrow('before it was routed')
})

describe('what each event changes', () => {
  const closed = { status: 'Closed', remindAt: null, flameEndsAt: null }
  const why = { reason: 8, notes: 'moved' }
  test.each<[ReferralEvent['type'], Referral, object, object]>([
    [
      'referral.accepted',
      start,
      { engagement, team: [{ firstName: 'Ana' }] },
      {
        status: 'Active',
        substatus: 'Accepted',
        acceptedAt: later(hour),
        remindAt: null,
        engagement,
        contacts: [{ firstName: 'Ana' }],
      },
    ],
    [
      'referral.declined',
      start,
      why,
      { ...closed, substatus: 'Declined', closedAt: later(hour), reason: 8, reasonNotes: 'moved' },
    ],
    ['referral.expired', start, {}, { ...closed, substatus: 'Expired', closedAt: later(hour) }],
    [
      'referral.won',
      active,
      { value: null, closedAt: later(2 * hour), solutions: [] },
      { ...closed, substatus: 'Won', closedAt: later(2 * hour), engagement },
    ],
    [
      'referral.lost',
      active,
      why,
      { ...closed, substatus: 'Lost', closedAt: later(hour), reason: 8, reasonNotes: 'moved' },
    ],
    [
      'referral.engagement-updated',
      active,
      { engagement: { name: 'Stock' } },
      { engagement: { name: 'Stock' } },
    ],
    [
      'referral.contact-added',
      active,
      { contact: { firstName: 'Bo' } },
      { contacts: [{ firstName: 'Ana' }, { firstName: 'Bo' }] },
    ],
    ['referral.favorite-changed', start, { favorite: true }, { favorite: true }],
    ['referral.reminder-due', start, {}, { remindAt: null }],
    ['referral.flame-cooled', active, {}, { flameEndsAt: null }],
    ['referral.registration-required', active, { solutions: [], warning: null }, {}],
  ])('%s', (type, before, fields, changes) => {
    const happened = event(type, { ...fields, version: before.version + 1, commandId: 'c-9' })
    expect(evolve(before, happened)).toEqual({
      ...before,
      ...changes,
      version: before.version + 1,
      applied: [...before.applied, 'c-9'],
    })
  })
})

test('an acceptance leaves the flame burning; two events of one command are remembered once', () => {
  expect(active.flameEndsAt).toBe(start.flameEndsAt)
  const won = evolve(active, event('referral.won', { value: null, closedAt: later(hour), commandId: 'c-2' }))
  const asked = evolve(won, event('referral.registration-required', { commandId: 'c-2', version: 4 }))
  expect(asked.applied).toEqual(['c-1', 'c-2'])
})

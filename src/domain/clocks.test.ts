import { describe, expect, test } from 'vitest'
import { later, momentArbitrary, referralArbitrary, routed } from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import { dueTimers, nextDueAt, pendingTimers } from './clocks.ts'
import type { Command } from './commands.ts'
import { decide } from './decide.ts'
import { evolve } from './evolve.ts'
import type { Referral } from './referral.ts'
import { day, hour } from './time.ts'

const fresh = evolve(null, routed())
const active: Referral = { ...fresh, status: 'Active', substatus: 'Accepted', remindAt: null }
const closed: Referral = { ...fresh, status: 'Closed', substatus: 'Declined' }

describe('the timers still to come', () => {
  test.each<[string, Referral, string[]]>([
    ['New with a flame', fresh, ['remind', 'cool', 'expire']],
    ['New without', { ...fresh, flameEndsAt: null }, ['remind', 'expire']],
    ['New, reminded and cooled', { ...fresh, remindAt: null, flameEndsAt: null }, ['expire']],
    ['expiring before all else', { ...fresh, expiresAt: later(hour) }, ['expire']],
    ['expiring with the reminder', { ...fresh, expiresAt: later(day) }, ['expire']],
    ['expiring with the flame', { ...fresh, expiresAt: later(72 * hour) }, ['remind', 'expire']],
    ['Active: the flame alone', active, ['cool']],
    ['Active: even past its old deadline', { ...active, expiresAt: later(hour) }, ['cool']],
    ['Active without a flame', { ...active, flameEndsAt: null }, []],
    ['Closed: none, whatever it still holds', closed, []],
  ])('%s', (_, referral, types) => {
    expect(pendingTimers(referral).map(({ type }) => type)).toEqual(types)
    expect(nextDueAt(referral)).toBe(pendingTimers(referral)[0]?.dueAt ?? null)
  })
})

describe('the timers due', () => {
  test.each<[number, string[]]>([
    [day - 1, []],
    [day, ['remind']],
    [72 * hour, ['remind', 'cool']],
    [14 * day - 1, ['remind', 'cool']],
    [14 * day, ['expire']],
  ])('%i ms after the routing: %j', (elapsed, types) => {
    expect(dueTimers(fresh, later(elapsed)).map(({ type }) => type)).toEqual(types)
  })

  test('are expiry alone when it is one of them', () => {
    fc.assert(
      fc.property(referralArbitrary, momentArbitrary, (referral, now) => {
        const types = dueTimers(referral, now).map(({ type }) => type)
        if (referral.status === 'New' && now >= referral.expiresAt) expect(types).toEqual(['expire'])
        else expect(types).not.toContain('expire')
      }),
    )
  })

  test('each do what they are asked for, so that a clock never asks for ever', () => {
    fc.assert(
      fc.property(referralArbitrary, momentArbitrary, (referral, now) => {
        let state = referral
        for (const { type, dueAt } of dueTimers(referral, now)) {
          const { referralId, partnerId } = state
          const ids = { commandId: `${referralId}/${type}/${dueAt}`, referralId, partnerId }
          const asked = { ...ids, occurredAt: now, expectedVersion: null, type, dueAt } as unknown as Command
          const { events } = decide(state, asked, now)
          expect(events).toMatchObject([{ occurredAt: dueAt }])
          for (const event of events) state = evolve(state, event)
        }
        expect(dueTimers(state, now)).toEqual([])
        const next = nextDueAt(state)
        if (next !== null) expect(next > now).toBe(true)
      }),
    )
  })
})

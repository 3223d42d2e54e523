import { describe, expect, test } from 'vitest'
import {
  commandArbitrary,
  follow,
  inTime,
  later,
  momentArbitrary,
  partnerTypes,
  referralId,
  routedArbitrary,
  type Step,
  stepsArbitrary,
  timerTypes,
} from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import type { Command } from './commands.ts'
import type { ReferralEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { rememberedCommands } from './referral.ts'
import { day } from './time.ts'

const anyCommand = commandArbitrary({ strangers: true, versions: true })
const anySteps = stepsArbitrary(anyCommand, { anyOrder: true, maxLength: 20 })

describe('a referral, whatever is asked of it', () => {
  test('never leaves Closed', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        let referral = evolve(null, start)
        for (const event of follow(start, steps).events.slice(1)) {
          const next = evolve(referral, event)
          if (referral.status === 'Closed') {
            const { status, substatus, closedAt, reason } = next
            expect({ status, substatus, closedAt, reason }).toEqual({
              status: referral.status,
              substatus: referral.substatus,
              closedAt: referral.closedAt,
              reason: referral.reason,
            })
          }
          referral = next
        }
      }),
    )
  })

  test('goes New, Active, Closed, and is Won or Lost only after it was accepted', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        const types = follow(start, steps).events.map(({ type }) => type)
        const answers = types.filter(type => /accepted|declined|expired/.test(type))
        expect(answers.length).toBeLessThanOrEqual(1)
        const ends = types.filter(type => /won|lost/.test(type))
        expect(ends.length).toBeLessThanOrEqual(answers[0] === 'referral.accepted' ? 1 : 0)
        if (ends[0]) expect(types.indexOf(ends[0])).toBeGreaterThan(types.indexOf('referral.accepted'))
      }),
    )
  })

  test('is exactly what its events say', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        const { referral, events } = follow(start, steps)
        const replayed = events.reduce<ReturnType<typeof evolve> | null>(evolve, null)
        expect(replayed).toEqual(referral)
        const sent = events.map(event => JSON.parse(JSON.stringify(event)) as ReferralEvent)
        expect(sent.reduce<ReturnType<typeof evolve> | null>(evolve, null)).toEqual(referral)
      }),
    )
  })

  test('counts its events from 1 without a gap', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        const { referral, events } = follow(start, steps)
        expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1))
        expect(referral.version).toBe(events.length)
      }),
    )
  })

  test('answers a command that changes nothing with one rejection or with silence, never both', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        follow(start, steps).decisions.forEach(({ events, rejection }, index) => {
          const applied = events.filter(({ commandId }) => commandId !== null)
          expect(applied.length > 0 && rejection !== null).toBe(false)
          for (const { commandId } of applied) expect(commandId).toBe(steps[index]?.command.commandId)
        })
      }),
    )
  })
})

describe('a command that comes again', () => {
  test('has one effect, in whatever order', () => {
    fc.assert(
      fc.property(routedArbitrary, anySteps, (start, steps) => {
        const applying = follow(start, steps).decisions.flatMap(({ events }) => [
          ...new Set(events.flatMap(({ commandId }) => commandId ?? [])),
        ])
        expect(applying).toEqual([...new Set(applying)])
      }),
    )
  })

  test('once applied, changes nothing: the events are those without it', () => {
    const copies = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 })
    fc.assert(
      fc.property(routedArbitrary, stepsArbitrary(commandArbitrary()), copies, (start, steps, places) => {
        const plain = follow(start, steps)
        const repeated: Step[] = steps.flatMap((step, index) => {
          const applied = steps
            .slice(0, index)
            .filter((_, before) =>
              plain.decisions[before]?.events.some(({ commandId }) => commandId !== null),
            )
          const again = places.flatMap(([place, which]) => {
            const copy = applied[which % Math.max(applied.length, 1)]
            return place % steps.length === index && copy !== undefined
              ? [{ command: copy.command, at: step.at }]
              : []
          })
          return [...again, step]
        })
        const { referral, events, rejections } = follow(start, repeated)
        expect({ referral, events, rejections }).toEqual({
          referral: plain.referral,
          events: plain.events,
          rejections: plain.rejections,
        })
      }),
    )
  })

  test(`is known again among the last ${rememberedCommands} that were applied`, () => {
    const favoriteOrNot = (index: number): Step => ({
      at: later(index),
      command: {
        commandId: `c-${index}`,
        referralId,
        partnerId: 'acme',
        occurredAt: later(0),
        expectedVersion: null,
        type: index % 2 === 0 ? 'favorite' : 'unfavorite',
      } as unknown as Command,
    })
    const [start] = fc.sample(routedArbitrary, 1)
    if (start === undefined) throw new Error('no sample')
    const { referral } = follow(
      start,
      Array.from({ length: 100 }, (_, index) => favoriteOrNot(index)),
    )
    expect(referral.applied).toEqual(Array.from({ length: 64 }, (_, index) => `c-${index + 36}`))
  })
})

describe('a deadline depends on timestamps only', () => {
  const partnerSteps = stepsArbitrary(commandArbitrary({ types: partnerTypes }))
  const clockSteps = fc.array(
    fc
      .tuple(fc.constantFrom(...timerTypes), momentArbitrary, fc.boolean())
      .map(([type, at, before]) => ({ type, at, before })),
    { maxLength: 12 },
  )

  test('a clock that asks early, late, twice, before or after the partner, makes no difference', () => {
    fc.assert(
      fc.property(routedArbitrary, partnerSteps, clockSteps, (start, partner, asks) => {
        const dueAt = {
          remind: start.remindAt,
          cool: start.flameEndsAt ?? start.remindAt,
          expire: start.expiresAt,
        }
        const asked = asks.map(({ type, at, before }) => ({ before, step: clockStep(type, dueAt[type], at) }))
        const end = clockStep('expire', start.expiresAt, later(40 * day))
        const silent = [...partner, end]
        const asking = [
          ...inTime([
            ...asked.flatMap(({ before, step }) => (before ? [step] : [])),
            ...partner,
            ...asked.flatMap(({ before, step }) => (before ? [] : [step])),
          ]),
          end,
        ]
        expect(outcome(start, asking)).toEqual(outcome(start, silent))
      }),
      { numRuns: 300 },
    )
  })

  function clockStep(type: (typeof timerTypes)[number], dueAt: string, at: string): Step {
    const commandId = `${referralId}/${type}/${dueAt}`
    const fields = { commandId, referralId, partnerId: 'acme', occurredAt: at, expectedVersion: null }
    return { at, command: { ...fields, type, dueAt } as unknown as Command }
  }

  /** All that a deadline or a partner did, versions aside: reminders and flames count in those. */
  function outcome(start: Parameters<typeof follow>[0], steps: readonly Step[]) {
    const { referral, events, rejections } = follow(start, steps)
    const { status, substatus, closedAt, acceptedAt, engagement, favorite } = referral
    return {
      ...{ status, substatus, closedAt, acceptedAt, engagement, favorite },
      events: events
        .filter(({ type }) => type !== 'referral.reminder-due' && type !== 'referral.flame-cooled')
        .map(event => ({ ...event, version: null })),
      rejections: rejections.map(({ commandId, code, met }) => ({
        commandId,
        code,
        met: met && { ...met, metVersion: null },
      })),
    }
  }
})

import { describe, expect, test } from 'vitest'
import { commandArbitrary, commandTypes } from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import { acceptSample, type JsonObject, withField } from '../../test/support/samples.ts'
import { commandIdsSchema, commandSchema } from './commands.ts'
import { reasonCodes } from './reasons.ts'
import { parseShape } from './shape.ts'

const { engagement: _engagement, team: _team, ...ids } = acceptSample
const decline: JsonObject = { ...ids, type: 'decline', reason: 8, notes: 'moved' }
const win: JsonObject = { ...ids, type: 'win' }
const remind: JsonObject = { ...ids, type: 'remind', dueAt: '2026-03-03T09:00:00Z' }
const update: JsonObject = { ...ids, type: 'update-engagement' }
const add: JsonObject = { ...ids, type: 'add-contact' }
const samples = { accept: acceptSample, decline, win, remind, update, add }

test('every command we make is one, and stays the same', () => {
  const any = commandArbitrary({ strangers: true, versions: true })
  fc.assert(
    fc.property(any, command => {
      expect(commandSchema.parse(JSON.parse(JSON.stringify(command)))).toEqual(command)
    }),
  )
})

describe('reasons', () => {
  const cases = reasonCodes.flatMap(reason =>
    [undefined, null, '', ' \t', 'why'].map(notes => ({
      reason,
      notes,
      valid: reason !== 8 || notes === 'why',
    })),
  )
  test.each(cases)('$reason with notes $notes: $valid', ({ reason, notes, valid }) => {
    for (const type of ['decline', 'lose']) {
      expect(parseShape(commandSchema, { ...decline, type, reason, notes }).ok).toBe(valid)
    }
  })
})

test('an empty list, a list left out and null are the same team', () => {
  for (const team of [[], null, undefined]) {
    expect(commandSchema.parse(withField(acceptSample, 'team', team))).toMatchObject({ team: [] })
  }
})

describe('faults', () => {
  const reasons = 'one of 1, 2, 3, 4, 5, 6, 7, 8'
  const types = `one of ${commandTypes.join(', ')}`
  const notes = 'notes, which this reason requires'
  const aTime = 'a time such as 2026-03-02T09:14:00.000Z'
  test.each<[keyof typeof samples, string, unknown, string, string, string]>([
    ['accept', 'commandId', undefined, 'missing', 'missing', 'string'],
    ['accept', 'commandId', 'x'.repeat(301), 'invalid', 'string of 301 characters', 'at most 300'],
    [
      'accept',
      'referralId',
      'rfi-81',
      'invalid',
      'string of 6 characters',
      'an rfiId, a colon and a partnerId',
    ],
    ['accept', 'partnerId', undefined, 'missing', 'missing', 'string'],
    ['accept', 'occurredAt', '2026-02-30T00:00:00Z', 'invalid', 'string of 20 characters', aTime],
    ['accept', 'expectedVersion', '1', 'wrong-type', 'string of 1 characters', 'number'],
    ['accept', 'type', undefined, 'missing', 'missing', types],
    ['accept', 'type', 'reopen', 'invalid', 'string of 6 characters', types],
    ['accept', 'engagement', undefined, 'missing', 'missing', 'object'],
    ['accept', 'engagement.name', undefined, 'missing', 'missing', 'string'],
    ['accept', 'engagement.name', ' ', 'invalid', 'string of 1 characters', 'a name that is not blank'],
    [
      'accept',
      'engagement.value.currency',
      'E',
      'invalid',
      'string of 1 characters',
      'an ISO 4217 currency code',
    ],
    ['accept', 'team', { 0: {} }, 'wrong-type', 'object', 'array'],
    ['accept', 'team', Array(101).fill({}), 'invalid', 'list of 101', 'at most 100'],
    ['accept', 'team.0.email', 'x'.repeat(501), 'invalid', 'string of 501 characters', 'at most 500'],
    ['accept', 'team.0', 'Ana', 'wrong-type', 'string of 3 characters', 'object'],
    ['decline', 'reason', undefined, 'missing', 'missing', reasons],
    ['decline', 'reason', 9, 'invalid', 'number', reasons],
    ['decline', 'reason', '4', 'invalid', 'string of 1 characters', reasons],
    ['decline', 'notes', undefined, 'missing', 'missing', notes],
    ['decline', 'notes', '  ', 'invalid', 'string of 2 characters', notes],
    ['update', 'engagement', undefined, 'missing', 'missing', 'object'],
    ['add', 'contact', 'Ana', 'wrong-type', 'string of 3 characters', 'object'],
    ['win', 'closedAt', 'today', 'invalid', 'string of 5 characters', aTime],
    ['win', 'solutions', 'ArtificialIntelligence', 'wrong-type', 'string of 22 characters', 'array'],
    ['remind', 'dueAt', undefined, 'missing', 'missing', 'string'],
  ])('%s with %s %j', (kind, field, value, code, found, expected) => {
    expect(parseShape(commandSchema, withField(samples[kind], field, value))).toMatchObject({
      ok: false,
      fault: { code, field, found, expected },
    })
  })
})

test('a malformed command can be answered when its ids can be read', () => {
  const { commandId, referralId, partnerId } = acceptSample
  const malformed = { ...acceptSample, occurredAt: 0, type: 'reopen', engagement: 7 }
  expect(commandIdsSchema.parse(malformed)).toEqual({ commandId, referralId, partnerId })
  expect(commandIdsSchema.safeParse({ ...malformed, referralId: 'rfi-81' }).success).toBe(false)
})

import { describe, expect, test } from 'vitest'
import {
  commandArbitrary,
  follow,
  routed,
  routedArbitrary,
  stepsArbitrary,
} from '../../test/support/arbitraries.ts'
import { fc } from '../../test/support/property.ts'
import { referralEventSchema, rejectionSchema, routedSchema, statusRecordSchema } from './events.ts'

test('everything a referral says is in shape, and the same after a trip through JSON', () => {
  const steps = stepsArbitrary(commandArbitrary({ strangers: true, versions: true }), { maxLength: 20 })
  fc.assert(
    fc.property(routedArbitrary, steps, (start, asked) => {
      const { events, rejections } = follow(start, asked)
      for (const event of events) {
        expect(referralEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
        expect(statusRecordSchema.parse(event)).toEqual(event)
      }
      for (const rejection of rejections) {
        expect(rejectionSchema.parse(JSON.parse(JSON.stringify(rejection)))).toEqual(rejection)
        expect(statusRecordSchema.parse(rejection)).toEqual(rejection)
        expect(rejection).not.toHaveProperty('version')
      }
    }),
  )
})

test('routed events hold no field for who the customer is', () => {
  expect(Object.keys(routedSchema.shape.customer.shape)).toEqual([
    'country',
    'region',
    'city',
    'size',
    'locale',
  ])
  const leaky = {
    ...routed(),
    customer: { ...routed().customer, name: 'Padaria', contact: { email: 'a@x' } },
  }
  expect(JSON.stringify(routedSchema.parse(leaky))).not.toMatch(/Padaria|a@x/)
})

describe('what is no event', () => {
  test.each([
    ['version 0', { ...routed(), version: 0 }],
    ['a rank below 1', { ...routed(), rank: 0 }],
    ['an unknown type', { ...routed(), type: 'referral.reopened' }],
    ['a day that is none', { ...routed(), occurredAt: '2026-02-30T00:00:00.000Z' }],
    ['no commandId at all', { ...routed(), commandId: undefined }],
  ])('%s', (_, value) => {
    expect(statusRecordSchema.safeParse(value).success).toBe(false)
  })
})

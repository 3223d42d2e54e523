import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  commandIdSchema,
  foreignIdSchema,
  partnerIdSchema,
  profileIdSchema,
  referralIdOf,
  referralIdSchema,
  rfiIdSchema,
  splitReferralId,
} from './ids.ts'

describe('ids', () => {
  test.each([
    ['a', true],
    ['x'.repeat(100), true],
    ['acme/PT', true],
    ['Падаря & 明', true],
    ['😀', true],
    ['', false],
    ['x'.repeat(101), false],
    ['a\0b', false],
    ['a\ud800', false],
    ['\udc00a', false],
    [7, false],
    [null, false],
  ])('%j: %s', (id, valid) => {
    for (const schema of [rfiIdSchema, profileIdSchema, partnerIdSchema, foreignIdSchema]) {
      expect(schema.safeParse(id).success).toBe(valid)
    }
  })

  test('only a partnerId may not hold a colon', () => {
    expect(partnerIdSchema.safeParse('a:b').success).toBe(false)
    expect(rfiIdSchema.parse('a:b')).toBe('a:b')
  })
})

describe('referral ids', () => {
  const idArbitrary = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter(id => rfiIdSchema.safeParse(id).success)

  test('split at their last colon into what they were made of', () => {
    const partnerIds = idArbitrary.filter(id => !id.includes(':'))
    fc.assert(
      fc.property(idArbitrary, partnerIds, (rfiId, partnerId) => {
        const parts = { rfiId: rfiIdSchema.parse(rfiId), partnerId: partnerIdSchema.parse(partnerId) }
        const referralId = referralIdOf(parts.rfiId, parts.partnerId)
        expect(referralIdSchema.parse(referralId)).toBe(referralId)
        expect(splitReferralId(referralId)).toEqual(parts)
      }),
    )
  })

  test.each([
    ['r:p', { rfiId: 'r', partnerId: 'p' }],
    ['r:2:p', { rfiId: 'r:2', partnerId: 'p' }],
    ['r::p', { rfiId: 'r:', partnerId: 'p' }],
    ['rp', null],
    [':p', null],
    ['r:', null],
    [':', null],
    ['', null],
  ])('%s', (id, parts) => {
    expect(splitReferralId(id)).toEqual(parts)
    expect(referralIdSchema.safeParse(id).success).toBe(parts !== null)
  })

  test('hold two ids of full length and no more', () => {
    const long = 'x'.repeat(100)
    expect(referralIdSchema.safeParse(`${long}:${long}`).success).toBe(true)
    expect(referralIdSchema.safeParse(`${long}x:p`).success).toBe(false)
    expect(referralIdSchema.safeParse(`r:${long}x`).success).toBe(false)
  })

  test("the clock's command id of the longest one is a command id", () => {
    const longest = `${'x'.repeat(100)}:${'y'.repeat(100)}`
    expect(commandIdSchema.safeParse(`${longest}/remind/2026-03-02T09:14:00.000Z`).success).toBe(true)
  })

  test('whatever is accepted as one splits into two valid ids', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 210 }), fc.string({ maxLength: 210 }), (one, other) => {
        const id = `${one}:${other}`
        if (!referralIdSchema.safeParse(id).success) return
        const parts = splitReferralId(id)
        expect(rfiIdSchema.safeParse(parts?.rfiId).success).toBe(true)
        expect(partnerIdSchema.safeParse(parts?.partnerId).success).toBe(true)
      }),
    )
  })
})

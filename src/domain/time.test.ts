import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { addMillis, day, hour, parseTimestamp, timestampSchema, toMillis, toTimestamp } from './time.ts'

describe('times as written', () => {
  test.each([
    ['2026-03-02T09:14:00.000Z', '2026-03-02T09:14:00.000Z'],
    ['2026-03-02T09:14:00Z', '2026-03-02T09:14:00.000Z'],
    ['2026-03-02T09:14:00z', '2026-03-02T09:14:00.000Z'],
    ['2026-03-02T09:14:00+00:00', '2026-03-02T09:14:00.000Z'],
    ['2026-03-02T09:14:00.1Z', '2026-03-02T09:14:00.100Z'],
    ['2026-03-02T09:14:00.123456789Z', '2026-03-02T09:14:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2026-02-30T00:00:00Z', null],
    ['2025-02-29T00:00:00Z', null],
    ['2026-04-31T00:00:00Z', null],
    ['2026-13-01T00:00:00Z', null],
    ['2026-00-01T00:00:00Z', null],
    ['2026-03-00T00:00:00Z', null],
    ['2026-03-02T24:00:00Z', null],
    ['2026-03-02T25:00:00Z', null],
    ['2026-03-02T09:60:00Z', null],
    ['2026-03-02T09:14:60Z', null],
    ['2026-03-02T09:14:00', null],
    ['2026-03-02T09:14:00+01:00', null],
    ['2026-03-02 09:14:00Z', null],
    ['2026-03-02', null],
    ['26-03-02T09:14:00Z', null],
    ['+012026-03-02T09:14:00Z', null],
    ['2026-03-02T09:14:00Z\n', null],
    [' 2026-03-02T09:14:00Z', null],
    ['٢٠٢٦-03-02T09:14:00Z', null],
    ['1772442840000', null],
    ['', null],
  ])('%j is %s', (text, timestamp) => {
    expect(parseTimestamp(text)).toBe(timestamp)
    expect(timestampSchema.safeParse(text).data ?? null).toBe(timestamp)
  })
})

const earliest = toMillis('0000-01-01T00:00:00.000Z')
const latest = toMillis('9999-12-31T23:59:59.999Z')
const millis = fc.integer({ min: earliest, max: latest })

test('a canonical time parses to itself and back', () => {
  fc.assert(
    fc.property(millis, at => {
      expect(parseTimestamp(toTimestamp(at))).toBe(toTimestamp(at))
      expect(toMillis(toTimestamp(at))).toBe(at)
    }),
  )
})

test('comparing as text is comparing in time', () => {
  fc.assert(
    fc.property(millis, millis, (one, other) => {
      expect(toTimestamp(one) < toTimestamp(other)).toBe(one < other)
    }),
  )
})

test('nothing that is added leads out of the years 0 to 9999', () => {
  expect(addMillis('2026-03-02T09:14:00.000Z', 25 * hour)).toBe('2026-03-03T10:14:00.000Z')
  expect(addMillis('9999-12-31T00:00:00.000Z', 14 * day)).toBe('9999-12-31T23:59:59.999Z')
  expect(toTimestamp(Number.POSITIVE_INFINITY)).toBe('9999-12-31T23:59:59.999Z')
  expect(toTimestamp(Number.NEGATIVE_INFINITY)).toBe('0000-01-01T00:00:00.000Z')
})

import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { OutgoingRecord } from '../ports/log.ts'
import { packRecords, unpackRecords } from './journal-records.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const record: fc.Arbitrary<OutgoingRecord> = fc.record({
  topic: fc.string(),
  key: fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), bytes)),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string().filter(name => name !== '__proto__'),
    fc.string({ unit: 'grapheme' }),
  ),
})

test('what is packed comes out the same, wherever it lies', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.nat(9), (records, offset) => {
      const packed = packRecords(records)
      const elsewhere = new Uint8Array(packed.length + offset)
      elsewhere.set(packed, offset)
      expect(unpackRecords(elsewhere.subarray(offset))).toEqual(records)
    }),
  )
})

test('a value that records share is held once', () => {
  const value = new Uint8Array(10_000)
  const shared = ['referrals', 'referral-status'].map(topic => ({ topic, key: 'acme', value, headers: {} }))
  expect(packRecords(shared).length).toBeLessThan(10_300)
})

import { describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/property.ts'
import { type AddressedRecord, piecesOf, placeOf, unacknowledged } from './pieces.ts'

const limits = { partition: 100, request: 250 }
const record = fc
  .record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat(2), bytes: fc.integer({ min: 1, max: 130 }) })
  .map((place): AddressedRecord => ({ ...place, message: { value: null } }))

const sizeOf = (records: readonly AddressedRecord[]) => records.reduce((sum, { bytes }) => sum + bytes, 0)

describe('pieces', () => {
  test('hold everything once, a partition in order, within their bounds', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), records => {
        const pieces = piecesOf(records, limits)
        expect(pieces.every(piece => piece.length > 0)).toBe(true)
        const [sent, given] = [Map.groupBy(pieces.flat(), placeOf), Map.groupBy(records, placeOf)]
        expect(sent.size).toBe(given.size)
        // The very objects: equal ones in another order would be a change of order.
        for (const [place, group] of given)
          expect(sent.get(place)?.every((one, index) => one === group[index])).toBe(true)
        expect(pieces.flat()).toHaveLength(records.length)
        for (const piece of pieces) {
          if (piece.length > 1) expect(sizeOf(piece)).toBeLessThanOrEqual(limits.request)
          for (const group of Map.groupBy(piece, placeOf).values())
            if (group.length > 1) expect(sizeOf(group)).toBeLessThanOrEqual(limits.partition)
        }
      }),
    )
  })
  test('an answer covers what it names without an error', () => {
    const [one, two, three] = [0, 1, 2].map(
      (partition): AddressedRecord => ({ topic: 'a', partition, bytes: 1, message: { value: null } }),
    ) as [AddressedRecord, AddressedRecord, AddressedRecord]
    const answer = [
      { topicName: 'a', partition: 0, errorCode: 0 },
      { topicName: 'b', partition: 1, errorCode: 0 },
      { topicName: 'a', partition: 2, errorCode: 6 },
    ]
    expect(unacknowledged([one, two, three, one], answer)).toEqual([two, three])
  })
})

import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { NumberReader, packNumbers } from './varints.ts'

const numbers = fc.array(
  fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.constantFrom(31, 32, 1023, 1024, 2 ** 53 - 1)),
)

test('what is packed is read again, number by number', () => {
  fc.assert(
    fc.property(numbers, list => {
      const reader = new NumberReader(packNumbers(list))
      expect(list.map(() => reader.next())).toEqual(list)
      expect(reader.done).toBe(true)
    }),
  )
})

test.each([
  [[0], 'A'],
  [[31, 32], 'fgB'],
  [[2 ** 53 - 1], '__________H'],
])('%j is %s', (list, text) => {
  expect(packNumbers(list)).toBe(text)
})

test.each(['', 'g', 'ä', '*', 'g '])('%j holds no number', text => {
  expect(() => new NumberReader(text).next()).toThrow('packed numbers end or break')
})

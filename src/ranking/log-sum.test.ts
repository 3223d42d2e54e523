import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { LogSum } from './log-sum.ts'

test('is the sum of the logarithms, however large or small the product', () => {
  const factors = fc.array(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), { maxLength: 200 })
  fc.assert(
    fc.property(factors, list => {
      const sum = new LogSum()
      for (const factor of list) sum.add(factor)
      expect(sum.total).toBeCloseTo(
        list.reduce((total, factor) => total + Math.log(factor), 0),
        7,
      )
    }),
  )
})

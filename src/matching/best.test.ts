import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { bestOf } from './best.ts'

it('gives the k largest and all that equal the last of them, as sorting everything would', () => {
  const value = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 1_000_000 }))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3000 }), fc.nat({ max: 40 }), (values, k) => {
      const sorted = values.map((size, at) => ({ size, at })).sort((a, b) => b.size - a.size || a.at - b.at)
      const last = sorted[Math.min(k, sorted.length) - 1]?.size ?? 0
      const expected = k === 0 ? [] : sorted.filter(({ size }) => size >= last).map(({ at }) => at)
      // What lies behind the count is another query's.
      expect(bestOf(Int32Array.from([...values, 1_000_000]), values.length, k)).toEqual(expected)
    }),
  )
})

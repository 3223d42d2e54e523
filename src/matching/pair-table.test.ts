import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { PairTable } from './pair-table.ts'

it('holds what a map of pairs holds, whatever is set and deleted', () => {
  const key = fc.nat({ max: 12 })
  const change = fc.record({ a: key, b: key, value: fc.option(fc.nat(), { freq: 2 }) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 600 }), changes => {
      const table = new PairTable()
      const model = new Map<string, number>()
      for (const { a, b, value } of changes) {
        if (value === null) {
          table.delete(a, b)
          model.delete(`${a} ${b}`)
        } else {
          table.set(a, b, value)
          model.set(`${a} ${b}`, value)
        }
      }
      expect(table.size).toBe(model.size)
      for (let a = 0; a <= 12; a += 1) {
        for (let b = 0; b <= 12; b += 1) expect(table.get(a, b)).toBe(model.get(`${a} ${b}`) ?? -1)
      }
    }),
  )
})

it('shrinks when it empties', () => {
  const table = new PairTable()
  const empty = table.bytes
  for (let a = 0; a < 20_000; a += 1) table.set(a, a % 7, a)
  expect(table.bytes).toBeGreaterThan(empty)
  for (let a = 0; a < 20_000; a += 1) table.delete(a, a % 7)
  expect(table.bytes).toBe(empty)
  expect(table.size).toBe(0)
})

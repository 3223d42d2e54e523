import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { IntLists } from './int-lists.ts'

it('holds what arrays hold, whatever is pushed, removed, released', () => {
  const step = fc.record({ list: fc.nat({ max: 7 }), entry: fc.nat({ max: 30 }), release: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 800 }), steps => {
      const lists = new IntLists()
      const model = Array.from({ length: 8 }, () => ({ list: lists.create(), entries: [] as number[] }))
      for (const { list, entry, release } of steps) {
        const held = model[list]
        if (held === undefined) continue
        if (held.entries.includes(entry)) {
          lists.remove(held.list, entry)
          held.entries = held.entries.filter(other => other !== entry)
        } else if (release && entry === 0) {
          lists.release(held.list)
          held.list = lists.create()
          held.entries = []
        } else {
          lists.push(held.list, entry)
          held.entries.push(entry)
        }
        for (const { list, entries } of model) {
          expect([...lists.view(list)].sort((a, b) => a - b)).toEqual(entries.toSorted((a, b) => a - b))
        }
      }
    }),
    { numRuns: 40 },
  )
})

it('does not grow by lists that come and go', () => {
  const lists = new IntLists()
  const fill = () => {
    const made = Array.from({ length: 200 }, (_, index) => {
      const list = lists.create()
      for (let entry = 0; entry <= index; entry += 1) lists.push(list, entry)
      return list
    })
    return made
  }
  const empty = (made: readonly number[]) => {
    for (const [index, list] of made.entries()) {
      for (let entry = 0; entry <= index; entry += 1) lists.remove(list, entry)
      lists.release(list)
    }
  }
  empty(fill())
  const { bytes } = lists
  for (let round = 0; round < 50; round += 1) empty(fill())
  expect(lists.bytes).toBe(bytes)
})

it('widens when an entry needs it', () => {
  const lists = new IntLists()
  const list = lists.create()
  const entries = [7, 65_535, 65_536, 2_000_000]
  for (const entry of entries) lists.push(list, entry)
  expect([...lists.view(list)]).toEqual(entries)
})

it('refuses to remove what is not there', () => {
  const lists = new IntLists()
  const list = lists.create()
  lists.push(list, 1)
  expect(() => lists.remove(list, 2)).toThrow()
})

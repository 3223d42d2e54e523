import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  addToBuckets,
  type Buckets,
  type Counts,
  counters,
  joinBuckets,
  keptDays,
  keptMonths,
  noBuckets,
  totals,
} from './buckets.ts'
import { packBuckets, unpackBuckets } from './packed-buckets.ts'

/** In the order of `counters`. */
const countsArbitrary: fc.Arbitrary<Counts> = fc
  .dictionary(fc.constantFrom(...counters), fc.integer({ min: 1, max: 40 }), { maxKeys: 5 })
  .map(counts => Object.fromEntries(counters.flatMap(name => (counts[name] ? [[name, counts[name]]] : []))))
/** Days around one another, some before 1970. */
const entries = fc.array(
  fc.record({
    at: fc.oneof(fc.integer({ min: 20_000, max: 20_090 }), fc.integer({ min: -3000, max: 20_100 })),
    counts: countsArbitrary,
  }),
  { maxLength: 30 },
)
const bucketsOf = (list: readonly { readonly at: number; readonly counts: Counts }[]) =>
  list.reduce((buckets, { at, counts }) => addToBuckets(buckets, at, counts), noBuckets)

test('adding is joining', () => {
  fc.assert(
    fc.property(entries, list => {
      let added: Buckets = noBuckets
      let joined: Buckets = noBuckets
      for (const { at, counts } of list) {
        const single = { latestDay: at, days: [{ at, counts }], months: [], older: null }
        added = addToBuckets(added, at, counts)
        joined = joinBuckets(joined, single)
        expect(JSON.stringify(added)).toBe(JSON.stringify(joined))
      }
    }),
  )
})

test('in any order, in any parts, the same bytes, and nothing is lost', () => {
  const shuffled = entries.chain(list =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(list.length)),
  )
  fc.assert(
    fc.property(shuffled, ([list, others, cut]) => {
      const buckets = bucketsOf(list)
      expect(packBuckets(bucketsOf(others))).toBe(packBuckets(buckets))
      const parts = joinBuckets(bucketsOf(others.slice(0, cut)), bucketsOf(others.slice(cut)))
      expect(JSON.stringify(parts)).toBe(JSON.stringify(buckets))
      for (const counter of counters)
        expect(totals(buckets)[counter] ?? 0).toBe(
          list.reduce((sum, { counts }) => sum + (counts[counter] ?? 0), 0),
        )
      expect(buckets.days.length).toBeLessThanOrEqual(keptDays)
      expect(buckets.months.length).toBeLessThanOrEqual(keptMonths)
    }),
  )
})

test('packed and unpacked they are the same bytes', () => {
  fc.assert(
    fc.property(entries, list => {
      const buckets = bucketsOf(list)
      const text = packBuckets(buckets)
      expect(JSON.stringify(unpackBuckets(text))).toBe(JSON.stringify(buckets))
      expect(packBuckets(unpackBuckets(text))).toBe(text)
    }),
  )
})

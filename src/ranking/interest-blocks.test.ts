import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { BlockBuilder, countIn, countsIn, lengthOf, placeIn, scaleBlock, termIn } from './interest-blocks.ts'
import { termCounts } from './likeness.ts'

const figure = fc.oneof(fc.constantFrom(0, 1, 2.5), fc.float({ min: 0, max: 1024, noNaN: true }))
const vectors = fc.array(fc.array(figure, { minLength: termCounts.length, maxLength: termCounts.length }), {
  maxLength: 100,
})

test('a block gives back each count in 32 bits, one after the other and all at once, and scales them', () => {
  const builder = new BlockBuilder()
  fc.assert(
    fc.property(vectors, fc.constantFrom(1, 0.25, 4), (given, factor) => {
      for (const [at, counts] of given.entries()) builder.add(3 * at, counts)
      const block = builder.build()
      scaleBlock(block, factor)
      expect(lengthOf(block)).toBe(given.length)
      const all = new Float64Array(termCounts.length)
      for (const [at, counts] of given.entries()) {
        const wanted = counts.map(count => Math.fround(count === 0 ? 0 : Math.fround(count) * factor))
        countsIn(block, at, all)
        expect([...all]).toEqual(wanted)
        expect(counts.map((_, count) => countIn(block, at, count))).toEqual(wanted)
        expect([termIn(block, at), placeIn(block, 3 * at), placeIn(block, 3 * at + 1)]).toEqual([
          3 * at,
          at,
          -1,
        ])
      }
    }),
    { numRuns: 100 },
  )
})

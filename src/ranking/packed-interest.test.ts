import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { PartnerId } from '../domain/ids.ts'
import type { Fact } from './evidence.ts'
import { asStored, foldInterest, noInterest } from './interest.ts'
import { unpackBuckets } from './packed-buckets.ts'
import { packInterest, unpackInterest } from './packed-interest.ts'
import { TermSums } from './term-sums.ts'

const partnerId = 'acme' as PartnerId
const day = 86_400_000
const lessons = fc.array(
  fc.record({
    // Far enough apart for months and what is older.
    routedAt: fc.integer({ min: 0, max: 3000 }).map(at => at * day),
    type: fc.constantFrom('accepted' as const, 'won' as const, 'expired' as const),
    terms: fc.uniqueArray(
      fc.constantFrom('word:a', 'word:b', 'phrase:één twee', 'size:10', 'channel:seller'),
    ),
  }),
  { maxLength: 30 },
)
const factOf = ({ routedAt, type }: { routedAt: number; type: 'accepted' | 'won' | 'expired' }): Fact => {
  const common = { routedAt, expiresAt: routedAt + day, notifiable: true, kind: null, answerTime: 0 }
  return { ...common, type }
}

test('an interest is read from the store as it was written, and its sums are the same without unpacking', () => {
  const sums = new TermSums(at => 2 ** (at / 180))
  fc.assert(
    fc.property(lessons, given => {
      const facts = given.map(({ terms, ...of }) => ({ fact: factOf(of), terms }))
      const { interest } = foldInterest(noInterest(partnerId), facts, () => undefined)
      const stored = packInterest(interest)
      const read = unpackInterest(partnerId, JSON.parse(JSON.stringify(stored)))
      expect(read).toEqual({ ...interest, terms: interest.terms.map(asStored) })
      expect(packInterest(read)).toEqual(stored)
      for (const { buckets } of read.terms)
        expect([...sums.of(buckets)]).toEqual([...sums.of(unpackBuckets(String(buckets)))])
    }),
  )
  expect(() => unpackInterest(partnerId, { version: 1, terms: ['word:a'], packed: 'BBZ' })).toThrow(
    'packed numbers',
  )
})

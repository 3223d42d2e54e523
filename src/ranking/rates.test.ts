import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { PartnerId } from '../domain/ids.ts'
import { day, hour } from '../domain/time.ts'
import { addToBuckets, type Counter, counters, noBuckets, visitCounts } from './buckets.ts'
import { noEvidence } from './evidence.ts'
import { one } from './millionths.ts'
import { hourOf, tallyOf } from './rates.ts'

const today = 20_500
const bucketsArbitrary = fc
  .array(
    fc.record({
      at: fc.oneof(
        fc.integer({ min: today - 50, max: today }),
        fc.integer({ min: today - 3000, max: today }),
      ),
      counter: fc.constantFrom(...counters),
      count: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 30 },
  )
  .map(list =>
    list.reduce(
      (buckets, { at, counter, count }) => addToBuckets(buckets, at, { [counter]: count }),
      noBuckets,
    ),
  )

test('a tally is the sum over the days, each decayed to the one it is read on, to the millionth', () => {
  fc.assert(
    fc.property(
      bucketsArbitrary,
      fc.constantFrom(0.5, 3, 30, 365, 1500),
      fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 3 }),
      (buckets, halfLifeDays, waits) => {
        const evidence = { ...noEvidence('acme' as PartnerId), version: 1, buckets }
        // Read more than once, as sums are remembered.
        for (const wait of waits) {
          const tally = tallyOf(evidence, halfLifeDays, hourOf((today + wait) * day + 5 * hour))
          const naive = (...of: Counter[]) => {
            let sum = 0
            visitCounts(buckets, (at, counts) => {
              const age = today + wait - at
              for (const counter of of)
                sum += one * (counts[counter] ?? 0) * (age <= 0 ? 1 : 2 ** (-age / halfLifeDays))
            })
            return sum
          }
          const plain = ['offered', 'answered', 'answeredInHour', 'answeredInDay', 'silent'] as const
          for (const counter of [...plain, 'accepted', 'won', 'reported'] as const)
            expect(Math.abs(tally[counter] - naive(counter))).toBeLessThanOrEqual(1)
          const declined = naive('declinedFit', 'declinedCustomer', 'declinedOther')
          expect(Math.abs(tally.declined - declined)).toBeLessThanOrEqual(3)
          expect(Math.abs(tally.lost - naive('lostFit', 'lostCustomer', 'lostOther'))).toBeLessThanOrEqual(3)
          const excused = Math.min(naive('declinedSpam'), naive('offered') / 10)
          const refused = naive('declinedOther', 'declinedSpam') - excused
          expect(Math.abs(tally.refused - refused)).toBeLessThanOrEqual(4)
        }
      },
    ),
  )
})

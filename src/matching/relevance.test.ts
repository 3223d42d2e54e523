import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { lengthFactor, maximumOf, relevanceOf, termWeight } from './relevance.ts'

const profiles = fc.integer({ min: 1, max: 2_000_000 })

it('weighs rarer terms more, and none at nothing', () => {
  fc.assert(
    fc.property(profiles, fc.double({ min: 0, max: 1, noNaN: true }), (population, share) => {
      const frequency = Math.max(1, Math.floor(population * share))
      const weight = termWeight(frequency, population)
      expect(Number.isSafeInteger(weight)).toBe(true)
      expect(weight).toBeGreaterThanOrEqual(1)
      expect(termWeight(frequency + 1, population)).toBeLessThanOrEqual(weight)
    }),
  )
})

it('gives 1 to a profile that has the whole of a short query and nothing else', () => {
  const average = { profiles: 4, totalTerms: 60 }
  const maximum = maximumOf([2_000_000, 3_000_000], average)
  expect(relevanceOf(5_000_000, lengthFactor(2, average), maximum)).toBe(1_000_000)
  expect(relevanceOf(0, lengthFactor(2, average), maximum)).toBe(0)
  expect(relevanceOf(0, lengthFactor(2, average), maximumOf([], average))).toBe(0)
})

it('stays within 0 and 1 for any profile that has some of the terms, whole numbers', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 15_000_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(
      weights,
      fc.nat(),
      fc.nat({ max: 200 }),
      fc.integer({ min: 1, max: 500 }),
      (all, pick, more, mean) => {
        const average = { profiles: 1, totalTerms: mean }
        const maximum = maximumOf(all, average)
        const matched = all.slice(pick % all.length)
        const sum = matched.reduce((total, weight) => total + weight, 0)
        const unlimited = (sum * lengthFactor(matched.length + more, average)) / maximum
        expect(unlimited).toBeLessThanOrEqual(1 + 1e-9)
        const relevance = relevanceOf(sum, lengthFactor(matched.length + more, average), maximum)
        expect(Number.isInteger(relevance) && relevance >= 0 && relevance <= 1_000_000).toBe(true)
      },
    ),
  )
})

it('never falls below for fewer tags: one more lengthens the profile more than the average', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.nat({ max: 1_000_000 }),
      profiles,
      (length, others, population) => {
        const total = population === 1 ? length : length + others
        const before = lengthFactor(length, { profiles: population, totalTerms: total })
        const after = lengthFactor(length + 1, { profiles: population, totalTerms: total + 1 })
        expect(after).toBeLessThanOrEqual(before)
      },
    ),
  )
})

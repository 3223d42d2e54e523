import { expect, test } from 'vitest'
import { noPopulation } from '../population.ts'
import { basisOf } from '../rates.ts'
import { acceptance } from './acceptance.ts'
import { appetite } from './appetite.ts'
import { budgetFit } from './budget-fit.ts'
import { responsiveness } from './responsiveness.ts'

const basis = basisOf(noPopulation, { halfLifeDays: 180, priorStrength: 10 }, 0)
const average = 'No history yet, so it stands at the average: 50 of 100.'

test('a partner without history is told that it stands at the average', () => {
  expect(acceptance.reason({ accepted: 0, refused: 0 }, 500_000, basis)).toBe(average)
  expect(responsiveness.reason({ answeredInDay: 0, silent: 0 }, 500_000, basis)).toBe(average)
})

test('decayed counts are told as such', () => {
  expect(acceptance.reason({ accepted: 3_240_000, refused: 0 }, 620_000, basis)).toBe(
    'Accepted 3.2 referrals and declined 0 for other reasons than fit or customer, recent ones counting more: 62 of 100.',
  )
  expect(responsiveness.reason({ answeredInDay: 0, silent: 900_000 }, 460_000, basis)).toBe(
    'Answered 0 referrals within 24 hours and left 0.9 without an answer, recent ones counting more: 46 of 100.',
  )
})

test('what stands at its neutral value for lack of evidence is told so', () => {
  expect(budgetFit.reason({ near: 0, all: 0, ratio: 0 }, 600_000, basis)).toMatch(/^Neutral .*60 of 100/)
  expect(appetite.reason({ shift: 0, accepts: 0 }, 500_000, basis)).toMatch(/neutral: 50 of 100/)
})

test.each([
  [-10_000, /are as common among its own/],
  [-2_000_000, / 0\.14 times as common among its own/],
  [700_000, / 2 times as common among its own/],
])('a ratio of e^%i millionths between deals of this size', (ratio, words) => {
  expect(budgetFit.reason({ near: 1, all: 2_000_000, ratio }, 500_000, basis)).toMatch(words)
})

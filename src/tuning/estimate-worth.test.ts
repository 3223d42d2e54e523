import { expect, test } from 'vitest'
import { worthOf } from './estimate-worth.ts'

test.each([
  [{ n: 0, baseRate: null, auc: null, brier: null }, 'no offers'],
  [{ n: 9, baseRate: 1, auc: null, brier: 0 }, /^all came out the same/],
  [{ n: 9, baseRate: 0.5, auc: 0.7, brier: 0.2 }, 'better than the base rate'],
  [{ n: 9, baseRate: 0.5, auc: 0.7, brier: 0.3 }, /its level is off/],
  [{ n: 9, baseRate: 0.5, auc: 0.4, brier: 0.2 }, /the order doesn’t/],
  [{ n: 9, baseRate: 0.5, auc: 0.5, brier: 0.25 }, 'no better than the base rate'],
])('%j', (figures, words) => expect(worthOf(figures)).toMatch(words))

import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  aucOf,
  brierOf,
  calibrationOf,
  EstimateMeter,
  ndcgAt,
  RankingMeter,
  recallAt,
  reciprocalRank,
} from './metrics.ts'

describe('one ranking', () => {
  const second = 1 / Math.log2(3)
  test.each([
    { ranks: [1], recall3: 1, reciprocal: 1, ndcg3: 1 },
    { ranks: [2], recall3: 1, reciprocal: 1 / 2, ndcg3: second },
    { ranks: [4], recall3: 0, reciprocal: 1 / 4, ndcg3: 0 },
    { ranks: [null], recall3: 0, reciprocal: 0, ndcg3: 0 },
    { ranks: [1, null], recall3: 1 / 2, reciprocal: 1, ndcg3: 1 / (1 + second) },
    { ranks: [3, 2], recall3: 1, reciprocal: 1 / 2, ndcg3: (second + 1 / 2) / (1 + second) },
    { ranks: [1, 2, 3, 9], recall3: 3 / 4, reciprocal: 1, ndcg3: 1 },
  ])('$ranks', ({ ranks, recall3, reciprocal, ndcg3 }) => {
    expect(recallAt(ranks, 3)).toBeCloseTo(recall3, 12)
    expect(reciprocalRank(ranks)).toBeCloseTo(reciprocal, 12)
    expect(ndcgAt(ranks, 3)).toBeCloseTo(ndcg3, 12)
  })

  test('means are over RFIs with a right answer', () => {
    const meter = new RankingMeter()
    meter.add([1])
    meter.add([])
    meter.add([2, 30])
    expect(meter.figures()).toEqual({
      n: 2,
      recall: { 1: 0.5, 3: 0.75, 5: 0.75, 10: 0.75, 20: 0.75 },
      mrr: 0.75,
      ndcg10: expect.closeTo((1 + 1 / Math.log2(3) / (1 + 1 / Math.log2(3))) / 2, 5),
    })
    expect(new RankingMeter().figures()).toMatchObject({ n: 0, mrr: null, recall: { 10: null } })
  })
})

describe('estimates', () => {
  test.each([
    { estimates: [0.1, 0.9], outcomes: [false, true], auc: 1, brier: 0.01 },
    { estimates: [0.9, 0.1], outcomes: [false, true], auc: 0, brier: 0.81 },
    { estimates: [0.5, 0.5, 0.5], outcomes: [false, true, true], auc: 0.5, brier: 0.25 },
    // Pairs: (0.2, 0.2) a tie, (0.2, 0.8) wrong, (0.6, 0.2) right, (0.6, 0.8) wrong.
    {
      estimates: [0.2, 0.6, 0.2, 0.8],
      outcomes: [true, true, false, false],
      auc: 1.5 / 4,
      brier: (0.64 + 0.16 + 0.04 + 0.64) / 4,
    },
    { estimates: [0.3], outcomes: [true], auc: null, brier: 0.49 },
    { estimates: [], outcomes: [], auc: null, brier: null },
  ])('$estimates of $outcomes', ({ estimates, outcomes, auc, brier }) => {
    const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 12))
    expect(aucOf(estimates, outcomes)).toEqual(close(auc))
    expect(brierOf(estimates, outcomes)).toEqual(close(brier))
  })

  const offers = fc.array(
    fc.record({ estimate: fc.integer({ min: 0, max: 20 }).map(n => n / 20), came: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )

  test('AUC is the share of pairs in the right order, ties half; reversed, the rest', () => {
    fc.assert(
      fc.property(offers, list => {
        const estimates = list.map(({ estimate }) => estimate)
        const outcomes = list.map(({ came }) => came)
        const auc = aucOf(estimates, outcomes)
        const pairs = list
          .filter(({ came }) => came)
          .flatMap(one => list.filter(({ came }) => !came).map(other => one.estimate - other.estimate))
        const right = pairs.reduce(
          (sum, difference) => sum + (difference > 0 ? 1 : difference === 0 ? 0.5 : 0),
          0,
        )
        if (auc === null) {
          expect(pairs).toEqual([])
          return
        }
        expect(auc).toBeCloseTo(right / pairs.length, 10)
        expect(
          aucOf(
            estimates.map(estimate => 1 - estimate),
            outcomes,
          ),
        ).toBeCloseTo(1 - auc, 10)
      }),
    )
  })

  test('calibration puts each offer into one of ten bins', () => {
    fc.assert(
      fc.property(offers, list => {
        const bins = calibrationOf(
          list.map(({ estimate }) => estimate),
          list.map(({ came }) => came),
        )
        expect(bins).toHaveLength(10)
        expect(bins.reduce((sum, { n }) => sum + n, 0)).toBe(list.length)
        for (const { from, to, estimated } of bins) {
          if (estimated === null) continue
          expect(estimated).toBeGreaterThanOrEqual(from)
          expect(estimated).toBeLessThanOrEqual(to)
        }
      }),
    )
  })

  test('a meter tells the base rate beside them', () => {
    const meter = new EstimateMeter()
    meter.add(0.25, true)
    meter.add(0.05, false)
    meter.add(1, false)
    expect(meter.figures()).toEqual({ n: 3, baseRate: 0.333333, auc: 0.5, brier: 0.521667 })
    expect(meter.calibration()[2]).toEqual({ from: 0.2, to: 0.3, n: 1, estimated: 0.25, observed: 1 })
    expect(meter.calibration()[9]).toMatchObject({ n: 1, observed: 0 })
    expect(meter.calibration()[5]).toMatchObject({ n: 0, estimated: null, observed: null })
  })
})

import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { PartnerId, RfiId } from '../domain/ids.ts'
import {
  Ablation,
  ablationMarkOf,
  comparedEvery,
  mostCompared,
  mostRfis,
  placesOf,
  ranksOf,
  tiesIn,
} from './ablation.ts'
import type { RankedRfi } from './ranker.ts'

const id = (place: number) => `p${place}` as PartnerId
const rfiId = 'r' as RfiId
const none: ReadonlySet<PartnerId> = new Set()

describe('ranks', () => {
  test('are those of the pool sorted by score, then tie', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), scores => {
        const pool = scores.map((_, place) => ({ partnerId: id(place) }))
        const tie = tiesIn(rfiId, pool)
        const sorted = Array.from(scores.keys()).sort(
          (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || tie(a) - tie(b),
        )
        const accepted = new Set(pool.map(({ partnerId }) => partnerId))
        const ranks = ranksOf(scores, tie, placesOf(pool, { accepted, won: none }))
        expect(ranks.accepted).toEqual(pool.map((_, place) => sorted.indexOf(place) + 1))
      }),
    )
  })

  test('whoever is not in the pool has none', () => {
    const pool = [{ partnerId: id(0) }]
    const ranks = ranksOf(
      [1],
      () => 0,
      placesOf(pool, { accepted: new Set([id(0), id(1)]), won: new Set([id(1)]) }),
    )
    expect(ranks).toEqual({ accepted: [1, null], won: [null] })
  })
})

/** One that ranks by the sum of its parts. */
function ranked(parts: readonly (readonly number[])[]): RankedRfi {
  const partners = parts.map((own, place) => ({
    partnerId: id(place),
    score: own.reduce((sum, part) => sum + part, 0),
  }))
  const contributions = (place: number) => parts[place] ?? []
  const inFull = () => {
    throw new Error('not asked for')
  }
  return { partners, candidates: parts.length, contributions, inFull, refusalOf: () => 'no-match' }
}

/** Of one RFI. */
function figuresOf(features: readonly string[], parts: readonly (readonly number[])[], right: number) {
  const ablation = new Ablation(features)
  const answers = { accepted: new Set([id(right)]), won: none }
  const mark = ablationMarkOf(features.length, rfiId, ranked(parts), answers)
  if (mark !== null) ablation.add(mark)
  return ablation.figures()
}

describe('what each feature adds', () => {
  test('the order without it, and by it alone', () => {
    // Right is the second: first by `good`, last by `bad`.
    const parts = [
      [0, 9],
      [5, 2],
      [1, 3],
    ]
    const { whole, features } = figuresOf(['good', 'bad'], parts, 1)
    expect(whole.accepted.mrr).toBe(0.5)
    expect(features.good?.alone.accepted.mrr).toBe(1)
    expect(features.good?.without.accepted.mrr).toBe(0.333333)
    expect(features.bad?.alone.accepted.mrr).toBe(0.333333)
    expect(features.bad?.without.accepted.mrr).toBe(1)
    expect(features.bad?.without.won.n).toBe(0)
  })

  test('of many partners the best and the right ones are compared', () => {
    const parts = Array.from({ length: mostCompared + 50 }, (_, place) => [1000 - place])
    expect(figuresOf(['all'], parts, mostCompared + 20).whole.accepted.mrr).toBeCloseTo(
      1 / (mostCompared + 1),
      6,
    )
  })

  test('of many RFIs some', () => {
    expect([0, 1, mostRfis, mostRfis + 1, 5000].map(comparedEvery)).toEqual([1, 1, 1, 2, 3])
  })

  test('nothing where nobody was right', () => {
    expect(ablationMarkOf(1, rfiId, ranked([[1]]), { accepted: none, won: none })).toBeNull()
  })
})

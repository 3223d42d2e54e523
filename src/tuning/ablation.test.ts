import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartnerId, RfiId } from '../domain/ids.ts'
import { Ablation, mostCompared, ranksOf, tiesIn } from './ablation.ts'
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
        const ranks = ranksOf(pool, scores, tie, { accepted, won: none })
        expect(ranks.accepted).toEqual(pool.map((_, place) => sorted.indexOf(place) + 1))
      }),
    )
  })

  test('whoever is not in the pool has none', () => {
    const pool = [{ partnerId: id(0) }]
    const ranks = ranksOf(pool, [1], () => 0, { accepted: new Set([id(0), id(1)]), won: new Set([id(1)]) })
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

describe('what each feature adds', () => {
  test('the order without it, and by it alone', () => {
    const ablation = new Ablation(['good', 'bad'], 1)
    // Right is the second: first by `good`, last by `bad`.
    ablation.add(
      rfiId,
      ranked([
        [0, 9],
        [5, 2],
        [1, 3],
      ]),
      { accepted: new Set([id(1)]), won: none },
    )
    const { whole, features } = ablation.figures()
    expect(whole.accepted.mrr).toBe(0.5)
    expect(features.good?.alone.accepted.mrr).toBe(1)
    expect(features.good?.without.accepted.mrr).toBe(0.333333)
    expect(features.bad?.alone.accepted.mrr).toBe(0.333333)
    expect(features.bad?.without.accepted.mrr).toBe(1)
    expect(features.bad?.without.won.n).toBe(0)
  })

  test('of many partners the best and the right ones are compared', () => {
    const parts = Array.from({ length: mostCompared + 50 }, (_, place) => [1000 - place])
    const ablation = new Ablation(['all'], 1)
    ablation.add(rfiId, ranked(parts), { accepted: new Set([id(mostCompared + 20)]), won: none })
    expect(ablation.figures().whole.accepted.mrr).toBeCloseTo(1 / (mostCompared + 1), 6)
  })

  test('of many RFIs some, evenly spread', () => {
    const ablation = new Ablation(['all'], 5000)
    for (let rfi = 0; rfi < 5000; rfi += 1)
      ablation.add(rfiId, ranked([[1]]), { accepted: new Set([id(0)]), won: none })
    expect(ablation.figures().whole.accepted.n).toBe(1667)
  })
})

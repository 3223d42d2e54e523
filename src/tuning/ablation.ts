import type { PartnerId, RfiId } from '../domain/ids.ts'
import { tieOf } from '../ranking/ties.ts'
import { type RankingFigures, RankingMeter } from './metrics.ts'
import type { RankedRfi } from './ranker.ts'

/** Partners of one RFI that stay in the comparison: the best by the whole score, and the right answers. */
export const mostCompared = 200
/** RFIs compared, evenly spread; as the same ones are put in two orders, these tell differences of well below a hundredth. */
export const mostRfis = 2000

export interface FeatureFigures {
  readonly without: { readonly accepted: RankingFigures; readonly won: RankingFigures }
  readonly alone: { readonly accepted: RankingFigures; readonly won: RankingFigures }
}

export interface AblationFigures {
  /** At most so many partners of an RFI were compared, and the right answers: the same for all that follows. */
  readonly partners: number
  readonly whole: { readonly accepted: RankingFigures; readonly won: RankingFigures }
  readonly features: Readonly<Record<string, FeatureFigures>>
}

/** Of the right answers, from 1; null for one that was not ranked at all. */
export interface Ranks {
  readonly accepted: readonly (number | null)[]
  readonly won: readonly (number | null)[]
}

export interface RightAnswers {
  readonly accepted: ReadonlySet<PartnerId>
  readonly won: ReadonlySet<PartnerId>
}

/** Where the right answers of one RFI stood among the same partners, put in three ways of order. */
export interface AblationMark {
  readonly whole: Ranks
  /** By feature, in the order of the ranker's. */
  readonly features: readonly { readonly without: Ranks; readonly alone: Ranks }[]
}

/** How often an RFI is compared: one of so many. */
export function comparedEvery(rfis: number): number {
  return Math.max(1, Math.ceil(rfis / mostRfis))
}

/** Null where there is no right answer. */
export function ablationMarkOf(
  features: number,
  rfiId: RfiId,
  ranked: RankedRfi,
  right: RightAnswers,
): AblationMark | null {
  if (right.accepted.size === 0 && right.won.size === 0) return null
  const isRight = (partnerId: PartnerId) => right.accepted.has(partnerId) || right.won.has(partnerId)
  const places = Array.from(ranked.partners.keys()).filter(
    place => place < mostCompared || isRight(ranked.partners[place]?.partnerId ?? ('' as PartnerId)),
  )
  const compared = places.flatMap(place => ranked.partners[place] ?? [])
  // By feature, so that one is gone through without a look at the others.
  const parts = Array.from({ length: features }, () => new Float64Array(compared.length))
  for (const [at, place] of places.entries()) {
    const own = ranked.contributions(place)
    for (let feature = 0; feature < features; feature += 1)
      (parts[feature] as Float64Array)[at] = own[feature] ?? 0
  }
  const tie = tiesIn(rfiId, compared)
  const rightPlaces = placesOf(compared, right)
  const scores = Float64Array.from(compared, ({ score }) => score)
  const without = new Float64Array(compared.length)
  return {
    whole: ranksOf(scores, tie, rightPlaces),
    features: parts.map(alone => {
      for (let at = 0; at < without.length; at += 1)
        without[at] = (scores[at] as number) - (alone[at] as number)
      return { alone: ranksOf(alone, tie, rightPlaces), without: ranksOf(without, tie, rightPlaces) }
    }),
  }
}

/**
 * What each feature adds: the order of the same partners by the score less its contribution, and by its contribution alone.
 * The release is not fitted again without it, so this is what it does in this release, not what could be done without it.
 */
export class Ablation {
  readonly #features: readonly (readonly [string, Meters])[]
  readonly #whole = pair()

  constructor(features: readonly string[]) {
    this.#features = features.map(feature => [feature, { without: pair(), alone: pair() }])
  }

  add({ whole, features }: AblationMark): void {
    addRanks(this.#whole, whole)
    for (const [at, [, meters]] of this.#features.entries()) {
      const ranks = features[at]
      if (ranks === undefined) continue
      addRanks(meters.alone, ranks.alone)
      addRanks(meters.without, ranks.without)
    }
  }

  figures(): AblationFigures {
    const features = this.#features.map(([feature, { without, alone }]) => [
      feature,
      { without: both(without), alone: both(alone) },
    ])
    return { partners: mostCompared, whole: both(this.#whole), features: Object.fromEntries(features) }
  }
}

type Meters = Readonly<Record<'without' | 'alone', ReturnType<typeof pair>>>

function addRanks(meters: Meters['alone'], { accepted, won }: Ranks): void {
  meters.accepted.add(accepted)
  meters.won.add(won)
}

function pair() {
  return { accepted: new RankingMeter(), won: new RankingMeter() }
}

function both({ accepted, won }: ReturnType<typeof pair>) {
  return { accepted: accepted.figures(), won: won.figures() }
}

/** What decides among equals, of a partner by its place: worked out when it is first asked for. */
export function tiesIn(
  rfiId: RfiId,
  pool: readonly { readonly partnerId: PartnerId }[],
): (place: number) => number {
  const ties = new Float64Array(pool.length).fill(-1)
  return place => {
    if (ties[place] === -1) ties[place] = tieOf(rfiId, pool[place]?.partnerId ?? '')
    return ties[place] ?? 0
  }
}

/** Places of the right answers in a pool; null for one that is not in it. */
export interface RightPlaces {
  readonly accepted: readonly (number | null)[]
  readonly won: readonly (number | null)[]
}

export function placesOf(
  pool: readonly { readonly partnerId: PartnerId }[],
  { accepted, won }: RightAnswers,
): RightPlaces {
  const places = new Map<PartnerId, number>()
  for (const [place, { partnerId }] of pool.entries())
    if (accepted.has(partnerId) || won.has(partnerId)) places.set(partnerId, place)
  const of = (right: ReadonlySet<PartnerId>) => Array.from(right, partnerId => places.get(partnerId) ?? null)
  return { accepted: of(accepted), won: of(won) }
}

/**
 * Where the right answers stand when their pool is put in the order of `scores`. Nothing is sorted: a rank is one more than
 * the number of those above.
 * @param tie - of the partner at a place: the lower comes first among equal scores
 */
export function ranksOf(
  scores: ArrayLike<number>,
  tie: (place: number) => number,
  { accepted, won }: RightPlaces,
): Ranks {
  const rankOf = (place: number | null) => (place === null ? null : rankAt(place, scores, tie))
  const ranks = accepted.map(rankOf)
  // What was won was accepted before.
  const wonRank = (place: number | null) => {
    const same = place === null ? -1 : accepted.indexOf(place)
    return same === -1 ? rankOf(place) : (ranks[same] ?? null)
  }
  return { accepted: ranks, won: won.map(wonRank) }
}

function rankAt(place: number, scores: ArrayLike<number>, tie: (place: number) => number): number {
  const score = scores[place] ?? 0
  let above = 0
  for (let other = 0; other < scores.length; other += 1) {
    const otherScore = scores[other] as number
    if (otherScore > score) above += 1
    else if (otherScore === score && other !== place && tie(other) < tie(place)) above += 1
  }
  return above + 1
}

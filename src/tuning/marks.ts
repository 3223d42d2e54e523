import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import { day, hour } from '../domain/time.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import {
  Ablation,
  type AblationFigures,
  type AblationMark,
  ablationMarkOf,
  comparedEvery,
  placesOf,
  type Ranks,
  type RightAnswers,
  ranksOf,
  tiesIn,
} from './ablation.ts'
import { answerTimeOf, type Life } from './chronicle.ts'
import {
  type CalibrationBin,
  type EstimateFigures,
  EstimateMeter,
  type RankingFigures,
  RankingMeter,
  rounded,
} from './metrics.ts'
import {
  type Baseline,
  type Chances,
  type EstimateName,
  estimateNames,
  type FeatureParts,
  type RankedRfi,
} from './ranker.ts'

/** One line of `rankings.ndjson`. */
export interface RankingLine {
  readonly rfiId: string
  readonly top: readonly { readonly partnerId: PartnerId; readonly score: number }[]
  /** Offered or answered partners by rank, those refused last. */
  readonly offered: readonly OfferedLine[]
}
export interface OfferedLine {
  readonly partnerId: PartnerId
  readonly rank: number | null
  readonly score: number | null
  readonly estimates: Chances | null
  readonly features: FeatureParts
  /** Only where it was not ranked. */
  readonly refused?: RefusalCode
}

export interface BothFigures {
  readonly accepted: RankingFigures
  readonly won: RankingFigures
}

export interface MarkedFigures {
  readonly ranking: BothFigures
  readonly offered: Readonly<Record<EstimateName, EstimateFigures>>
  readonly candidates: { readonly mean: number | null; readonly unroutable: number }
  readonly calibration: Readonly<Record<EstimateName, readonly CalibrationBin[]>>
  readonly baselines: Readonly<Record<string, BothFigures>>
  readonly ablation: AblationFigures
  /** RFIs by how many candidates they had, in steps that double: 0, 1, 2 to 3, 4 to 7 … */
  readonly candidateCounts: readonly CandidateCount[]
}
export interface CandidateCount {
  readonly from: number
  readonly to: number
  readonly rfis: number
}

export interface MarkOptions {
  /** How many of a ranking are written. */
  readonly depth: number
  /** How many RFIs there will be. */
  readonly rfis: number
  /** Since when a partner is known, ms since 1970; null while it isn't. */
  readonly knownSince: (partnerId: PartnerId) => number | null
}

/** What one ranking was worth: plain data, as it may come from another thread. */
export interface Mark {
  readonly ours: Ranks
  /** By baseline; empty where nobody was right. */
  readonly baselines: readonly Ranks[]
  /** Null where it was not compared. */
  readonly ablation: AblationMark | null
  readonly candidates: number
  /** Estimates of those offered it, and whether they came true. */
  readonly estimates: Readonly<Record<EstimateName, readonly (readonly [number, boolean])[]>>
}

/** Holds rankings against what became of their RFIs. */
export class Marker {
  readonly #features: number
  readonly #baselines: readonly Baseline[]
  readonly #options: MarkOptions

  constructor(features: number, baselines: readonly Baseline[], options: MarkOptions) {
    this.#features = features
    this.#baselines = baselines
    this.#options = options
  }

  /**
   * @param lives - what the log tells of the RFI from beginning to end: the ranking was made without it
   * @param at - of the RFI, ms since 1970
   * @param number - of the RFI among those ranked, from 0
   */
  mark(
    rfi: Rfi,
    at: number,
    ranked: RankedRfi,
    lives: readonly Life[],
    number: number,
  ): { readonly mark: Mark; readonly line: RankingLine } {
    const { depth, knownSince, rfis } = this.#options
    const places = new Map(ranked.partners.map(({ partnerId }, place) => [partnerId, place]))
    // A profile that comes with its first lead gives the answer away.
    const older = lives.filter(({ partnerId }) => (knownSince(partnerId) ?? at) < at)
    const right = {
      accepted: new Set(older.filter(isAccepted).map(({ partnerId }) => partnerId)),
      won: new Set(older.filter(isWon).map(({ partnerId }) => partnerId)),
    }
    const rankOf = (partnerId: PartnerId) => {
      const place = places.get(partnerId)
      return place === undefined ? null : place + 1
    }
    const offered = lives.map(life => offeredLine(life.partnerId, rankOf(life.partnerId), ranked))
    const isCompared = number % comparedEvery(rfis) === 0
    return {
      mark: {
        ours: { accepted: Array.from(right.accepted, rankOf), won: Array.from(right.won, rankOf) },
        baselines: this.#compare(rfi, at, ranked, right),
        ablation: isCompared ? ablationMarkOf(this.#features, rfi.rfiId, ranked, right) : null,
        candidates: ranked.candidates,
        estimates: byEstimate(name => outcomesOf(name, lives, offered)),
      },
      line: {
        rfiId: rfi.rfiId,
        top: ranked.partners.slice(0, depth).map(({ partnerId, score }) => ({ partnerId, score })),
        offered: offered.toSorted(byRank),
      },
    }
  }

  #compare(rfi: Rfi, at: number, { partners }: RankedRfi, right: RightAnswers): readonly Ranks[] {
    if (right.accepted.size === 0 && right.won.size === 0) return []
    const pool = partners.map(({ partnerId }) => partnerId)
    const tie = tiesIn(rfi.rfiId, partners)
    const places = placesOf(partners, right)
    return this.#baselines.map(baseline => ranksOf(baseline.scores(rfi, at, pool), tie, places))
  }
}

/** Adds marks up; in the order of their RFIs, as sums of fractions depend on it. */
export class Marks {
  readonly #baselines: readonly (readonly [string, ReturnType<typeof meters>])[]
  readonly #ours = meters()
  readonly #ablation: Ablation
  readonly #estimates = byEstimate(() => new EstimateMeter())
  readonly #candidates: number[] = []

  /** @param baselines - their names */
  constructor(features: readonly string[], baselines: readonly string[]) {
    this.#baselines = baselines.map(name => [name, meters()])
    this.#ablation = new Ablation(features)
  }

  add({ ours, baselines, ablation, candidates, estimates }: Mark): void {
    this.#ours.accepted.add(ours.accepted)
    this.#ours.won.add(ours.won)
    for (const [at, ranks] of baselines.entries()) {
      const others = this.#baselines[at]?.[1]
      others?.accepted.add(ranks.accepted)
      others?.won.add(ranks.won)
    }
    if (ablation !== null) this.#ablation.add(ablation)
    this.#candidates.push(candidates)
    for (const name of estimateNames)
      for (const [estimate, outcome] of estimates[name]) this.#estimates[name].add(estimate, outcome)
  }

  figures(): MarkedFigures {
    const candidates = this.#candidates
    const sum = candidates.reduce((total, count) => total + count, 0)
    return {
      ranking: figuresOf(this.#ours),
      offered: byEstimate(name => this.#estimates[name].figures()),
      candidates: {
        mean: candidates.length === 0 ? null : rounded(sum / candidates.length),
        unroutable: candidates.filter(count => count === 0).length,
      },
      calibration: byEstimate(name => this.#estimates[name].calibration()),
      baselines: Object.fromEntries(this.#baselines.map(([name, own]) => [name, figuresOf(own)])),
      ablation: this.#ablation.figures(),
      candidateCounts: countsOf(candidates),
    }
  }
}

function outcomesOf(
  name: EstimateName,
  lives: readonly Life[],
  offered: readonly OfferedLine[],
): (readonly [number, boolean])[] {
  return lives.flatMap((life, place) => {
    const estimate = offered[place]?.estimates?.[name]
    const outcome = outcomes[name](life)
    return estimate === undefined || outcome === null ? [] : [[estimate, outcome] as const]
  })
}

/** What came of an offer; null where it isn't over. An offer without an answer went by in silence. */
const outcomes: Readonly<Record<EstimateName, (life: Life) => boolean | null>> = {
  answer1h: life => isAnsweredWithin(life, hour),
  answer24h: life => isAnsweredWithin(life, day),
  accept: isAccepted,
  win: life => (isWon(life) ? true : life.answer === 'accepted' && life.end === null ? null : false),
}

function isAnsweredWithin(life: Life, time: number): boolean {
  return life.answeredAt !== null && answerTimeOf(life, life.answeredAt) <= time
}

function isAccepted({ answer }: Life): boolean {
  return answer === 'accepted'
}

function isWon({ end }: Life): boolean {
  return end === 'won'
}

function offeredLine(partnerId: PartnerId, rank: number | null, ranked: RankedRfi): OfferedLine {
  const partner = rank === null ? undefined : ranked.partners[rank - 1]
  if (rank === null || partner === undefined) {
    const refused = ranked.refusalOf(partnerId)
    return { partnerId, rank: null, score: null, estimates: null, features: {}, refused }
  }
  return { partnerId, rank, score: partner.score, ...ranked.inFull(rank - 1) }
}

function byRank(one: OfferedLine, other: OfferedLine): number {
  const places = (one.rank ?? Number.MAX_SAFE_INTEGER) - (other.rank ?? Number.MAX_SAFE_INTEGER)
  return places || (one.partnerId < other.partnerId ? -1 : 1)
}

function meters() {
  return { accepted: new RankingMeter(), won: new RankingMeter() }
}

function figuresOf({ accepted, won }: ReturnType<typeof meters>): BothFigures {
  return { accepted: accepted.figures(), won: won.figures() }
}

function byEstimate<T>(make: (name: EstimateName) => T): Record<EstimateName, T> {
  return {
    answer1h: make('answer1h'),
    answer24h: make('answer24h'),
    accept: make('accept'),
    win: make('win'),
  }
}

function countsOf(candidates: readonly number[]): CandidateCount[] {
  const most = candidates.reduce((largest, count) => Math.max(largest, count), 0)
  const counts: CandidateCount[] = []
  for (let from = 0; from <= most; from = from === 0 ? 1 : from * 2) {
    const to = from === 0 ? 0 : from * 2 - 1
    counts.push({ from, to, rfis: candidates.filter(count => count >= from && count <= to).length })
  }
  return counts
}

/** The depths at which recall is told. */
export const recallDepths = [1, 3, 5, 10, 20] as const
export type RecallDepth = (typeof recallDepths)[number]

export interface RankingFigures {
  /** RFIs with at least one right answer: what the means are over. */
  readonly n: number
  readonly recall: Readonly<Record<RecallDepth, number | null>>
  readonly mrr: number | null
  readonly ndcg10: number | null
}

/** Adds up, RFI by RFI, how high the right answers stood. */
export class RankingMeter {
  #n = 0
  #reciprocal = 0
  #gain = 0
  readonly #recall = recallDepths.map(() => 0)

  /** @param ranks - of all right answers of one RFI, from 1; null for one that was not ranked at all */
  add(ranks: readonly (number | null)[]): void {
    if (ranks.length === 0) return
    this.#n += 1
    for (const [at, depth] of recallDepths.entries())
      this.#recall[at] = (this.#recall[at] ?? 0) + recallAt(ranks, depth)
    this.#reciprocal += reciprocalRank(ranks)
    this.#gain += ndcgAt(ranks, 10)
  }

  figures(): RankingFigures {
    const mean = (sum: number) => (this.#n === 0 ? null : rounded(sum / this.#n))
    const recall = recallDepths.map((depth, at) => [depth, mean(this.#recall[at] ?? 0)] as const)
    return {
      n: this.#n,
      recall: Object.fromEntries(recall) as Record<RecallDepth, number | null>,
      mrr: mean(this.#reciprocal),
      ndcg10: mean(this.#gain),
    }
  }
}

/** Found in the first k, of all there were to find. */
export function recallAt(ranks: readonly (number | null)[], k: number): number {
  return ranks.filter(rank => rank !== null && rank <= k).length / ranks.length
}

/** 1 / rank of the first right answer; 0 where there is none. */
export function reciprocalRank(ranks: readonly (number | null)[]): number {
  const first = ranks.reduce<number>(
    (least, rank) => Math.min(least, rank ?? least),
    Number.POSITIVE_INFINITY,
  )
  return 1 / first
}

/** Discounted cumulative gain of right (1) and wrong (0) answers, over that of the best order (Järvelin, Kekäläinen 2002). */
export function ndcgAt(ranks: readonly (number | null)[], k: number): number {
  let gain = 0
  for (const rank of ranks) if (rank !== null && rank <= k) gain += 1 / Math.log2(rank + 1)
  let best = 0
  for (let rank = 1; rank <= Math.min(k, ranks.length); rank += 1) best += 1 / Math.log2(rank + 1)
  return gain / best
}

export interface EstimateFigures {
  readonly n: number
  readonly baseRate: number | null
  /** Null where all went the same way. */
  readonly auc: number | null
  readonly brier: number | null
}

/** One tenth of the scale of an estimate, its lower end included, and what came of those estimated so. */
export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly n: number
  /** Mean of the estimates, and the share that came true; null in an empty bin. */
  readonly estimated: number | null
  readonly observed: number | null
}

/** Keeps what was estimated of each offer against what came of it. */
export class EstimateMeter {
  readonly #estimates: number[] = []
  readonly #outcomes: boolean[] = []

  add(estimate: number, outcome: boolean): void {
    this.#estimates.push(estimate)
    this.#outcomes.push(outcome)
  }

  figures(): EstimateFigures {
    const n = this.#estimates.length
    const came = this.#outcomes.filter(Boolean).length
    return {
      n,
      baseRate: n === 0 ? null : rounded(came / n),
      auc: roundedOrNull(aucOf(this.#estimates, this.#outcomes)),
      brier: roundedOrNull(brierOf(this.#estimates, this.#outcomes)),
    }
  }

  calibration(): readonly CalibrationBin[] {
    return calibrationOf(this.#estimates, this.#outcomes)
  }
}

/**
 * The chance that one that came true was estimated higher than one that didn't, a tie counting half: Mann and Whitney's U
 * over the number of pairs, with mean ranks for ties. Null without a pair.
 */
export function aucOf(estimates: readonly number[], outcomes: readonly boolean[]): number | null {
  const order = Array.from(estimates.keys()).sort((a, b) => (estimates[a] ?? 0) - (estimates[b] ?? 0))
  let came = 0
  let rankSum = 0
  for (let from = 0; from < order.length; ) {
    let to = from
    let cameHere = 0
    while (to < order.length && estimates[order[to] ?? 0] === estimates[order[from] ?? 0]) {
      if (outcomes[order[to] ?? 0] === true) cameHere += 1
      to += 1
    }
    rankSum += cameHere * ((from + 1 + to) / 2)
    came += cameHere
    from = to
  }
  const pairs = came * (order.length - came)
  return pairs === 0 ? null : (rankSum - (came * (came + 1)) / 2) / pairs
}

/** Mean squared distance of estimate and outcome (Brier 1950). */
export function brierOf(estimates: readonly number[], outcomes: readonly boolean[]): number | null {
  if (estimates.length === 0) return null
  let sum = 0
  for (const [at, estimate] of estimates.entries()) sum += (estimate - (outcomes[at] === true ? 1 : 0)) ** 2
  return sum / estimates.length
}

const bins = 10

export function calibrationOf(estimates: readonly number[], outcomes: readonly boolean[]): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ n: 0, estimated: 0, came: 0 }))
  for (const [at, estimate] of estimates.entries()) {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.floor(estimate * bins)))]
    if (bin === undefined) continue
    bin.n += 1
    bin.estimated += estimate
    if (outcomes[at] === true) bin.came += 1
  }
  return sums.map(({ n, estimated, came }, at) => ({
    from: at / bins,
    to: (at + 1) / bins,
    n,
    estimated: n === 0 ? null : rounded(estimated / n),
    observed: n === 0 ? null : rounded(came / n),
  }))
}

/** To six places: enough to compare by, and nothing that a machine's last bit could change. */
export function rounded(figure: number): number {
  return Math.round(figure * 1_000_000) / 1_000_000
}

function roundedOrNull(figure: number | null): number | null {
  return figure === null ? null : rounded(figure)
}

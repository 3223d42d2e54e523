import { hour } from '../domain/time.ts'
import { type Counts, totals } from './buckets.ts'
import type { Evidence } from './evidence.ts'
import { one } from './millionths.ts'
import type { Population } from './population.ts'
import { basisOf, hourOf, type Priors, smoothedRate, tallyOf, trialsOf } from './rates.ts'
import type { Release } from './release.ts'
import { basisUnder, type Parts, partnerParts, partnerScore } from './score.ts'
import { trackRecordOf } from './track-record.ts'

export interface Visibility {
  /** Millionths: the part of any score that is the partner's own. */
  readonly visibility: number
  readonly parts: Parts
  readonly weightsId: string
  /** ms since 1970: the whole hour it was read as of. */
  readonly asOf: number
}

/** Means nothing without its release and time, so it carries both. */
export function visibilityOf(
  evidence: Evidence,
  population: Population,
  release: Release,
  now: number,
): Visibility {
  const nowHour = hourOf(now)
  const basis = basisUnder(release, population, nowHour)
  const record = trackRecordOf(evidence, release.parameters.halfLifeDays)
  const { score, tally } = partnerScore(release, record, basis, nowHour)
  const parts = partnerParts(release, tally, basis)
  return { visibility: score, parts, weightsId: release.weightsId, asOf: nowHour * hour }
}

/** A smoothed rate with what it rests on. All millionths; `trials` are decayed counts. */
export interface Rate {
  readonly rate: number
  readonly trials: number
  /** Where the rate lies nineteen times in twenty, given the population's as the expectation. */
  readonly low: number
  readonly high: number
  readonly population: number
}

export interface EvidenceSummary {
  readonly version: number
  /** All that was ever counted, undecayed. */
  readonly counts: Counts
  /** Offers not answered whose time has not passed, and those whose time has although no expiry is in yet. */
  readonly open: number
  readonly pastDue: number
  /** ms; the upper end of the power of two of seconds that half the answers come within. Null without an answer. */
  readonly medianAnswerTime: number | null
  readonly responsiveness: Rate
  readonly acceptance: Rate
  /** More than a tenth of the offers claimed to be spam: the rest of the claims count as declines. */
  readonly spamBeyondTenth: boolean
}

/** What a scorecard shows of one partner against the population, whatever the release weighs. */
export function evidenceSummary(
  evidence: Evidence,
  population: Population,
  release: Release,
  now: number,
): EvidenceSummary {
  const nowHour = hourOf(now)
  const { priors, priorStrength } = basisOf(population, release.parameters, nowHour)
  const tally = tallyOf(evidence, release.parameters.halfLifeDays, nowHour)
  const counts = totals(evidence.buckets)
  const sumOpen = (isDue: boolean) =>
    evidence.open.reduce(
      (sum, { expiresHour, count }) => sum + (expiresHour <= nowHour === isDue ? count : 0),
      0,
    )
  return {
    version: evidence.version,
    counts,
    open: sumOpen(false),
    pastDue: sumOpen(true),
    medianAnswerTime: medianOf(evidence.answerTimes),
    responsiveness: rateOf(
      tally.answeredInDay,
      tally.answeredInDay + tally.silent,
      priors.responsiveness,
      priorStrength,
    ),
    acceptance: rateOf(tally.accepted, tally.accepted + tally.refused, priors.acceptance, priorStrength),
    spamBeyondTenth: (counts.declinedSpam ?? 0) * 10 > (counts.offered ?? 0),
  }
}

export type Rates = Readonly<Record<keyof Priors, Rate>>

/** Every rate that features and estimates start from, each beside the population's. For people: it is sent nowhere. */
export function ratesOf(evidence: Evidence, population: Population, release: Release, now: number): Rates {
  const nowHour = hourOf(now)
  const { priors, priorStrength } = basisOf(population, release.parameters, nowHour)
  const trials = trialsOf(tallyOf(evidence, release.parameters.halfLifeDays, nowHour))
  const names = Object.keys(priors) as (keyof Priors)[]
  return Object.fromEntries(
    names.map(name => [name, rateOf(trials[name][0], trials[name][1], priors[name], priorStrength)]),
  ) as Rates
}

/** Wilson's score interval (1927) around the smoothed rate, its prior counted as so many trials. */
function rateOf(successes: number, trials: number, prior: number, strength: number): Rate {
  const rate = smoothedRate(successes, trials, prior, strength)
  const z = 1.96
  const n = trials / one + strength
  if (n === 0) return { rate, trials, low: 0, high: one, population: prior }
  const p = rate / one
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const reach = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const within = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * one)
  return { rate, trials, low: within(middle - reach), high: within(middle + reach), population: prior }
}

function medianOf(answerTimes: readonly number[]): number | null {
  const total = answerTimes.reduce((sum, count) => sum + count, 0)
  let below = 0
  for (const [slot, count] of answerTimes.entries()) {
    below += count
    if (count > 0 && below * 2 >= total) return 2 ** slot * 1000
  }
  return null
}

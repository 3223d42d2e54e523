import { hour } from '../domain/time.ts'
import { type Counter, dayOf } from './buckets.ts'
import type { Evidence } from './evidence.ts'
import { one } from './millionths.ts'
import type { Population } from './population.ts'
import { decay, sumIn, type TrackRecord, trackRecordOf } from './track-record.ts'

/** A release's say in how evidence is read. */
export interface Parameters {
  readonly halfLifeDays: number
  /** How many offers' worth the population's rate weighs against a partner's own. */
  readonly priorStrength: number
}

/** Decayed counts in millionths: what a partner (or the population) has done, older things counting less. */
export interface Tally {
  readonly offered: number
  readonly answered: number
  readonly answeredInHour: number
  readonly answeredInDay: number
  /** Left unanswered until after the expiry although somebody was notified. */
  readonly silent: number
  readonly accepted: number
  /** For whatever reason, spam aside. */
  readonly declined: number
  /** Declined for reasons that count in the acceptance rate: other, and spam beyond a tenth of the offers. */
  readonly refused: number
  readonly won: number
  readonly lost: number
  /** Accepted deals whose value and closing date are told. */
  readonly reported: number
  /** Days since the latest deal it accepted was routed; null before the first. Whole, not decayed. */
  readonly sinceDeal: number | null
  /** Offers waiting for an answer, their time not passed. A plain count. */
  readonly waiting: number
}

/** What all partners' rates lean on under one release at one time. Rates and sums in millionths. */
export interface Basis {
  readonly priorStrength: number
  readonly priors: Priors
  /** Sum of all partners' `dealsOf`. */
  readonly deals: number
  /** Partners that ever accepted anything. */
  readonly partners: number
}

/** The population's own rates: of features, and of what is estimated. */
export interface Priors {
  readonly responsiveness: number
  readonly answerSpeed: number
  readonly acceptance: number
  readonly reporting: number
  readonly wins: number
  readonly answer1h: number
  readonly answer24h: number
  readonly accept: number
  readonly win: number
}

/** Time is read by the hour: rates stay as they are within one. */
export function hourOf(now: number): number {
  return Math.floor(now / hour)
}

export function tallyOf(
  evidence: Pick<Evidence, 'version' | 'buckets' | 'open'>,
  halfLifeDays: number,
  nowHour: number,
): Tally {
  return tallyIn(trackRecordOf(evidence, halfLifeDays), nowHour)
}

export function populationTally(population: Population, halfLifeDays: number, nowHour: number): Tally {
  const { version, buckets } = population
  return tallyOf({ version, buckets, open: [] }, halfLifeDays, nowHour)
}

export function tallyIn(record: TrackRecord, nowHour: number): Tally {
  const { halfLifeDays, latestDay, lastDeal, open } = record
  const today = dayOf(nowHour * hour)
  // All decay alike: sums as of the latest day are sums as of any later one, but for one factor.
  const since = decay(today - latestDay, halfLifeDays)
  const of = (counter: Counter) => Math.round(sumIn(record, counter) * since)
  let pastDue = 0
  let waiting = 0
  // Thousands may be open, and neighbours are mostly of the same day.
  let routedDay = Number.NaN
  let weight = 0
  for (const { routedHour, expiresHour, count } of open) {
    if (expiresHour > nowHour) waiting += count
    else {
      const day = dayOf(routedHour * hour)
      if (day !== routedDay) weight = decay(today - day, halfLifeDays)
      routedDay = day
      pastDue += Math.round(one * count * weight)
    }
  }
  const offered = of('offered')
  const sinceDeal = lastDeal === null ? null : Math.max(0, today - lastDeal)
  const excusedSpam = Math.min(of('declinedSpam'), Math.floor(offered / 10))
  return {
    offered,
    answered: of('answered'),
    answeredInHour: of('answeredInHour'),
    answeredInDay: of('answeredInDay'),
    silent: Math.max(0, of('silent') + pastDue),
    accepted: of('accepted'),
    declined: of('declinedFit') + of('declinedCustomer') + of('declinedOther'),
    refused: of('declinedOther') + of('declinedSpam') - excusedSpam,
    won: of('won'),
    lost: of('lostFit') + of('lostCustomer') + of('lostOther'),
    reported: of('reported'),
    sinceDeal,
    waiting: Math.max(0, waiting),
  }
}

/** A deal won counts half as much again as one accepted: millionths of a deal. */
export function dealsOf({ accepted, won }: { readonly accepted: number; readonly won: number }): number {
  return accepted + Math.round(won / 2)
}

/**
 * The mean of a beta posterior, `(successes + prior × strength) / (trials + strength)`, in millionths. Successes, trials
 * and prior come in millionths. Both parts of the fraction are whole numbers, so one more success never lowers the rate
 * and one more failure never raises it, not even by rounding.
 */
export function smoothedRate(successes: number, trials: number, prior: number, strength: number): number {
  const total = trials + Math.round(strength * one)
  if (total <= 0) return prior
  return Math.round(((successes + Math.round(strength * prior)) / total) * one)
}

/** Successes and trials of each rate, from one tally: the features' own, and those of what is estimated. */
export function trialsOf(tally: Tally): Readonly<Record<keyof Priors, readonly [number, number]>> {
  const { answeredInHour, answeredInDay, silent, accepted, declined, refused, won, lost, reported } = tally
  const credit = speedCredit(tally)
  const closed = accepted + declined + silent
  return {
    responsiveness: [answeredInDay, answeredInDay + silent],
    answerSpeed: [credit, credit + silent],
    acceptance: [accepted, accepted + refused],
    reporting: [reported + won + lost, 2 * accepted],
    wins: [won, won + lost],
    answer1h: [answeredInHour, closed],
    answer24h: [answeredInDay, closed],
    accept: [accepted, closed],
    win: [won, won + lost + declined + silent],
  }
}

/** An answer within the hour counts in full, within a day half. A later one counts nothing, and costs nothing. */
export function speedCredit({
  answeredInHour,
  answeredInDay,
}: Pick<Tally, 'answeredInHour' | 'answeredInDay'>): number {
  return Math.round((answeredInHour + answeredInDay) / 2)
}

const evenPrior = one / 2

/** With no history at all the population's rates are an even half, worth two offers. */
export function basisOf(population: Population, parameters: Parameters, nowHour: number): Basis {
  const tally = populationTally(population, parameters.halfLifeDays, nowHour)
  const trials = trialsOf(tally)
  const prior = (name: keyof Priors) => smoothedRate(trials[name][0], trials[name][1], evenPrior, 2)
  return {
    priorStrength: parameters.priorStrength,
    priors: {
      responsiveness: prior('responsiveness'),
      answerSpeed: prior('answerSpeed'),
      acceptance: prior('acceptance'),
      reporting: prior('reporting'),
      wins: prior('wins'),
      answer1h: prior('answer1h'),
      answer24h: prior('answer24h'),
      accept: prior('accept'),
      win: prior('win'),
    },
    deals: dealsOf(tally),
    partners: population.partners,
  }
}

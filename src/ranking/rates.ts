import { hour } from '../domain/time.ts'
import { type Buckets, type Counter, datedCounts, dayOf } from './buckets.ts'
import type { Evidence, OpenOffers } from './evidence.ts'
import { one } from './millionths.ts'
import type { Population } from './population.ts'

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
  /** Declined for reasons that count in the acceptance rate: other, and spam beyond a tenth of the offers. */
  readonly refused: number
  readonly won: number
  readonly lost: number
}

/** What all partners' rates lean on under one release at one time. */
export interface Basis {
  readonly priorStrength: number
  /** The population's rates, millionths. */
  readonly priors: { readonly responsiveness: number; readonly acceptance: number }
}

/** Time is read by the hour: rates stay as they are within one. */
export function hourOf(now: number): number {
  return Math.floor(now / hour)
}

export function tallyOf(evidence: Evidence, halfLifeDays: number, nowHour: number): Tally {
  return tally(evidence.buckets, evidence.open, halfLifeDays, nowHour)
}

export function populationTally(population: Population, halfLifeDays: number, nowHour: number): Tally {
  return tally(population.buckets, [], halfLifeDays, nowHour)
}

function tally(buckets: Buckets, open: readonly OpenOffers[], halfLifeDays: number, nowHour: number): Tally {
  const today = dayOf(nowHour * hour)
  const sums = new Map<Counter, number>()
  for (const { at, counts } of datedCounts(buckets)) {
    const weight = decay(today - at, halfLifeDays)
    for (const counter in counts) {
      const name = counter as Counter
      sums.set(name, (sums.get(name) ?? 0) + (counts[name] ?? 0) * weight)
    }
  }
  const of = (counter: Counter) => sums.get(counter) ?? 0
  let pastDue = 0
  for (const { routedHour, expiresHour, count } of open) {
    if (expiresHour > nowHour) break
    pastDue += count * decay(today - dayOf(routedHour * hour), halfLifeDays)
  }
  const excusedSpam = Math.min(of('declinedSpam'), Math.floor(of('offered') / 10))
  return {
    offered: of('offered'),
    answered: of('answered'),
    answeredInHour: of('answeredInHour'),
    answeredInDay: of('answeredInDay'),
    silent: Math.max(0, of('silent') + pastDue),
    accepted: of('accepted'),
    refused: of('declinedOther') + of('declinedSpam') - excusedSpam,
    won: of('won'),
    lost: of('lostFit') + of('lostCustomer') + of('lostOther'),
  }
}

/** Millionths: `2^(−age / half-life)`, whole days; what lies ahead counts in full. */
function decay(ageDays: number, halfLifeDays: number): number {
  return ageDays <= 0 ? one : Math.round(one * 2 ** (-ageDays / halfLifeDays))
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

const evenPrior = one / 2

/** With no history at all the population's rates are an even half, worth two offers. */
export function basisOf(population: Population, parameters: Parameters, nowHour: number): Basis {
  const { answeredInDay, silent, accepted, refused } = populationTally(
    population,
    parameters.halfLifeDays,
    nowHour,
  )
  return {
    priorStrength: parameters.priorStrength,
    priors: {
      responsiveness: smoothedRate(answeredInDay, answeredInDay + silent, evenPrior, 2),
      acceptance: smoothedRate(accepted, accepted + refused, evenPrior, 2),
    },
  }
}

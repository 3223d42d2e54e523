import type { FullPair, Pair } from './feature.ts'
import { askedFigures, dampingOf, type TermTally } from './likeness.ts'
import { LogSum } from './log-sum.ts'
import { inMillionths, one } from './millionths.ts'
import { smoothedRate, trialsOf } from './rates.ts'

export const estimated = ['answer1h', 'answer24h', 'accept', 'win'] as const
export type Estimated = (typeof estimated)[number]

/** A chance, and what it rests on. Millionths; `own` are the partner's decayed offers, `such` those like this one. */
export interface Estimate {
  readonly chance: number
  /** The partner's own rate, whatever the request, leaning on the population's. */
  readonly rate: number
  readonly population: number
  readonly own: number
  readonly such: number
}
export type Estimates = Readonly<Record<Estimated, Estimate>>

/** What is counted under a term for each: successes and trials. */
const underTerm: Readonly<Record<Estimated, (tally: TermTally) => readonly [number, number]>> = {
  answer1h: tally => [tally.answeredInHour, tally.closed],
  answer24h: tally => [tally.answeredInDay, tally.closed],
  accept: tally => [tally.accepted, tally.closed],
  win: tally => [tally.won, tally.ended],
}

/**
 * Answers' worth that a partner's rate weighs against what it did under one term; and the population's against all did. One
 * answer counts under each of its terms, so a small figure here makes estimates surer of themselves than they may be.
 */
const strength = 10
const populationStrength = 20
/** Terms of one request come together, so each tells part of what it would alone. */
const termShare = 0.3
const populationShare = 0.15

/**
 * The chances that a partner, asked, answers within 1 h and 24 h, accepts, and wins. Each starts from its own smoothed rate
 * and moves, in the logit, by what its answers under each of the RFI's terms say beyond it, and by what everybody's say
 * beyond everybody's. Built from counts alone, nothing fitted.
 */
export function estimatesOf(pair: FullPair): Estimates {
  return {
    answer1h: estimateOf('answer1h', pair),
    answer24h: estimateOf('answer24h', pair),
    accept: estimateOf('accept', pair),
    win: estimateOf('win', pair),
  }
}

function estimateOf(name: Estimated, pair: FullPair): Estimate {
  const { tally, basis, askedBefore, likeness } = pair
  const population = basis.priors[name]
  const [successes, trials] = trialsOf(tally)[name]
  const rate = smoothedRate(successes, trials, population, Math.max(basis.priorStrength, 1))
  const damping = dampingOf(askedBefore.terms.length)
  const ofAll = new LogSum()
  for (const term of askedBefore.terms) {
    const [good, tried] = underTerm[name](term)
    ofAll.add(beyond(good, tried, population, populationStrength))
  }
  const own = new LogSum()
  let such = 0
  for (const term of likeness.terms) {
    const [good, tried] = underTerm[name](term)
    own.add(beyond(good, tried, rate, strength))
    such = Math.max(such, tried)
  }
  const moved = logit(rate / one) + damping * (termShare * own.total + populationShare * ofAll.total)
  const chance = Math.round(one / (1 + Math.exp(-moved)))
  // Nothing is certain: a chance of 0 or 1 could never be held against what happened.
  return { chance: Math.min(one - 1, Math.max(1, chance)), rate, population, own: trials, such }
}

const mostSure = 970_000

/** By what factor, in odds, what was counted under a term passes the rate it leans on. */
function beyond(successes: number, trials: number, rate: number, worth: number): number {
  if (trials <= 0) return 1
  return odds((successes + worth * rate) / (trials + worth * one)) / odds(rate / one)
}

function logit(share: number): number {
  return Math.log(odds(share))
}

function odds(share: number): number {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, share))
  return inside / (1 - inside)
}

/**
 * How far what a partner accepts under the RFI's terms stands from what it accepts at all, in the logit; millionths. A
 * decline for a reason of fit counts in the second alone: it lifts what the partner does accept, and lowers nothing, neither
 * while silence would not have counted yet nor where it never would.
 */
export function acceptanceOfSuch(pair: Pair): { readonly shift: number; readonly accepts: number } {
  const { tally, basis, askedBefore, likeness } = pair
  const [successes, trials] = trialsOf(tally).accept
  const rate = smoothedRate(successes, trials, basis.priors.accept, Math.max(basis.priorStrength, 1))
  const own = new LogSum()
  // Who accepts all but everything shows no appetite by it: between 97 and 99 of 100 there is nothing to tell.
  const sure = Math.min(mostSure, Math.max(one - mostSure, rate))
  const most = odds(mostSure / one) / odds(sure / one)
  for (const term of likeness.terms)
    own.add(Math.min(most, beyond(term.accepted, term.fitting, sure, strength)))
  const shift = dampingOf(askedFigures(askedBefore, basis.deals).dealt) * termShare * own.total
  return {
    shift: inMillionths(shift),
    accepts: Math.round(one / (1 + Math.exp(-(logit(rate / one) + shift)))),
  }
}

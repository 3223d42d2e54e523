import type { Term } from '../matching/terms.ts'
import { one } from './millionths.ts'
import { type Basis, dealsOf } from './rates.ts'

/** Decayed counts of what was answered under a term, millionths. */
export interface TermTally {
  readonly accepted: number
  /** Accepted, declined (spam aside) or left until after the expiry. */
  readonly closed: number
  readonly answeredInHour: number
  readonly answeredInDay: number
  readonly won: number
  /** Won, lost, declined or silent: whatever is over. */
  readonly ended: number
  /** `closed` less what was declined for a reason of fit. */
  readonly fitting: number
}
export const termCounts = [
  'accepted',
  'closed',
  'answeredInHour',
  'answeredInDay',
  'won',
  'ended',
  'fitting',
] as const

/** A term of the RFI that anybody has answered under, with the sums over all partners. */
export interface KnownTerm extends TermTally {
  readonly term: Term
}

/** A band of money near the RFI's budget, and how near: millionths, 1,000,000 at its middle. */
export interface KnownBand extends TermTally {
  readonly term: Term
  readonly nearness: number
}

/** What all partners' likeness to one RFI has in common. */
export interface AskedBefore {
  readonly terms: readonly KnownTerm[]
  readonly bands: readonly KnownBand[]
}

/** What one partner has done under the terms of an RFI: of `AskedBefore`, by place. Those it hasn't met are left out. */
export interface Likeness {
  readonly terms: readonly (TermTally & { readonly at: number })[]
  readonly bands: readonly { readonly at: number; readonly accepted: number; readonly won: number }[]
}

/** Of a likeness, what scores read; the rest is for estimates. */
export interface Deals {
  readonly terms: readonly (Pick<TermTally, 'accepted' | 'won' | 'fitting'> & { readonly at: number })[]
  readonly bands: Likeness['bands']
}

export const noLikeness: Likeness = { terms: [], bands: [] }

/**
 * How many deals' worth the partner's share of everything weighs against what it did under one term. As
 * `priorStrength` of rates, but it is a count of the term's deals.
 */
export const termStrength = 12
/** What somebody without any deal is given, in deals, when its share of everything is reckoned. */
const newcomersDeals = one / 2

/** The share of all deals that a partner has, from 0 to 1, a newcomer's never being quite 0. */
export function shareOfDeals(
  deals: number,
  { deals: all, partners }: Pick<Basis, 'deals' | 'partners'>,
): number {
  return (deals + newcomersDeals) / (all + newcomersDeals * (partners + 1))
}

/** ln of how much rarer a term is than any: the less often a kind of deal is made, the more it says. */
export function rarity({ accepted, won }: Pick<TermTally, 'accepted' | 'won'>, all: number): number {
  const deals = dealsOf({ accepted, won })
  return deals <= 0 ? 0 : Math.log(1 + Math.max(deals, all) / deals)
}

/**
 * Many terms tell little more than twelve do, as words of one text come together: a long text must not outweigh
 * everything else.
 */
export function dampingOf(terms: number): number {
  return Math.min(1, mostIndependent / Math.max(1, terms))
}
const mostIndependent = 12

/** What features reckon with for every partner alike. */
export interface AskedFigures {
  /** Terms that anybody made a deal under. */
  readonly dealt: number
  /** By term: `rarity`, squared. */
  readonly squares: readonly number[]
  readonly squaresTotal: number
  /** Of everybody's deals, the share that is about as large as the budget; 0 when nothing is known of it. */
  readonly usual: number
}

const figures = new WeakMap<AskedBefore, { readonly deals: number; readonly figures: AskedFigures }>()

/** @param deals - of all partners, millionths */
export function askedFigures(asked: AskedBefore, deals: number): AskedFigures {
  const known = figures.get(asked)
  if (known?.deals === deals) return known.figures
  const squares = asked.terms.map(term => rarity(term, deals) ** 2)
  const near = asked.bands.reduce((sum, band) => sum + (band.nearness / one) * dealsOf(band), 0)
  const made: AskedFigures = {
    dealt: asked.terms.filter(term => dealsOf(term) > 0).length,
    squares,
    squaresTotal: squares.reduce((sum, square) => sum + square, 0),
    usual: deals <= 0 ? 0 : near / deals,
  }
  figures.set(asked, { deals, figures: made })
  return made
}

import type { Money } from '../domain/money.ts'
import { foldText, normalizeRegion } from '../domain/regions.ts'
import type { Channel, Need } from '../domain/rfi.ts'
import type { CompanySize } from '../domain/sizes.ts'
import { languagesOf } from '../matching/language.ts'
import { formsOfNeed, type Term } from '../matching/terms.ts'

/** What of an RFI a partner's interest is learnt by: the same at routing and, from `referral.routed`, at the answer. */
export interface Ask {
  readonly channel: Channel
  readonly customer: {
    readonly country: string
    readonly region: string | null
    readonly size: CompanySize | null
    readonly locale: string | null
  }
  readonly need: Need
  readonly budget: Money | null
}

/**
 * What deals were like: the need's own terms, a keyword of several words whole as well (`phrase:…`), and `size:…`,
 * `region:…`, `channel:…`, `budget:<currency>:<band>`.
 */
export interface AskedTerms {
  readonly terms: readonly Term[]
  /** Null without a budget. */
  readonly budget: Budget | null
}

/** A sum of money by its size: bands are half octaves, so that 40,000 and 50,000 lie in the same or the next one. */
export interface Budget {
  readonly currency: string
  /** `2 · log2(amount)`: the band is its whole part. */
  readonly position: number
}

/** More says no more about what kind of deal it is, and every one is counted for every answer. Ids and the title come first. */
const mostTerms = 48

export function askedTerms(ask: Ask): AskedTerms {
  const { country, region, size, locale } = ask.customer
  const { keywords, description } = ask.need
  const languages = languagesOf(country, locale)
  const found = new Set<Term>()
  for (const keyword of keywords) {
    const phrase = foldText(keyword)
    if (phrase.includes(' ')) found.add(`phrase:${phrase}`)
  }
  for (const [canonical] of formsOfNeed({ ...ask.need, description: null }, languages)) found.add(canonical)
  // Of a long description the beginning has to do.
  if (found.size < mostTerms && description !== null)
    for (const [canonical] of formsOfNeed({ ...ask.need, title: null, keywords: [] }, languages))
      found.add(canonical)
  const place = region === null ? null : normalizeRegion(country, region) || null
  return {
    terms: [
      ...[...found].slice(0, mostTerms),
      `channel:${ask.channel}`,
      ...(size === null ? [] : [`size:${size}`]),
      ...(place === null ? [] : [`region:${place}`]),
    ],
    budget: ask.budget === null ? null : budgetOf(ask.budget),
  }
}

/** Null for a sum that is not above zero. */
export function budgetOf({ amount, currency }: Money): Budget | null {
  const position = 2 * Math.log2(Number(amount))
  return Number.isFinite(position) ? { currency, position } : null
}

/** Whether a term says what is needed, and not just who asks and how: only by such are partners found. */
export function isOfNeed(term: Term): boolean {
  return !/^(?:channel|size|region|budget):/.test(term)
}

export function bandTerm(currency: string, band: number): Term {
  return `budget:${currency}:${band}`
}

/** The terms an answer is counted under: those asked, and the budget's band. */
export function countedTerms({ terms, budget }: AskedTerms): readonly Term[] {
  return budget === null ? terms : [...terms, bandTerm(budget.currency, Math.floor(budget.position))]
}

import type { PartnerId } from '../../domain/ids.ts'
import type { Rfi } from '../../domain/rfi.ts'
import { day } from '../../domain/time.ts'
import type { Baseline } from '../ranker.ts'
import { FadingClock } from './forward-decay.ts'
import { Numbered, Sums } from './numbered.ts'
import { termsOf } from './terms.ts'

/** How many of the latest accepted RFIs are compared. */
const mostRemembered = 2000
/** A term of more than this share of them tells next to nothing, and looking at it takes the longest. */
const mostCommon = 0.25
const alwaysLookedAt = 50
const halfLife = 365 * day
/** Of ln budget: twice or half the sum is still much the same deal. */
const budgetSpread = Math.LN2 * 1.5

interface Remembered {
  readonly rfi: Rfi
  readonly terms: number
  readonly money: Money
  /** By number. */
  readonly partners: number[]
  /** What it counts for its age, in the clock's measure. */
  weight: number
}

/**
 * The RFIs a partner accepted, each as much as it is like this one: shared terms, rarer ones more (over the root of both
 * lengths), times its recency, times how near its budget is, a bell over ln of the sum.
 */
export function textOverlap(): Baseline {
  const clock = new FadingClock(halfLife)
  const remembered: Remembered[] = []
  const byRfi = new Map<Rfi, Remembered>()
  const byTerm = new Map<string, number[]>()
  let first = 0
  /** Of the RFI at hand, by the last bits of the place; all 0 in between. A power of two holds all that are remembered. */
  const shared = new Float64Array(2 ** Math.ceil(Math.log2(mostRemembered + 1)))
  const lastBits = shared.length - 1
  /** Places of which something is in `shared`. */
  const met = new Int32Array(mostRemembered + 1)
  const partners = new Numbered<PartnerId>()
  const sums = new Sums()

  const remember = (rfi: Rfi): Remembered => {
    const terms = termsOf(rfi)
    const made = { rfi, terms: terms.length, money: logBudget(rfi), partners: [], weight: 0 }
    for (const term of terms) {
      const places = byTerm.get(term)
      if (places === undefined) byTerm.set(term, [remembered.length])
      else places.push(remembered.length)
    }
    remembered.push(made)
    byRfi.set(rfi, made)
    if (remembered.length - first > mostRemembered) {
      const oldest = remembered[first]
      if (oldest !== undefined) byRfi.delete(oldest.rfi)
      first += 1
    }
    return made
  }

  return {
    name: 'text overlap',
    how: `shared terms with the ${mostRemembered.toLocaleString('en')} latest accepted RFIs, times recency, times nearness of budget`,
    learn({ type, life: { partnerId, rfi } }, at) {
      if (type !== 'accepted') return
      const found = byRfi.get(rfi) ?? remember(rfi)
      found.partners.push(partners.of(partnerId))
      found.weight = clock.weight(at)
    },
    scores(rfi, _at, pool) {
      const terms = termsOf(rfi)
      const money = logBudget(rfi)
      let metCount = 0
      for (const term of terms) {
        const places = byTerm.get(term)
        if (places === undefined) continue
        // What is too old is dropped where it is met.
        const old = places.findIndex(place => place >= first)
        if (old !== 0) places.splice(0, old === -1 ? places.length : old)
        const others = remembered.length - first
        if (places.length > Math.max(alwaysLookedAt, others * mostCommon)) continue
        const rarity = Math.log(1 + others / places.length)
        for (const place of places) {
          const slot = place & lastBits
          const before = shared[slot] ?? 0
          if (before === 0) met[metCount++] = place
          shared[slot] = before + rarity
        }
      }
      sums.clear()
      for (let at = 0; at < metCount; at += 1) {
        const place = met[at] ?? 0
        const past = remembered[place]
        const overlap = shared[place & lastBits] ?? 0
        shared[place & lastBits] = 0
        if (past === undefined) continue
        const likeness = overlap ** 2 / (terms.length * past.terms)
        const weight = likeness * past.weight * budgetFit(money, past)
        for (const partner of past.partners) sums.add(partner, weight)
      }
      return pool.map(partnerId => sums.at(partners.of(partnerId)))
    },
  }
}

interface Money {
  readonly currency: string | null
  /** ln of the sum; NaN without a budget, or one of nothing. */
  readonly log: number
}

function logBudget({ budget }: Rfi): Money {
  const log = budget === null ? Number.NaN : Math.log(Number(budget.amount))
  return { currency: budget?.currency ?? null, log: Number.isFinite(log) ? log : Number.NaN }
}

/** 1 for the same sum, and where nothing can be said: no budget, or another currency. */
function budgetFit(one: Money, { money: other }: Remembered): number {
  if (one.currency !== other.currency || Number.isNaN(one.log) || Number.isNaN(other.log)) return 1
  return Math.exp(-0.5 * ((one.log - other.log) / budgetSpread) ** 2)
}

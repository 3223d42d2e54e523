import type { PartnerId } from '../../domain/ids.ts'
import { day } from '../../domain/time.ts'
import type { Baseline } from '../ranker.ts'
import { FadingClock } from './forward-decay.ts'
import { Numbered, Sums } from './numbered.ts'
import { termsOf } from './terms.ts'

/** Accepts' worth that any term has with any partner beforehand, and how many such terms there are taken to be. */
const smoothing = 0.1
const smoothedTerms = 300
/** Accepts' worth of somebody without any. */
const newcomer = 0.01
const halfLifeDays = 365

/**
 * Naive Bayes of partner given the terms of the RFI: `ln P(partner) + Σ ln P(term | partner)`, of what partners accepted,
 * smoothed as Laplace did, older accepts fading.
 */
export function naiveBayes(): Baseline {
  const clock = new FadingClock(halfLifeDays * day)
  const partners = new Numbered<PartnerId>()
  const accepted = new Sums()
  const byTerm = new Map<string, Sums>()
  /** Of the RFI at hand, by partner. */
  const more = new Sums()
  return {
    name: 'naive Bayes',
    how: `naive Bayes of partner given the RFI's terms, half as much for each ${halfLifeDays} days of age`,
    learn({ type, life: { partnerId, rfi } }, at) {
      if (type !== 'accepted') return
      const weight = clock.weight(at)
      const partner = partners.of(partnerId)
      accepted.add(partner, weight)
      for (const term of termsOf(rfi)) {
        const counted = byTerm.get(term) ?? new Sums()
        counted.add(partner, weight)
        byTerm.set(term, counted)
      }
    },
    scores(rfi, at, pool) {
      const now = clock.now(1, at)
      let met = 0
      more.clear()
      for (const term of termsOf(rfi)) {
        const counted = byTerm.get(term)
        if (counted === undefined) continue
        // P(term | partner) = (own with it + smoothing) / (own + smoothing · terms): the numerator's change, for those that met it.
        met += 1
        for (let partner = 0; partner < counted.length; partner += 1) {
          const count = counted.at(partner)
          if (count > 0) more.add(partner, Math.log(1 + (count * now) / smoothing))
        }
      }
      return pool.map(partnerId => {
        const partner = partners.of(partnerId)
        const own = accepted.at(partner) * now
        const likelihood = more.at(partner) - met * Math.log(own + smoothing * smoothedTerms)
        return Math.log(own + newcomer) + likelihood
      })
    },
  }
}

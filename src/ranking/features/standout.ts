import { asValue, type PairFeature } from '../feature.ts'
import { shareOfDeals, termStrength } from '../likeness.ts'
import { one } from '../millionths.ts'
import { dealsOf } from '../rates.ts'

/** ln of how far a share can be passed: a partner of one deal in 150,000 that makes all deals under a term. */
const most = 12

/**
 * The one thing asked for that the partner stands out in: the most by which its share of a term's deals passes its share of
 * all deals, as a ratio, `ln((deals + strength · share) / (all deals of the term + strength) / share)`.
 */
export const standout: PairFeature<'standout', { readonly lift: number }> = {
  name: 'standout',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: 0,
  inputs: ({ likeness, askedBefore, tally, basis }) => {
    const share = shareOfDeals(dealsOf(tally), basis)
    let best = 1
    for (const term of likeness.terms) {
      const everybody = askedBefore.terms[term.at]
      if (everybody === undefined) continue
      const deals = dealsOf(term)
      const own = deals / one + termStrength * share
      const all = Math.max(deals, dealsOf(everybody)) / one + termStrength
      best = Math.max(best, own / all / share)
    }
    return { lift: Math.round(one * Math.log(best)) }
  },
  value: ({ lift }) => asValue(lift / one / most),
  reason: ({ lift }) =>
    lift <= 0
      ? 'More deals than its share in none of the things asked for.'
      : `In one of the things asked for it has ${inTimes(Math.exp(lift / one))} times its share of the deals.`,
}

function inTimes(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio))
}

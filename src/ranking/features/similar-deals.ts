import { asValue, type PairFeature } from '../feature.ts'
import { askedFigures, dampingOf, shareOfDeals, termStrength } from '../likeness.ts'
import { LogSum } from '../log-sum.ts'
import { inMillionths, one } from '../millionths.ts'
import { dealsOf } from '../rates.ts'

/** As much as anybody's deals can speak for a request, in units of ln: twelve terms that all deals of one kind lie under. */
const most = 80

/**
 * How much more often the partner made deals under the RFI's terms than its share of all deals would have it: over the
 * terms, the sum of `ln(1 + deals under the term / (strength · share))`. That is naive Bayes' ratio of likelihoods (the
 * chance of the partner given the term, smoothed towards its share of everything) less what is the same for all.
 */
export const similarDeals: PairFeature<
  'similarDeals',
  { readonly gain: number; readonly met: number; readonly asked: number }
> = {
  name: 'similarDeals',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: 0,
  inputs: ({ likeness, askedBefore, tally, basis }) => {
    const expected = termStrength * one * shareOfDeals(dealsOf(tally), basis)
    const gain = new LogSum()
    let met = 0
    for (const term of likeness.terms) {
      const deals = dealsOf(term)
      if (deals <= 0) continue
      met += 1
      gain.add(1 + deals / expected)
    }
    return { gain: inMillionths(gain.total), met, asked: askedFigures(askedBefore, basis.deals).dealt }
  },
  value: ({ gain, asked }) => asValue((gain / one / most) * dampingOf(asked)),
  reason: ({ met, asked }) =>
    met === 0
      ? 'No deal of its own shares anything with this request yet: no word, region or channel.'
      : `Its deals share ${met} of the ${asked} things in this request (words, region, channel, …) that any deals share.`,
}

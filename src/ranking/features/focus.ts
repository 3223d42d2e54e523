import { asValue, inHundred, type PairFeature } from '../feature.ts'
import { askedFigures } from '../likeness.ts'
import { one } from '../millionths.ts'
import { dealsOf } from '../rates.ts'

/**
 * How much of what the partner accepts is like this: the share of its deals that lie under each term of the RFI, rare terms
 * counting more (by the square of `rarity`, as in the cosine of tf-idf). A specialist has more than a partner of everything.
 */
export const focus: PairFeature<'focus', { readonly shared: number }> = {
  name: 'focus',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: 0,
  inputs: ({ likeness, askedBefore, tally, basis }) => {
    const own = dealsOf(tally) + one
    const { squares, squaresTotal } = askedFigures(askedBefore, basis.deals)
    let shared = 0
    for (const term of likeness.terms) shared += (squares[term.at] ?? 0) * (dealsOf(term) / own)
    return { shared: squaresTotal === 0 ? 0 : asValue(shared / squaresTotal) }
  },
  value: ({ shared }) => shared,
  reason: ({ shared }) =>
    shared === 0
      ? 'None of its deals is known to be of this kind.'
      : `Of its deals ${inHundred(shared)} are of this kind, rarer words counting more.`,
}

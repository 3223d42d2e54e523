import { asValue, inHundred, type PairFeature } from '../feature.ts'
import { askedFigures } from '../likeness.ts'
import { inMillionths, one } from '../millionths.ts'
import { dealsOf } from '../rates.ts'

/** Where neither more nor less is known than of anybody: six tenths, as less can be far less and more not so much more. */
const neutral = 0.6
/** Units of ln that one whole is. */
const range = 10
/** What is told apart from being as often as everybody's, as a ratio. */
const aboutAsOften = 0.1
/** Deals' worth of everybody's budgets that stand in for a partner's own. */
const strength = 2

/**
 * How many of the partner's deals were about as large as this one, against how many of everybody's were: the ratio of two
 * densities over the logarithm of the sum, each smoothed over neighbouring half octaves (a kernel density estimate). Only
 * within the budget's own currency; neutral without a budget and for who never had one.
 */
export const budgetFit: PairFeature<
  'budgetFit',
  { readonly near: number; readonly all: number; readonly ratio: number }
> = {
  name: 'budgetFit',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: neutral * one,
  inputs: ({ likeness, askedBefore, tally, basis }) => {
    const { usual } = askedFigures(askedBefore, basis.deals)
    if (usual <= 0) return { near: 0, all: 0, ratio: 0 }
    let near = 0
    for (const band of likeness.bands)
      near += ((askedBefore.bands[band.at]?.nearness ?? 0) / one) * dealsOf(band)
    const own = (near + strength * one * usual) / (dealsOf(tally) + strength * one)
    return {
      near: Math.round(near),
      all: dealsOf(tally),
      ratio: inMillionths(Math.log(own / usual)),
    }
  },
  value: ({ ratio }) => asValue(neutral + ratio / one / range),
  reason: ({ all, ratio }, value) => {
    if (all === 0)
      return `Neutral for lack of evidence (${inHundred(value)}): there is no budget, or no earlier deal, to compare.`
    const times = Math.exp(ratio / one)
    if (Math.abs(times - 1) < aboutAsOften)
      return "Deals about as large as this one are as common among its own as among everybody's."
    return `Deals about as large as this one are ${Number(times.toPrecision(2))} times as common among its own as among everybody's.`
  },
}

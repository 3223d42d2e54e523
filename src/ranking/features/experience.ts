import { asValue, inUnits, type PartnerFeature } from '../feature.ts'
import { shareOfDeals } from '../likeness.ts'
import { dealsOf } from '../rates.ts'

/** ln of the smallest share told apart: one deal in nine million. */
const range = 16

/** The partner's share of all deals made, by its logarithm: ten deals against one are worth as much as a hundred against ten. */
export const experience: PartnerFeature<'experience', { readonly deals: number }> = {
  name: 'experience',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: tally => ({ deals: dealsOf(tally) }),
  value: ({ deals }, basis) => asValue(1 + Math.log(shareOfDeals(deals, basis)) / range),
  reason: ({ deals }) =>
    deals === 0
      ? 'No referral accepted yet: counted as half a one, as for every newcomer, among all the deals there are.'
      : `Accepted ${inUnits(deals)} of all the deals there are, recent ones counting more and those won half as much again.`,
}

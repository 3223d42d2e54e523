import { inHundred, inUnits, type PartnerFeature } from '../feature.ts'
import { smoothedRate } from '../rates.ts'

/**
 * The share accepted of what was a fit: declines for reasons of fit or of the customer's stay out, and so do claims of
 * spam up to a tenth of the offers.
 */
export const acceptance: PartnerFeature<
  'acceptance',
  { readonly accepted: number; readonly refused: number }
> = {
  name: 'acceptance',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ accepted, refused }) => ({ accepted, refused }),
  value: ({ accepted, refused }, { priors, priorStrength }) =>
    smoothedRate(accepted, accepted + refused, priors.acceptance, priorStrength),
  reason: ({ accepted, refused }, value) =>
    accepted + refused === 0
      ? `No history yet, so it stands at the average: ${inHundred(value)}.`
      : `Accepted ${inUnits(accepted)} referrals and declined ${inUnits(refused)} for other reasons than fit or customer, ` +
        `recent ones counting more: ${inHundred(value)}.`,
}

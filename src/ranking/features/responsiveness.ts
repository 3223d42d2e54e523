import { inHundred, inUnits, type PartnerFeature } from '../feature.ts'
import { smoothedRate } from '../rates.ts'

/**
 * The share answered within 24 h, against the offers left unanswered until they expired. A later answer counts neither
 * way: if it counted against the partner, silence would be better for as long as the offer is open. So is a claim of
 * spam, and silence nobody was notified of.
 */
export const responsiveness: PartnerFeature<
  'responsiveness',
  { readonly answeredInDay: number; readonly silent: number }
> = {
  name: 'responsiveness',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ answeredInDay, silent }) => ({ answeredInDay, silent }),
  value: ({ answeredInDay, silent }, { priors, priorStrength }) =>
    smoothedRate(answeredInDay, answeredInDay + silent, priors.responsiveness, priorStrength),
  reason: ({ answeredInDay, silent }, value) =>
    answeredInDay + silent === 0
      ? `No history yet, so it stands at the average: ${inHundred(value)}.`
      : `Answered ${inUnits(answeredInDay)} referrals within 24 hours and left ${inUnits(silent)} without an answer, ` +
        `recent ones counting more: ${inHundred(value)}.`,
}

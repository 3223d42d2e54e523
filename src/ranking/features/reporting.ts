import { inHundred, inUnits, type PartnerFeature } from '../feature.ts'
import { smoothedRate } from '../rates.ts'

/** Of the deals accepted, how many tell their value and closing date, and how many how they ended: half each. */
export const reporting: PartnerFeature<
  'reporting',
  { readonly reported: number; readonly ended: number; readonly accepted: number }
> = {
  name: 'reporting',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ reported, won, lost, accepted }) => ({ reported, ended: won + lost, accepted }),
  value: ({ reported, ended, accepted }, { priors, priorStrength }) =>
    smoothedRate(Math.min(reported + ended, 2 * accepted), 2 * accepted, priors.reporting, priorStrength),
  reason: ({ reported, ended, accepted }, value) =>
    accepted === 0
      ? `No deals yet, so it stands at the average: ${inHundred(value)}.`
      : `Of ${inUnits(accepted)} deals the value and closing date of ${inUnits(reported)} were told and the outcome of ` +
        `${inUnits(ended)}, recent ones counting more: ${inHundred(value)}.`,
}

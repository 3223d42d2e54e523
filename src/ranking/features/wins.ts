import { inHundred, inUnits, type PartnerFeature } from '../feature.ts'
import { smoothedRate } from '../rates.ts'

/** Of the deals that ended, how many were won. Spam aside. */
export const wins: PartnerFeature<'wins', { readonly won: number; readonly lost: number }> = {
  name: 'wins',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ won, lost }) => ({ won, lost }),
  value: ({ won, lost }, { priors, priorStrength }) =>
    smoothedRate(won, won + lost, priors.wins, priorStrength),
  reason: ({ won, lost }, value) =>
    won + lost === 0
      ? `No deal has ended yet, so it stands at the average: ${inHundred(value)}.`
      : `Won ${inUnits(won)} deals and lost ${inUnits(lost)}, recent ones counting more: ${inHundred(value)}.`,
}

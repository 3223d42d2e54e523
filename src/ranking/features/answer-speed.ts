import { inHundred, inUnits, type PartnerFeature } from '../feature.ts'
import { smoothedRate, speedCredit } from '../rates.ts'

/**
 * How quickly the partner answers: an answer within the hour counts in full, within a day half, against the offers left
 * until they expired. A later answer counts neither way, for the same reason as in `responsiveness`.
 */
export const answerSpeed: PartnerFeature<
  'answerSpeed',
  { readonly answeredInHour: number; readonly answeredInDay: number; readonly silent: number }
> = {
  name: 'answerSpeed',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ answeredInHour, answeredInDay, silent }) => ({ answeredInHour, answeredInDay, silent }),
  value: (inputs, { priors, priorStrength }) => {
    const credit = speedCredit(inputs)
    return smoothedRate(credit, credit + inputs.silent, priors.answerSpeed, priorStrength)
  },
  reason: ({ answeredInHour, answeredInDay, silent }, value) =>
    answeredInDay + silent === 0
      ? `No history yet, so it stands at the average: ${inHundred(value)}.`
      : `Answered ${inUnits(answeredInHour)} referrals within an hour and ${inUnits(answeredInDay)} within a day, ` +
        `recent ones counting more: ${inHundred(value)}.`,
}

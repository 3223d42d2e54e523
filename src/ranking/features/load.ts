import { asValue, type PartnerFeature } from '../feature.ts'

/** Offers waiting at which somebody is half as loaded as can be. */
const half = 10

/** Offers that wait for the partner's answer: who has many will be longer about the next. */
export const load: PartnerFeature<'load', { readonly waiting: number }> = {
  name: 'load',
  about: 'partner',
  direction: 'lowers',
  readsEvidence: true,
  inputs: ({ waiting }) => ({ waiting }),
  value: ({ waiting }) => asValue(waiting / (waiting + half)),
  reason: ({ waiting }) =>
    waiting === 0
      ? 'No referral waits for an answer.'
      : `${waiting === 1 ? 'One referral waits' : `${waiting} referrals wait`} for an answer.`,
}

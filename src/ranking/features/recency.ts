import { asValue, type PartnerFeature } from '../feature.ts'

/** Days after which it makes no difference any more. */
const longAgo = 3650
const never = -1

/** How lately the partner accepted anything, by the logarithm of the days since that referral was routed. */
export const recency: PartnerFeature<'recency', { readonly days: number }> = {
  name: 'recency',
  about: 'partner',
  direction: 'raises',
  readsEvidence: true,
  inputs: ({ sinceDeal }) => ({ days: sinceDeal ?? never }),
  value: ({ days }) => (days === never ? 0 : asValue(1 - Math.log(1 + days) / Math.log(1 + longAgo))),
  reason: ({ days }) => {
    if (days === never) return 'No referral accepted yet.'
    if (days === 0) return 'Accepted a referral that came today.'
    return `The last referral accepted came ${days === 1 ? 'a day' : `${days} days`} ago.`
  },
}

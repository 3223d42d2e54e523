import type { RefusalCode } from '../matching/refusals.ts'

/** Why a partner wasn't asked, said of it: "it …". */
export const refusalWords: Readonly<Record<RefusalCode, string>> = {
  'no-consent':
    'there is no consent to sharing: it was not given (consent.shareWithPartners), or taken back by an erasure before the RFI came',
  'already-expired': 'the RFI had expired already',
  'unknown-partner': 'it has no business profile',
  withdrawn: 'its profile is withdrawn',
  paused: 'its profile is paused',
  country: "it has no published profile in the customer's country",
  region: "it does not serve the customer's region",
  size: "it has opted out of customers of this one's size",
  'already-asked': 'it was asked before, in an RFI that this one follows',
  capacity: 'it has as many open referrals as it wants (maxOpenReferrals)',
  'no-match':
    "nothing the need asks for is among its tags or its earlier deals (region and channel alone don't count)",
  'minimum-score': "its score is below the release's minimum",
  'not-chosen': 'others scored higher',
}

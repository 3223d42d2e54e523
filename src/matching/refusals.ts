/**
 * Why a partner was not asked, or an RFI went nowhere. The order is that in which they are looked at: of several that
 * hold, the first is the one that is told.
 */
export const refusalCodes = [
  'no-consent',
  'already-expired',
  'unknown-partner',
  'withdrawn',
  'paused',
  'country',
  'region',
  'size',
  'already-asked',
  'capacity',
  'no-match',
  'minimum-score',
  'not-chosen',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

import data from './vocabularies/reasons.json' with { type: 'json' }

/** Why a referral was declined or lost. Texts and kinds are data, `reasons.json`. */
export const reasonCodes = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type ReasonCode = (typeof reasonCodes)[number]

/**
 * What a reason does to the partner's evidence. All but `spam` are answers: `fit` moves the interest vector and, like
 * `customer`, stays out of the acceptance rate; `other` counts in it; `spam` leaves the statistics, up to a share of
 * the partner's offers.
 */
export const reasonKinds = ['fit', 'customer', 'other', 'spam'] as const
export type ReasonKind = (typeof reasonKinds)[number]

export interface Reason {
  readonly code: ReasonCode
  readonly text: string
  readonly kind: ReasonKind
  readonly notesRequired: boolean
}

export const reasonsVersion: string = data.version

// JSON widens codes and kinds to number and string; the test holds the file to these types.
export const reasons = data.reasons as readonly Reason[]
const byCode = Object.fromEntries(reasons.map(reason => [reason.code, reason])) as Record<ReasonCode, Reason>

export function reasonKind(code: ReasonCode): ReasonKind {
  return byCode[code].kind
}

export function reasonText(code: ReasonCode): string {
  return byCode[code].text
}

export function reasonNeedsNotes(code: ReasonCode): boolean {
  return byCode[code].notesRequired
}

import type { Addressee } from './events.ts'
import type { Referral } from './referral.ts'
import type { CustomerContact, Rfi } from './rfi.ts'
import type { Timestamp } from './time.ts'

/** Of what is kept about a customer, what says whether it may be shown: `erased` is there once it was erased. */
export interface Consented {
  readonly consent: Rfi['consent']
  readonly erased?: unknown
}

/** Why a partner may not see who the customer is. `docs/contacts.md` has the rule as a query. */
export type Hidden = 'erased' | 'no-consent' | 'declined' | 'expired'

/**
 * Whether the partner of a referral may see the customer's contact data at `now`: null when it may. Deadlines depend on
 * timestamps only: whose time is up is expired, whether its expiry has been written yet or not.
 */
export function hiddenBecause(
  { status, substatus, expiresAt }: Pick<Referral, 'status' | 'substatus' | 'expiresAt'>,
  contacts: Consented | undefined,
  now: Timestamp,
): Hidden | null {
  if (contacts === undefined || contacts.erased !== undefined) return 'erased'
  if (!contacts.consent.shareWithPartners || !contacts.consent.contact) return 'no-consent'
  if (substatus === 'Declined') return 'declined'
  if (substatus === 'Expired' || (status === 'New' && expiresAt <= now)) return 'expired'
  return null
}

/** The inviter if there is one, else the customer, if it may and can be contacted. */
export function addresseeOf(
  inviter: { readonly id: string } | null,
  consent: Rfi['consent'],
  contact: CustomerContact | null,
): Addressee {
  if (inviter !== null) return 'inviter'
  return consent.contact && canBeReached(contact) ? 'customer' : 'none'
}

/** A name alone is no way to tell anybody anything. */
function canBeReached(contact: CustomerContact | null): boolean {
  return [contact?.email, contact?.phone].some(way => (way ?? '').trim() !== '')
}

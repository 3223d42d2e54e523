import type { Addressee } from '../domain/events.ts'
import type { Referral } from '../domain/referral.ts'
import type { CustomerContact, Rfi } from '../domain/rfi.ts'
import type { Timestamp } from '../domain/time.ts'
import type { ContactDocument, RfiDocument } from './collections.ts'

/** Why a partner may not see who the customer is. `docs/contacts.md` has the rule as a query. */
export type Hidden = 'erased' | 'no-consent' | 'declined' | 'expired'

/**
 * Whether the partner of a referral may see the customer's contact data at `now`: null when it may. Deadlines depend on
 * timestamps only: whose time is up is expired, whether its expiry has been written yet or not.
 */
export function hiddenBecause(
  { status, substatus, expiresAt }: Pick<Referral, 'status' | 'substatus' | 'expiresAt'>,
  contacts: Pick<ContactDocument, 'consent' | 'erased'> | undefined,
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
  inviter: RfiDocument['rfi']['inviter'],
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

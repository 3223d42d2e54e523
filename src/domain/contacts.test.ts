import { expect, test } from 'vitest'
import { addresseeOf, type Consented, type Hidden, hiddenBecause } from './contacts.ts'
import type { Addressee } from './events.ts'
import type { CustomerContact } from './rfi.ts'

const now = '2026-03-16T09:00:00.000Z'
const earlier = '2026-03-16T08:59:59.999Z'
const later = '2026-03-16T09:00:00.001Z'
const given = { shareWithPartners: true, contact: true }
const erased = { at: earlier, by: 't', removed: { contacts: 1, deadLetters: 0, customerKeys: 0, hashes: 0 } }
type Contacts = Consented | undefined

test.each<[Parameters<typeof hiddenBecause>[0], Contacts, Hidden | null]>([
  [{ status: 'New', substatus: 'Received', expiresAt: later }, { consent: given }, null],
  [{ status: 'New', substatus: 'Received', expiresAt: now }, { consent: given }, 'expired'],
  [{ status: 'New', substatus: 'Received', expiresAt: earlier }, { consent: given }, 'expired'],
  [{ status: 'Active', substatus: 'Accepted', expiresAt: earlier }, { consent: given }, null],
  [{ status: 'Closed', substatus: 'Won', expiresAt: earlier }, { consent: given }, null],
  [{ status: 'Closed', substatus: 'Lost', expiresAt: earlier }, { consent: given }, null],
  [{ status: 'Closed', substatus: 'Declined', expiresAt: later }, { consent: given }, 'declined'],
  [{ status: 'Closed', substatus: 'Expired', expiresAt: later }, { consent: given }, 'expired'],
  [
    { status: 'Active', substatus: 'Accepted', expiresAt: later },
    { consent: { ...given, contact: false } },
    'no-consent',
  ],
  [
    { status: 'Active', substatus: 'Accepted', expiresAt: later },
    { consent: { ...given, shareWithPartners: false } },
    'no-consent',
  ],
  [{ status: 'Active', substatus: 'Accepted', expiresAt: later }, { consent: given, erased }, 'erased'],
  [{ status: 'Active', substatus: 'Accepted', expiresAt: later }, undefined, 'erased'],
])('%j with %j is hidden: %j', (referral, contacts, hidden) => {
  expect(hiddenBecause(referral, contacts, now)).toBe(hidden)
})

const nobody: CustomerContact = { firstName: 'Ana', lastName: 'Reis', email: null, phone: null }

test.each<[Parameters<typeof addresseeOf>, Addressee]>([
  [[{ id: 's' }, given, { ...nobody, email: 'a@x' }], 'inviter'],
  [[{ id: 's' }, { ...given, contact: false }, null], 'inviter'],
  [[null, given, { ...nobody, email: 'a@x' }], 'customer'],
  [[null, given, { ...nobody, phone: '1' }], 'customer'],
  [[null, { ...given, shareWithPartners: false }, { ...nobody, email: 'a@x' }], 'customer'],
  [[null, { ...given, contact: false }, { ...nobody, email: 'a@x' }], 'none'],
  [[null, given, nobody], 'none'],
  [[null, given, { ...nobody, email: ' ' }], 'none'],
  [[null, given, null], 'none'],
])('%j: notices go to %s', (what, addressee) => {
  expect(addresseeOf(...what)).toBe(addressee)
})

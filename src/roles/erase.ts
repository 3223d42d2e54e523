import type { RfiId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Reader } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { DeadDocument } from './documents/operations.ts'
import type { ContactDocument, Erasure, Removed } from './documents/referrals.ts'
import { topics } from './topics.ts'

// A customer's contact data that was erased.
//
// The row in `contacts` stays, empty, and says that and when. It is the marker that all who could bring the data back
// look at: a router that reads the record again (or reads it for the first time: redelivery, a dead letter sent again, a
// lane resumed further back) writes no contact, and a router that had looked just before can't insert its row over this
// one: it conflicts, and looks again. A dead letter about the RFI is kept without its bytes.

export const nothingRemoved: Removed = { contacts: 0, deadLetters: 0, customerKeys: 0, hashes: 0 }

export function sumOf(one: Removed, other: Removed): Removed {
  return {
    contacts: one.contacts + other.contacts,
    deadLetters: one.deadLetters + other.deadLetters,
    customerKeys: one.customerKeys + other.customerKeys,
    hashes: one.hashes + other.hashes,
  }
}

export function isNothing(removed: Removed): boolean {
  return Object.values(removed).every(count => count === 0)
}

/** Consent goes too: whoever reads the row and knows nothing of erasures shows nobody anything. */
export function erasedContacts(rfiId: string, erased: Erasure): ContactDocument {
  return {
    _id: rfiId as RfiId,
    name: null,
    postalCode: null,
    contact: null,
    inviterEmail: null,
    consent: { shareWithPartners: false, contact: false },
    erased,
  }
}

export function holdsContactData({ name, postalCode, contact, inviterEmail }: ContactDocument): boolean {
  return name !== null || postalCode !== null || contact !== null || inviterEmail !== null
}

export async function erasedAmong(
  rfiIds: Iterable<string>,
  read: Pick<Reader<Collections>, 'get'>,
): Promise<ReadonlySet<string>> {
  const found = await read.get('contacts', [...new Set(rfiIds)])
  return new Set<string>(
    [...found.values()].flatMap(({ _id, erased }) => (erased === undefined ? [] : [_id])),
  )
}

/**
 * An RFI that was erased before it was routed, as the router takes it: without who sent it, and without the consent, which
 * was taken back. So it goes to nobody.
 */
export function forgotten(rfi: Rfi): Rfi {
  return {
    ...rfi,
    customer: { ...rfi.customer, name: null, contact: null, postalCode: null },
    inviter: rfi.inviter === null ? null : { ...rfi.inviter, email: null },
    consent: { shareWithPartners: false, contact: false },
  }
}

/** The ids of RFIs that a record may be about: its key, and what its value calls `rfiId` as far as that can be read. */
export function rfiIdsOf(key: Uint8Array | null, value: Uint8Array | null, decoded: unknown): string[] {
  const ids = new Set<string>()
  if (key !== null) ids.add(text(key))
  if (decoded !== null && typeof decoded === 'object' && 'rfiId' in decoded) ids.add(String(decoded.rfiId))
  else if (value !== null) for (const [, id = ''] of text(value).matchAll(namedId)) ids.add(id)
  return [...ids].filter(id => id !== '')
}

const namedId = /"rfiId"\s*:\s*"([^"\\]{1,100})"/g

/**
 * Whether a dead letter's bytes are of this RFI. On `rfis`, where they can't be read, it is enough that they hold its id
 * somewhere: rather a letter too many that can't be sent again than one that still tells who the customer is.
 */
export function isOf(rfiId: string, { topic, key, value }: DeadDocument, decoded: unknown): boolean {
  if (value === null) return false
  const bytes = Buffer.from(value, 'base64')
  const ownKey = key === null ? null : Buffer.from(key, 'base64')
  if (rfiIdsOf(ownKey, bytes, decoded).some(id => id === rfiId)) return true
  const legible = decoded !== null && typeof decoded === 'object' && 'rfiId' in decoded
  return topic === topics.rfis && !legible && holdsWord(bytes.toString('utf8'), rfiId)
}

/** `rfi-8` is no part of `rfi-81`. */
function holdsWord(text: string, id: string): boolean {
  const edge = /[\p{L}\p{N}_-]/u
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1))
    if (!edge.test(text[at - 1] ?? ' ') && !edge.test(text[at + id.length] ?? ' ')) return true
  return false
}

/** Where it lay, what was wrong with it and its hash stay, and so do all counts; it can't be sent again. */
export function withoutBytes(letter: DeadDocument): DeadDocument {
  return { ...letter, key: null, value: null, headers: {} }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** What roles decide by: what came in, what was decided, and what limits it. */

import type { Addressee } from '../../domain/events.ts'
import type { PartnerId, ProfileId, ReferralId, RfiId } from '../../domain/ids.ts'
import type { Candidate } from '../../domain/notices.ts'
import type { Profile, ProfileState } from '../../domain/profile.ts'
import type { Referral } from '../../domain/referral.ts'
import type { Customer, CustomerContact, Rfi } from '../../domain/rfi.ts'
import type { Timestamp } from '../../domain/time.ts'
import type { StoredDocument } from '../../ports/store.ts'
import type { Receipt } from '../../ranking/receipt.ts'
import type { Release } from '../../ranking/release.ts'

/** The lane and offset that last changed a document: what followers poll by. */
export interface Changed {
  readonly lane: string
  readonly offset: number
}

export interface ProfileDocument extends StoredDocument {
  readonly _id: ProfileId
  readonly version: number
  readonly partnerId: PartnerId
  readonly state: ProfileState
  /** Timestamp of the record it came with, ms: an older one never replaces it. */
  readonly recordTime: number
  readonly profile: Profile
  readonly changed: Changed
}

export interface WeightsDocument extends StoredDocument {
  readonly version: number
  readonly recordTime: number
  /** Null once the slot was cleared by a tombstone. */
  readonly release: Release | null
  /** Of the release as canonical JSON: receipts name it. */
  readonly hash: string | null
  readonly changed: Changed
}

/** An RFI without who sent it. */
export interface RfiDocument extends StoredDocument {
  readonly _id: RfiId
  /** Of the whole input: tells a repeat from a different RFI under the same id. Empty once its contact was erased. */
  readonly hash: string
  readonly receivedAt: Timestamp
  readonly outcome: 'routed' | 'unroutable'
  /** The last 50 RFIs it follows, oldest first, itself left out. */
  readonly chain: readonly RfiId[]
  readonly referralIds: readonly ReferralId[]
  readonly rfi: Omit<Rfi, 'customer' | 'inviter'> & {
    readonly customer: Omit<Customer, 'name' | 'contact' | 'postalCode'>
    readonly inviter: { readonly id: string } | null
  }
}

/** Customer contact data, by rfiId, here and nowhere else. Who may see it: `contacts.ts`. */
export interface ContactDocument extends StoredDocument {
  readonly _id: RfiId
  readonly name: string | null
  readonly postalCode: string | null
  readonly contact: CustomerContact | null
  readonly inviterEmail: string | null
  readonly consent: Rfi['consent']
  /** Only on what was erased: the rest is empty then, and stays so. See `erase.ts`. */
  readonly erased?: Erasure
}

/** What was removed of one RFI: counts, never content. */
export interface Removed {
  /** Rows of `contacts` that held anything. */
  readonly contacts: number
  /** Dead letters that held their original bytes. */
  readonly deadLetters: number
  /** Referrals by which the customer could be known again, by a keyed hash of its address. */
  readonly customerKeys: number
  /** Hashes of the whole input, which tell whoever guesses it right that they did. */
  readonly hashes: number
}

export interface Erasure {
  readonly at: Timestamp
  /** Who asked: a name or a ticket of the operator's, never the customer's. */
  readonly by: string
  readonly removed: Removed
  /** The last time that something was found again, and removed. */
  readonly last?: { readonly at: Timestamp; readonly by: string }
}

export interface ReferralDocument extends StoredDocument, Referral {
  readonly _id: ReferralId
  /** Soonest timer, null when none is left: what the clock looks for. */
  readonly nextDueAt: Timestamp | null
  /** First RFI of the chain it belongs to, of those remembered. */
  readonly root: RfiId
  readonly customerKey: string
  readonly addressee: Addressee
  readonly nextCandidates: readonly Candidate[]
}

export type ReceiptDocument = StoredDocument & Receipt

export interface CapacityDocument extends StoredDocument {
  readonly version: number
}

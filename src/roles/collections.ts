import type { Addressee, ReferralEvent, RoutedEvent } from '../domain/events.ts'
import type { PartnerId, ProfileId, ReferralId, RfiId } from '../domain/ids.ts'
import type { Candidate, Notice } from '../domain/notices.ts'
import type { Profile, ProfileState } from '../domain/profile.ts'
import type { Referral } from '../domain/referral.ts'
import type { Customer, CustomerContact, Rfi } from '../domain/rfi.ts'
import type { Fault } from '../domain/shape.ts'
import type { Timestamp } from '../domain/time.ts'
import type { Catalogue, StoredDocument } from '../ports/store.ts'
import type { Evidence } from '../ranking/evidence.ts'
import type { StoredTermInterest } from '../ranking/interest.ts'
import type { StoredInterest } from '../ranking/packed-interest.ts'
import type { Population } from '../ranking/population.ts'
import type { Receipt } from '../ranking/receipt.ts'
import type { Release } from '../ranking/release.ts'

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

/** The projector's row of one referral. */
export interface InboxDocument extends StoredDocument {
  readonly _id: ReferralId
  readonly partnerId: PartnerId | null
  readonly tab: 'new' | 'active' | 'archived' | null
  readonly favorite: boolean
  readonly routedAt: Timestamp | null
  /** Versions up to this one are folded in. */
  readonly version: number
  /** Null until version 1 is in. */
  readonly referral: Referral | null
  readonly routed: RoutedEvent | null
  /** Later versions that came before their turn. */
  readonly waiting: readonly ReferralEvent[]
}

export interface PartnerDocument extends StoredDocument {
  readonly _id: PartnerId
  readonly evidence: Evidence
  readonly changed: Changed
}

/** The terms a partner (`_id`) has answered most: what routers hold in memory. See `ranking/packed-interest.ts`. */
export interface InterestDocument extends StoredDocument, StoredInterest {
  readonly _id: PartnerId
  readonly changed: Changed
}

/** A term that is not among them: `<partnerId>:<hash>`. */
export interface InterestTermDocument extends StoredDocument, StoredTermInterest {}

/** A partner's mark: rows are in every tab, so the marked ones are found by this. */
export interface FavoriteDocument extends StoredDocument {
  readonly _id: ReferralId
  readonly partnerId: PartnerId
  readonly routedAt: Timestamp
}

/** What was told about an RFI, in the order of time. */
export interface NoticesDocument extends StoredDocument {
  readonly _id: RfiId
  readonly notices: readonly Notice[]
}

/** What the programme team's sums can be looked at by, beside the time of routing. */
export const dimensions = ['round', 'channel', 'country', 'size'] as const
export type Dimension = (typeof dimensions)[number]

/** The part of a sum that one lane feeds: one value of one dimension in one month of routing, or in a whole year. */
export interface Place {
  readonly by: Dimension
  readonly span: 'month' | 'year'
  /** `2026-03`, or `2026`. */
  readonly period: string
  /** Of a size nobody told `unknown`; of rounds `first`, or `again` where the RFI follows another. */
  readonly group: string
}

/** Sums that one lane feeds, which readers add up. Each dimension and span alone adds up to everything. */
export interface FunnelCell extends StoredDocument, Place {
  readonly kind: 'funnel'
  readonly counts: FunnelCounts
  /** Decimal strings by currency. */
  readonly acceptedValue: Readonly<Record<string, string>>
  readonly wonValue: Readonly<Record<string, string>>
  /** From the routing to the answer or acceptance, from the acceptance to the end; missing where there was none. */
  readonly times: { readonly [stage in 'answered' | 'accepted' | 'won' | 'lost']?: StageTimes }
}

export interface FunnelCounts {
  /** That were routed to anybody. */
  readonly rfis: number
  readonly routed: number
  readonly answered: number
  readonly answeredWithin24h: number
  readonly accepted: number
  readonly declined: number
  readonly expired: number
  readonly won: number
  readonly lost: number
}

export interface StageTimes {
  readonly count: number
  /** Sum, each rounded down. */
  readonly minutes: number
  /** How many took up to 1, 4 and 24 h, 3, 7, 14, 30 and 90 d, and longer: each but what the bands before it hold. */
  readonly bands: readonly number[]
}

/** By the reason's code. */
export interface ReasonsCell extends StoredDocument, Place {
  readonly kind: 'reasons'
  readonly declined: Readonly<Record<string, number>>
  readonly lost: Readonly<Record<string, number>>
}

/** RFIs without any partner in a month: all, by country, and by reason (each counted once however many it refused). */
export interface NeedsCell extends StoredDocument {
  readonly kind: 'needs'
  /** Of the RFI's routing: `2026-03`. */
  readonly period: string
  readonly lane: string
  readonly rfis: number
  readonly countries: Readonly<Record<string, number>>
  readonly reasons: Readonly<Record<string, number>>
}

export interface ConcentrationCell extends StoredDocument {
  readonly kind: 'concentration'
  readonly routed: Spread
  readonly accepted: Spread
  readonly won: Spread
}

/** Of partners' counts: how many have one, their sum and the sum of their squares. */
export interface Spread {
  readonly partners: number
  readonly sum: number
  readonly squares: number
}

export interface OutcomeCounts {
  readonly routed: number
  readonly answered: number
  readonly accepted: number
  readonly declined: number
  readonly expired: number
  readonly won: number
  readonly lost: number
}

/** What a partner was sent and what became of it, all time; `tabs` counts the rows of its inbox. */
export interface PartnerCounts extends StoredDocument, OutcomeCounts {
  readonly _id: PartnerId
  readonly tabs: {
    readonly new: number
    readonly active: number
    readonly archived: number
    readonly favorites: number
  }
}

export interface PopulationCell extends StoredDocument {
  readonly kind: 'population'
  readonly population: Population
  readonly changed: Changed
}

export interface NeedDocument extends StoredDocument {
  readonly _id: RfiId
  readonly occurredAt: Timestamp
  readonly country: string
  readonly reasons: Readonly<Record<string, number>>
  readonly terms: readonly string[]
}

/** How often a term was asked for in vain in a month, as far as one lane knows: `<month>/<lane>/<term>`. */
export interface NeedTermDocument extends StoredDocument {
  readonly month: string
  readonly term: string
  readonly count: number
}

/** The clock's lease (`clock`), and until when a referral's timer was asked for (`asked/<referralId>`). */
export interface LeaseDocument extends StoredDocument {
  readonly version: number
  readonly holder: string
  readonly until: number
}

export interface DeadDocument extends StoredDocument {
  readonly version: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: Timestamp
  readonly role: string
  /** Of the first fault. */
  readonly code: string
  /** The first 20. */
  readonly faults: readonly Fault[]
  readonly hash: string
  /** Bytes; null for a record without value. */
  readonly size: number | null
  /** Base64. */
  readonly key: string | null
  /** Base64; null for one too large to keep. */
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The dead letter that it was before, when it was sent again. */
  readonly redriveOf: string | null
  /** When it was last sent again: whether that has had its effect `redriven` tells. */
  readonly redrivingSince: Timestamp | null
  /** An RFI's bytes hold contact data: they stay as long as its topic keeps them, by the record's own time. */
  readonly removeAt: Timestamp | null
}

/** A dead letter that was sent again and had its effect: what else names it is a repeat. `_id`: see `redrive.ts`. */
export interface RedrivenDocument extends StoredDocument {
  /** Its `_id` in `dead`. */
  readonly letter: string
  readonly topic: string
  readonly timestamp: Timestamp
  readonly role: string
  readonly code: string
  readonly faults: readonly Fault[]
  readonly hash: string
  readonly size: number | null
  readonly redriveOf: string | null
  readonly redrivingSince: Timestamp | null
  /** Where it came the second time. */
  readonly lane: string
  readonly offset: number
  readonly takenAt: Timestamp
  /** The dead letter that it became again. */
  readonly again: string | null
}

/** A lane that takes nothing more until somebody has seen to it. Gone once the lane runs again. */
export interface HaltDocument extends StoredDocument {
  readonly reason: string
  /** Where the lane stands. */
  readonly offset: number
  readonly haltedAt: Timestamp
  /** The process that said so. */
  readonly holder: string
}

/** Commands that a lane (`_id`, with its epoch) refused, by the rejection's code. Added up on read. */
export interface RejectionsDocument extends StoredDocument {
  readonly counts: Readonly<Record<string, number>>
}

/** Partitions of a topic (`_id`) as they were when a worker first ran: keys must go on falling where they fell. */
export interface LayoutDocument extends StoredDocument {
  readonly partitions: number
}

/** What a database belongs to, as the first worker on it found it: see `lanes/deployment.ts`. One document. */
export interface DeploymentDocument extends StoredDocument {
  readonly version: number
  /** How the values of the worker's own records are written. */
  readonly values: 'json' | 'avro'
  /** The id Kafka's brokers tell of their cluster; null where they tell none. */
  readonly cluster: string | null
  readonly topicPrefix: string
  /** Tells whether a secret is the same without telling it; null where none is set. */
  readonly customerSecret: SecretFingerprint | null
}

/** Both base64url. */
export interface SecretFingerprint {
  readonly salt: string
  readonly hash: string
}

/** The last time an operator let a lane (`_id`) go on. */
export interface ResumptionDocument extends StoredDocument {
  /** The one it goes on under. */
  readonly epoch: number
  /** What its group had committed until then: from before, wherever it is still met. */
  readonly committed: number | null
}

/** Under which release a lane (`_id`) last sent the visibility of all its partners. */
export interface ToldDocument extends StoredDocument {
  /** Null once a rebuild changed what visibility is made of: they are to be told anew. */
  readonly releaseHash: string | null
  /** Of the lane's last resumption before: then its readers begin anew. */
  readonly resumed: number
}

export type Collections = {
  profiles: ProfileDocument
  weights: WeightsDocument
  rfis: RfiDocument
  referrals: ReferralDocument
  receipts: ReceiptDocument
  contacts: ContactDocument
  inbox: InboxDocument
  partners: PartnerDocument
  interests: InterestDocument
  interestTerms: InterestTermDocument
  cells: FunnelCell | ReasonsCell | NeedsCell | ConcentrationCell | PopulationCell
  favorites: FavoriteDocument
  notices: NoticesDocument
  partnerCounts: PartnerCounts
  needs: NeedDocument
  needTerms: NeedTermDocument
  capacity: CapacityDocument
  leases: LeaseDocument
  dead: DeadDocument
  redriven: RedrivenDocument
  halts: HaltDocument
  rejections: RejectionsDocument
  layouts: LayoutDocument
  deployment: DeploymentDocument
  resumptions: ResumptionDocument
  told: ToldDocument
}

const changed = ['changed.lane', 'changed.offset'] as const

/** Every collection with the indexes its queries need. */
export const collections: Catalogue<Collections> = {
  profiles: { indexes: [changed] },
  weights: { indexes: [changed] },
  rfis: { indexes: [['outcome']] },
  referrals: {
    indexes: [
      ['root'],
      ['customerKey', 'status', 'routedAt'],
      ['profileId', 'status'],
      // By id too: a campaign may set one deadline for a hundred thousand, and the clock pages through them.
      ['nextDueAt', '_id'],
    ],
  },
  receipts: { indexes: [] },
  contacts: { indexes: [] },
  // By id too: the latest of a tab are then read off the index, however many rows a partner has.
  inbox: { indexes: [['partnerId', 'tab', 'routedAt', '_id']] },
  partners: { indexes: [changed] },
  interests: { indexes: [changed] },
  interestTerms: { indexes: [] },
  cells: { indexes: [['kind', 'by', 'span', 'period'], changed] },
  favorites: { indexes: [['partnerId', 'routedAt', '_id']] },
  notices: { indexes: [] },
  // The partners of most referrals.
  partnerCounts: { indexes: [['routed', '_id']] },
  needs: { indexes: [['occurredAt', '_id']] },
  needTerms: { indexes: [['month', 'count', '_id']] },
  capacity: { indexes: [] },
  leases: { indexes: [['until']] },
  // Newest first, by any of the filters; by id too, so that pages meet where many have one time.
  dead: {
    indexes: [
      ['timestamp', '_id'],
      ['code', 'timestamp', '_id'],
      ['topic', 'timestamp', '_id'],
      ['topic', 'code', 'timestamp', '_id'],
    ],
    expires: true,
  },
  redriven: { indexes: [] },
  halts: { indexes: [] },
  rejections: { indexes: [] },
  layouts: { indexes: [] },
  deployment: { indexes: [] },
  resumptions: { indexes: [] },
  told: { indexes: [] },
}

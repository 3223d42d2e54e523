/** What the projector alone writes, for people and other systems to read (`docs/read-models.md`). */

import type { ReferralEvent, RoutedEvent } from '../../domain/events.ts'
import type { PartnerId, ReferralId, RfiId } from '../../domain/ids.ts'
import type { Notice } from '../../domain/notices.ts'
import type { Referral } from '../../domain/referral.ts'
import type { Timestamp } from '../../domain/time.ts'
import type { StoredDocument } from '../../ports/store.ts'
import type { Evidence } from '../../ranking/evidence.ts'
import type { StoredTermInterest } from '../../ranking/interest.ts'
import type { StoredInterest } from '../../ranking/packed-interest.ts'
import type { Population } from '../../ranking/population.ts'
import type { Changed } from './referrals.ts'

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

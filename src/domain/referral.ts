import type { Engagement, TeamContact } from './commands.ts'
import type { CommandId, PartnerId, ProfileId, ReferralId, RfiId } from './ids.ts'
import type { ReasonCode } from './reasons.ts'
import type { Timestamp } from './time.ts'

/**
 * A referral: one customer need offered to one partner.
 *
 *            accept              win · lose
 *   New ───────────────► Active ───────────► Closed
 *    └── decline · no answer before expiresAt ──▲
 *
 * Closed is final. Won or Lost straight from New is refused.
 */
export type Status = 'New' | 'Active' | 'Closed'
export type Substatus = 'Received' | 'Accepted' | 'Declined' | 'Expired' | 'Won' | 'Lost'

export interface Referral {
  readonly referralId: ReferralId
  readonly rfiId: RfiId
  readonly partnerId: PartnerId
  readonly profileId: ProfileId
  /** Events applied so far. */
  readonly version: number
  readonly status: Status
  readonly substatus: Substatus
  readonly routedAt: Timestamp
  readonly expiresAt: Timestamp
  /** When a reminder is due if still New; null once it was sent. */
  readonly remindAt: Timestamp | null
  /** When the flame cools; null without one, and once it has. */
  readonly flameEndsAt: Timestamp | null
  readonly acceptedAt: Timestamp | null
  readonly closedAt: Timestamp | null
  readonly reason: ReasonCode | null
  readonly reasonNotes: string | null
  readonly engagement: Engagement | null
  readonly contacts: readonly TeamContact[]
  readonly favorite: boolean
  readonly test: boolean
  /** The last commands that changed something, newest last: the same one again is ignored. */
  readonly applied: readonly CommandId[]
}

/** How many applied command ids a referral remembers. */
export const rememberedCommands = 64

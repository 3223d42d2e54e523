import { z } from 'zod'
import { engagementSchema, teamContactSchema } from './commands.ts'
import { countrySchema } from './countries.ts'
import {
  commandIdSchema,
  foreignIdSchema,
  partnerIdSchema,
  profileIdSchema,
  referralIdSchema,
  rfiIdSchema,
} from './ids.ts'
import { moneySchema } from './money.ts'
import { locationSchema } from './profile.ts'
import { reasonCodes } from './reasons.ts'
import { channels, needSchema } from './rfi.ts'
import { companySizes } from './sizes.ts'
import { timestampSchema } from './time.ts'

/** What happened to one referral: the values of `referral-status` and `referrals`, named by `ce_type`. */
const common = {
  occurredAt: timestampSchema,
  rfiId: rfiIdSchema,
  referralId: referralIdSchema,
  partnerId: partnerIdSchema,
  /** Counts the referral's applied events from 1, which is `referral.routed`. */
  version: z.int().min(1),
  /** The command that caused it; null when a deadline or the routing did. */
  commandId: commandIdSchema.nullable(),
  /** When that command said it was given: kept, and gains nobody speed or a deadline. */
  claimedAt: timestampSchema.nullable(),
}

export const addresseeSchema = z.enum(['inviter', 'customer', 'none'])
/** Who is told what becomes of the RFI: the inviter if there is one, else the customer, if there is a contact. */
export type Addressee = z.infer<typeof addresseeSchema>

export const routedSchema = z.object({
  ...common,
  type: z.literal('referral.routed'),
  profileId: profileIdSchema,
  channel: z.enum(channels),
  /** Where and how large the customer is. Who it is lies in the store's `contacts` alone. */
  customer: z.object({
    country: countrySchema,
    region: z.string().nullable(),
    city: z.string().nullable(),
    size: z.enum(companySizes).nullable(),
    locale: z.string().nullable(),
  }),
  need: needSchema,
  budget: moneySchema.nullable(),
  closingAt: timestampSchema.nullable(),
  campaignId: foreignIdSchema.nullable(),
  followsRfiId: rfiIdSchema.nullable(),
  location: locationSchema,
  /** False: no contact to notify, and silence will count for nothing. */
  notifiable: z.boolean(),
  /** The customer asked to be contacted directly; null without a flame. */
  flameEndsAt: timestampSchema.nullable(),
  remindAt: timestampSchema,
  expiresAt: timestampSchema,
  rank: z.int().min(1),
  /** Millionths. */
  score: z.int(),
  rule: z.enum(['rank', 'requested', 'exploration']),
  weightsId: z.string(),
  possibleDuplicateOf: referralIdSchema.nullable(),
  /** The customer asked for this partner although its size preference or regions say otherwise. */
  flags: z.array(z.string()),
  test: z.boolean(),
})

const withReason = { reason: z.literal(reasonCodes), notes: z.string().nullable() }

export const referralEventSchema = z.discriminatedUnion('type', [
  routedSchema,
  z.object({
    ...common,
    type: z.literal('referral.accepted'),
    engagement: engagementSchema,
    team: z.array(teamContactSchema),
  }),
  z.object({ ...common, type: z.literal('referral.declined'), ...withReason }),
  z.object({ ...common, type: z.literal('referral.expired') }),
  z.object({
    ...common,
    type: z.literal('referral.won'),
    value: moneySchema.nullable(),
    closedAt: timestampSchema,
    solutions: z.array(z.string()),
  }),
  z.object({ ...common, type: z.literal('referral.lost'), ...withReason }),
  z.object({ ...common, type: z.literal('referral.engagement-updated'), engagement: engagementSchema }),
  z.object({ ...common, type: z.literal('referral.contact-added'), contact: teamContactSchema }),
  z.object({ ...common, type: z.literal('referral.favorite-changed'), favorite: z.boolean() }),
  z.object({ ...common, type: z.literal('referral.reminder-due') }),
  z.object({ ...common, type: z.literal('referral.flame-cooled') }),
  z.object({
    ...common,
    type: z.literal('referral.registration-required'),
    solutions: z.array(z.string()),
    /** Closed less than 72 h after the acceptance: worth a second look, never a refusal. */
    warning: z.literal('closed-soon').nullable(),
  }),
])
export type ReferralEvent = z.infer<typeof referralEventSchema>
export type ReferralEventType = ReferralEvent['type']
export type RoutedEvent = Extract<ReferralEvent, { type: 'referral.routed' }>

/** Why a command changed nothing. */
export const rejectionCodes = [
  'malformed',
  'unknown-referral',
  'wrong-partner',
  'version',
  'late',
  'closed',
  'already-accepted',
  'not-accepted',
  'closed-at-out-of-range',
  'too-many-contacts',
] as const
export type RejectionCode = (typeof rejectionCodes)[number]

/** Stands outside the referral's sequence: no `version`, but the one it met. */
export const rejectionSchema = z.object({
  type: z.literal('referral.command-rejected'),
  occurredAt: timestampSchema,
  rfiId: rfiIdSchema,
  referralId: referralIdSchema,
  /** The sender's, whoever the referral belongs to. */
  partnerId: partnerIdSchema,
  commandId: commandIdSchema,
  commandType: z.string().nullable(),
  code: z.enum(rejectionCodes),
  /** Null to a wrong partner, and where there is no referral. */
  met: z
    .object({ status: z.enum(['New', 'Active', 'Closed']), substatus: z.string(), metVersion: z.int() })
    .nullable(),
  field: z.string().nullable(),
  found: z.string().nullable(),
  expected: z.string().nullable(),
})
export type Rejection = z.infer<typeof rejectionSchema>

/** Everything on `referral-status`. */
export const statusRecordSchema = z.union([referralEventSchema, rejectionSchema])

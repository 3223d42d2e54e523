import { z } from 'zod'
import { addresseeSchema } from './events.ts'
import { partnerIdSchema, profileIdSchema, referralIdSchema, rfiIdSchema } from './ids.ts'
import { timestampSchema } from './time.ts'

/** What the customer, or the inviter, must be told: the values of `customer-notices`. No contact data in any. */
export const candidateSchema = z.object({
  partnerId: partnerIdSchema,
  profileId: profileIdSchema,
  name: z.string(),
})
/** Whom the customer may choose next. */
export type Candidate = z.infer<typeof candidateSchema>

const unroutableSchema = z.object({
  type: z.literal('rfi.unroutable'),
  occurredAt: timestampSchema,
  rfiId: rfiIdSchema,
  country: z.string(),
  /** How many profiles each reason refused. */
  reasons: z.record(z.string(), z.int()),
  /** What was looked for, as matching read it. */
  terms: z.array(z.string()),
  test: z.boolean(),
})

const chooseAnotherSchema = z.object({
  type: z.literal('customer.choose-another'),
  occurredAt: timestampSchema,
  /** The moment `othersOpen` and `candidates` were looked at. */
  asOf: timestampSchema,
  rfiId: rfiIdSchema,
  referralId: referralIdSchema,
  partnerId: partnerIdSchema,
  cause: z.enum(['declined', 'expired']),
  addressee: addresseeSchema,
  othersOpen: z.int(),
  candidates: z.array(candidateSchema),
  test: z.boolean(),
})

const noPartnerSchema = z.object({
  type: z.literal('customer.no-partner'),
  occurredAt: timestampSchema,
  asOf: timestampSchema,
  rfiId: rfiIdSchema,
  /** The referral that closed; null when the RFI could not be routed at all. */
  referralId: referralIdSchema.nullable(),
  partnerId: partnerIdSchema.nullable(),
  cause: z.enum(['declined', 'expired', 'unroutable']),
  addressee: addresseeSchema,
  test: z.boolean(),
})

export const noticeSchema = z.discriminatedUnion('type', [
  unroutableSchema,
  chooseAnotherSchema,
  noPartnerSchema,
])
export type Notice = z.infer<typeof noticeSchema>
export type Unroutable = z.infer<typeof unroutableSchema>

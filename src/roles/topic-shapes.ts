import { z } from 'zod'
import { commandSchema } from '../domain/commands.ts'
import { routedSchema, statusRecordSchema } from '../domain/events.ts'
import { noticeSchema } from '../domain/notices.ts'
import { profileSchema } from '../domain/profile.ts'
import { rfiSchema } from '../domain/rfi.ts'
import { faultCodes, mostFaults } from '../domain/shape.ts'
import { timestampSchema } from '../domain/time.ts'
import { receiptSchema } from '../ranking/receipt-shape.ts'
import { releaseSchema } from '../ranking/release.ts'
import { visibilitySchema } from '../ranking/visibility-shape.ts'
import { roleNames } from './role.ts'
import { type Topic, topicNames, topics } from './topics.ts'

const faultSchema = z.object({
  code: z.enum(faultCodes),
  field: z.string(),
  found: z.string(),
  expected: z.string(),
})

/** What `deadLetter` sends. Code, field, found and expected beside the coordinates are those of the first fault. */
export const deadLetterSchema = z.object({
  topic: z.enum(topicNames),
  partition: z.int().min(0),
  offset: z.int().min(0),
  timestamp: timestampSchema,
  role: z.enum(roleNames),
  hash: z.string(),
  size: z.int().min(0),
  code: z.enum(faultCodes),
  field: z.string(),
  found: z.string(),
  expected: z.string(),
  faults: z.array(faultSchema).max(mostFaults),
  redriveOf: z.string().nullable(),
})

export interface TopicShape {
  readonly schema: z.ZodType
  /** What other languages call a record of it. */
  readonly name: string
  /** The id that is the key. */
  readonly key: string
  /** Whether the worker itself writes to it; only then must it know a schema for it. */
  readonly written: boolean
  /** Whether all fields are always there: what the worker alone writes, already parsed. */
  readonly complete: boolean
  readonly says: string
}

const input = { written: false, complete: false }
const output = { written: true, complete: true }

/** The one source of every schema in `schemas/`. */
export const topicShapes: Readonly<Record<Topic, TopicShape>> = {
  [topics.profiles]: {
    ...input,
    schema: profileSchema,
    name: 'PartnerProfile',
    key: 'profileId',
    says: "A partner's public offer in one country. A tombstone withdraws it.",
  },
  [topics.weights]: {
    ...input,
    schema: releaseSchema,
    name: 'WeightRelease',
    key: 'slot: live, shadow or canary',
    says: 'What counts how much in a ranking.',
  },
  [topics.rfis]: {
    ...input,
    schema: rfiSchema,
    name: 'Rfi',
    key: 'rfiId',
    says: 'A request for information: one customer need. Holds contact data, so keep it short.',
  },
  [topics.commands]: {
    // The clock's own commands come by this topic too.
    written: true,
    complete: false,
    schema: commandSchema,
    name: 'ReferralCommand',
    key: 'referralId',
    says: 'What a partner, or the clock, asks of one referral. The type says which fields count.',
  },
  [topics.referrals]: {
    ...output,
    schema: routedSchema,
    name: 'ReferralRouted',
    key: 'partnerId',
    says: 'A referral as it is routed: what notifiers act on.',
  },
  [topics.status]: {
    ...output,
    schema: statusRecordSchema,
    name: 'ReferralStatus',
    key: 'partnerId',
    says: "Everything that happens to a referral, by version. The type says which fields count; readers pass over types they don't know.",
  },
  [topics.notices]: {
    ...output,
    schema: noticeSchema,
    name: 'CustomerNotice',
    key: 'rfiId',
    says: 'What the customer, or the inviter, must be told. The type says which fields count.',
  },
  [topics.decisions]: {
    ...output,
    schema: receiptSchema,
    name: 'Receipt',
    key: 'rfiId',
    says: 'How one RFI came to its partners. Scores, weights, values and propensities are millionths.',
  },
  [topics.visibility]: {
    ...output,
    schema: visibilitySchema,
    name: 'VisibilityChanged',
    key: 'partnerId',
    says: "A partner's visibility under a release, millionths, and the evidence. Sent when the evidence changes, and for all partners after another live release, after lanes resume and after a rebuild that found differences. Readers drop repeats as everywhere, by lane and seq, and keep the last record of each partner: it is the newest, whatever its version.",
  },
  [topics.deadLetters]: {
    ...output,
    schema: deadLetterSchema,
    name: 'DeadLetter',
    key: "the input's",
    says: "Input that can't be read or breaks its shape: where it lies and what is wrong, none of its content.",
  },
}

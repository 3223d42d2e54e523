import { z } from 'zod'
import { commandIdSchema, foreignIdSchema, partnerIdSchema, referralIdSchema } from './ids.ts'
import { moneySchema } from './money.ts'
import { reasonCodes, reasonNeedsNotes } from './reasons.ts'
import { absentAsEmpty, absentAsNull, termSchema, textSchema } from './shape.ts'
import { timestampSchema } from './time.ts'

/** What partners (and the clock) ask of one referral, as it arrives on `referral-commands`. */
const common = {
  commandId: commandIdSchema,
  referralId: referralIdSchema,
  partnerId: partnerIdSchema,
  occurredAt: timestampSchema,
  /** Refused with `version` when the referral has moved on. */
  expectedVersion: absentAsNull(z.int().min(0)),
}

/** As long as no name or address is: a referral holds a hundred of these. Characters. */
const contactTextSchema = textSchema.pipe(z.string().max(500))

/** A person on the partner's side of a deal: business data. */
export const teamContactSchema = z.object({
  firstName: absentAsNull(contactTextSchema),
  lastName: absentAsNull(contactTextSchema),
  email: absentAsNull(contactTextSchema),
  phone: absentAsNull(contactTextSchema),
})
export type TeamContact = z.infer<typeof teamContactSchema>

/**
 * Contacts of one referral. No deal has more people, and an empty contact of 3 bytes is one of 61 in the event: without
 * a limit an input within its own makes an output beyond any broker's.
 */
export const mostContacts = 100

const engagementNameSchema = textSchema.refine(name => name.trim() !== '', {
  error: 'a name that is not blank',
})

export const engagementSchema = z.object({
  name: engagementNameSchema,
  value: absentAsNull(moneySchema),
  closingAt: absentAsNull(timestampSchema),
  notes: absentAsNull(textSchema),
  crmId: absentAsNull(foreignIdSchema),
  campaignId: absentAsNull(foreignIdSchema),
})
export type Engagement = z.infer<typeof engagementSchema>

/** Absent fields stay as they are. */
const engagementChangesSchema = z.object({
  name: absentAsNull(engagementNameSchema),
  value: absentAsNull(moneySchema),
  closingAt: absentAsNull(timestampSchema),
  notes: absentAsNull(textSchema),
  crmId: absentAsNull(foreignIdSchema),
})
export type EngagementChanges = z.infer<typeof engagementChangesSchema>

const reasonSchema = z.literal(reasonCodes)
const notesSchema = absentAsNull(textSchema)

function withReason<Type extends string>(type: Type) {
  return z
    .object({ ...common, type: z.literal(type), reason: reasonSchema, notes: notesSchema })
    .refine(command => !reasonNeedsNotes(command.reason) || (command.notes ?? '').trim() !== '', {
      error: 'notes, which this reason requires',
      path: ['notes'],
    })
}

const timed = { ...common, dueAt: timestampSchema }

export const commandSchema = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('accept'),
    engagement: engagementSchema,
    team: absentAsEmpty(teamContactSchema, mostContacts),
  }),
  withReason('decline'),
  z.object({ ...common, type: z.literal('update-engagement'), engagement: engagementChangesSchema }),
  z.object({ ...common, type: z.literal('add-contact'), contact: teamContactSchema }),
  z.object({
    ...common,
    type: z.literal('win'),
    value: absentAsNull(moneySchema),
    closedAt: absentAsNull(timestampSchema),
    /** As long as it comes: what is kept of it, and sent, is no longer than it was. */
    solutions: absentAsEmpty(termSchema),
  }),
  withReason('lose'),
  z.object({ ...common, type: z.literal('favorite') }),
  z.object({ ...common, type: z.literal('unfavorite') }),
  z.object({ ...timed, type: z.literal('remind') }),
  z.object({ ...timed, type: z.literal('cool') }),
  z.object({ ...timed, type: z.literal('expire') }),
])
export type Command = z.infer<typeof commandSchema>
export type CommandType = Command['type']

/** What can still be answered when the rest of a command is malformed. */
export const commandIdsSchema = z.object({
  commandId: commandIdSchema,
  referralId: referralIdSchema,
  partnerId: partnerIdSchema,
})

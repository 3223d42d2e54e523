import { z } from 'zod'
import { countrySchema } from './countries.ts'
import { foreignIdSchema, partnerIdSchema, rfiIdSchema } from './ids.ts'
import { moneySchema } from './money.ts'
import { absentAsEmpty, absentAsFalse, absentAsNull, termSchema, textSchema } from './shape.ts'
import { companySizes } from './sizes.ts'
import { timestampSchema } from './time.ts'

/** A request for information: one customer need, as it arrives on `rfis`. */
export const channels = ['marketing', 'seller', 'customer-search'] as const
export type Channel = (typeof channels)[number]

/** Its lists may be long: in events they are as long as they came, and matching reads no more than it has use for. */
export const needSchema = z
  .object({
    title: absentAsNull(textSchema),
    description: absentAsNull(textSchema),
    keywords: absentAsEmpty(termSchema),
    industries: absentAsEmpty(termSchema),
    products: absentAsEmpty(termSchema),
    services: absentAsEmpty(termSchema),
    solutions: absentAsEmpty(termSchema),
  })
  .refine(saysSomething, { error: 'a need with at least one term or some text' })
export type Need = z.infer<typeof needSchema>

function saysSomething(need: { [field: string]: string | null | readonly string[] }): boolean {
  return Object.values(need).some(part =>
    typeof part === 'string' ? part.trim() !== '' : part !== null && part.length > 0,
  )
}

export const customerContactSchema = z.object({
  firstName: absentAsNull(textSchema),
  lastName: absentAsNull(textSchema),
  email: absentAsNull(textSchema),
  phone: absentAsNull(textSchema),
})
export type CustomerContact = z.infer<typeof customerContactSchema>

const customerSchema = z.object({
  name: absentAsNull(textSchema),
  country: countrySchema,
  region: absentAsNull(textSchema),
  city: absentAsNull(textSchema),
  postalCode: absentAsNull(textSchema),
  size: absentAsNull(z.enum(companySizes)),
  locale: absentAsNull(textSchema),
  contact: absentAsNull(customerContactSchema),
})
export type Customer = z.infer<typeof customerSchema>

/** Absent means not given: no consent is ever assumed. */
const consentSchema = z
  .object({ shareWithPartners: absentAsFalse(), contact: absentAsFalse() })
  .nullish()
  .transform(consent => consent ?? { shareWithPartners: false, contact: false })

/** Whoever names more has not chosen; and each one named, 4 bytes, comes to a referral of its own. */
export const mostRequested = 100

export const rfiSchema = z.object({
  rfiId: rfiIdSchema,
  occurredAt: timestampSchema,
  channel: z.enum(channels),
  customer: customerSchema,
  need: needSchema,
  budget: absentAsNull(moneySchema),
  closingAt: absentAsNull(timestampSchema),
  /** Empty: the worker chooses. */
  requestedPartners: absentAsEmpty(partnerIdSchema, mostRequested),
  followsRfiId: absentAsNull(rfiIdSchema),
  inviter: absentAsNull(z.object({ id: foreignIdSchema, email: absentAsNull(textSchema) })),
  maxPartners: absentAsNull(z.int().min(1)),
  contactMeDirectly: absentAsFalse(),
  expiresAt: absentAsNull(timestampSchema),
  consent: consentSchema,
  campaignId: absentAsNull(foreignIdSchema),
  test: absentAsFalse(),
})
export type Rfi = z.infer<typeof rfiSchema>

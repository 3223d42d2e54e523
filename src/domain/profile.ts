import { z } from 'zod'
import { countrySchema } from './countries.ts'
import { foreignIdSchema, partnerIdSchema, profileIdSchema } from './ids.ts'
import { absentAsEmpty, absentAsFalse, absentAsNull, termSchema, textSchema } from './shape.ts'
import { companySizes } from './sizes.ts'
import { timestampSchema } from './time.ts'

/** A partner's public offer in one country, as it arrives on `partner-profiles`. */
export const locationSchema = z.object({
  locationId: foreignIdSchema,
  city: absentAsNull(textSchema),
  region: absentAsNull(textSchema),
  contact: absentAsNull(
    z.object({
      firstName: absentAsNull(textSchema),
      lastName: absentAsNull(textSchema),
      email: absentAsNull(textSchema),
      phone: absentAsNull(textSchema),
      disableNotifications: absentAsFalse(),
    }),
  ),
})
export type Location = z.infer<typeof locationSchema>

/** No country has as many (GB has 224). A profile is listed under each of them with each of its terms. */
export const mostRegions = 300

/** Of one kind. Thousands are welcome: they are searched and never sent on. */
const mostTags = 20_000

export const tagsSchema = z.object({
  industries: absentAsEmpty(termSchema, mostTags),
  products: absentAsEmpty(termSchema, mostTags),
  services: absentAsEmpty(termSchema, mostTags),
  solutions: absentAsEmpty(termSchema, mostTags),
  keywords: absentAsEmpty(termSchema, mostTags),
})
export type Tags = z.infer<typeof tagsSchema>

const noTags: Tags = { industries: [], products: [], services: [], solutions: [], keywords: [] }

export const profileSchema = z.object({
  profileId: profileIdSchema,
  partnerId: partnerIdSchema,
  occurredAt: timestampSchema,
  /** Notices name five candidates each, so one name can't have a record's whole room. Characters. */
  name: textSchema.pipe(z.string().max(500)),
  country: countrySchema,
  state: z.enum(['published', 'paused']),
  locations: z.array(locationSchema).min(1).max(5),
  /** Regions served; empty means the whole country. */
  serves: z
    .object({ regions: absentAsEmpty(termSchema, mostRegions) })
    .nullish()
    .transform(serves => serves ?? { regions: [] }),
  tags: tagsSchema.nullish().transform(tags => tags ?? noTags),
  sizeOptOut: absentAsEmpty(z.enum(companySizes)),
  /** Most referrals New or Active at one time. */
  maxOpenReferrals: absentAsNull(z.int().min(0)),
  locale: absentAsNull(textSchema),
  description: absentAsNull(textSchema),
  website: absentAsNull(textSchema),
})
export type Profile = z.infer<typeof profileSchema>

/** `withdrawn` is what a tombstone leaves behind: nothing that is followed is ever deleted. */
export type ProfileState = 'published' | 'paused' | 'withdrawn'

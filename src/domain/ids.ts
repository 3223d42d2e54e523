import { z } from 'zod'

/**
 * Ids are opaque: at least one and at most 100 characters, well-formed Unicode, no NUL. Nothing is ever parsed out
 * of one but a `referralId`, which is `<rfiId>:<partnerId>` and splits at its last colon, so a partnerId has none.
 */
const longest = 100

function idSchema<Name extends string>(most = longest) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine(id => id.isWellFormed() && !id.includes('\0'), { error: 'well-formed Unicode without NUL' })
    .brand<Name>()
}

export const rfiIdSchema = idSchema<'RfiId'>()
export const profileIdSchema = idSchema<'ProfileId'>()
export const partnerIdSchema = idSchema<'PartnerId'>().refine(id => !id.includes(':'), {
  error: "an id without ':'",
})
/** Only what could have been made of two ids: whatever splits such an id gets a valid rfiId and partnerId. */
export const referralIdSchema = idSchema<'ReferralId'>(2 * longest + 1).refine(
  id => {
    const parts = splitReferralId(id)
    return parts !== null && parts.rfiId.length <= longest && parts.partnerId.length <= longest
  },
  { error: 'an rfiId, a colon and a partnerId' },
)
/** Longer than other ids: the clock's own are `<referralId>/<type>/<dueAt>`. */
export const commandIdSchema = idSchema<'CommandId'>(3 * longest)
/** Ids of other systems: a seller, a campaign, a CRM record, a location. */
export const foreignIdSchema = idSchema<'ForeignId'>()

export type RfiId = z.infer<typeof rfiIdSchema>
export type ProfileId = z.infer<typeof profileIdSchema>
export type PartnerId = z.infer<typeof partnerIdSchema>
export type ReferralId = z.infer<typeof referralIdSchema>
export type CommandId = z.infer<typeof commandIdSchema>

export function referralIdOf(rfiId: RfiId, partnerId: PartnerId): ReferralId {
  return `${rfiId}:${partnerId}` as ReferralId
}

/** Null when there is no colon with something on both sides. */
export function splitReferralId(referralId: string): { rfiId: RfiId; partnerId: PartnerId } | null {
  const at = referralId.lastIndexOf(':')
  if (at <= 0 || at === referralId.length - 1) return null
  return { rfiId: referralId.slice(0, at) as RfiId, partnerId: referralId.slice(at + 1) as PartnerId }
}

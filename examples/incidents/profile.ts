import type { Offer, PartnerKind } from './offers.ts'
import { country } from './rfi.ts'

/**
 * One profile a partner, as lines of `partner-profiles.ndjson`, from the moment the log first shows it: a person
 * resolving a ticket, a team being given one. So that ticket never counts as a right answer (the profile is no older
 * than it). It says nothing but a name; all else is to be learnt from answers.
 */
export function toProfiles(offers: readonly Offer[], kind: PartnerKind) {
  const firstSeen = new Map<string, number>()
  for (const { partnerId, offeredAt, answer } of offers) {
    const at = kind === 'person' ? answer.at : offeredAt
    firstSeen.set(partnerId, Math.min(at, firstSeen.get(partnerId) ?? at))
  }
  return [...firstSeen].map(([partnerId, at]) => toProfile(partnerId, at))
}

function toProfile(partnerId: string, publishedAt: number) {
  const name = partnerId.replace('-', ' ')
  return {
    profileId: `${partnerId}/${country}`,
    partnerId,
    occurredAt: new Date(publishedAt).toISOString(),
    name: name.charAt(0).toUpperCase() + name.slice(1),
    country,
    state: 'published',
    locations: [
      {
        locationId: `${partnerId}/${country}/desk`,
        // Made up: without a contact a partner could not be notified, and its silence would count for nothing.
        contact: { email: `desk@${partnerId}.example`, disableNotifications: false },
      },
    ],
    tags: { keywords: [partnerId.replace('-', '_')] },
  }
}

import type { Offer } from './offers.ts'
import { longestLife, rfiId } from './rfi.ts'

/** An offer as a line of `referrals.ndjson`. */
export function toReferral({ incident, partnerId, offeredAt }: Offer) {
  return {
    referralId: `${rfiId(incident)}:${partnerId}`,
    rfiId: rfiId(incident),
    partnerId,
    occurredAt: new Date(offeredAt).toISOString(),
    expiresAt: new Date(incident.openedAt + longestLife).toISOString(),
  }
}

/** What a partner did, as lines of `referral-commands.ndjson`: a decline, or an accept, then won or lost at closing. */
export function toCommands(offer: Offer) {
  const { incident, answer } = offer
  // Reason 4, requirement not met: not this group's work.
  if (answer.type === 'decline') return [{ ...envelope(offer, answer.at, 'decline'), reason: 4 }]
  const closedAt = Math.max(incident.closedAt, answer.at)
  return [
    {
      ...envelope(offer, answer.at, 'accept'),
      engagement: { name: `Ticket ${incident.number}` },
    },
    incident.madeSla
      ? envelope(offer, closedAt, 'win')
      : { ...envelope(offer, closedAt, 'lose'), reason: 8, notes: 'not within the agreed time' },
  ]
}

function envelope({ incident, partnerId }: Offer, at: number, type: 'accept' | 'decline' | 'win' | 'lose') {
  const referralId = `${rfiId(incident)}:${partnerId}`
  return {
    commandId: `${referralId}/${type}`,
    referralId,
    partnerId,
    occurredAt: new Date(at).toISOString(),
    type,
  }
}

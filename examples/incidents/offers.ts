import type { Incident } from './incident.ts'

export type PartnerKind = 'person' | 'team'

/** One partner's part in a ticket; times in ms since 1970. */
export type Offer = {
  incident: Incident
  partnerId: string
  offeredAt: number
  answer: { type: 'accept' | 'decline'; at: number }
}

/** Who answered a ticket. Persons: who resolved it, and nobody else is known to have been asked. Teams: every hop. */
export function offersOf(incident: Incident, kind: PartnerKind): Offer[] {
  return kind === 'person' ? toResolver(incident) : toTeams(incident)
}

function toResolver(incident: Incident): Offer[] {
  const { resolvedBy, resolvedAt, openedAt } = incident
  if (resolvedBy === undefined) return []
  const answer = { type: 'accept' as const, at: resolvedAt }
  return [{ incident, partnerId: `person-${resolvedBy}`, offeredAt: openedAt, answer }]
}

/** The group that holds a ticket at its last event accepts it when resolved; one that passed it on declined it then. */
function toTeams(incident: Incident): Offer[] {
  return incident.hops.map(({ group, since, passedOnAt }) => {
    const type = passedOnAt === undefined ? ('accept' as const) : ('decline' as const)
    // A ticket is now and then handed on after it was resolved.
    const at = Math.max(passedOnAt ?? incident.resolvedAt, since)
    return { incident, partnerId: `team-${group}`, offeredAt: since, answer: { type, at } }
  })
}

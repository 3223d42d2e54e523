import { type Incident, missing, openingColumns } from './incident.ts'

/** What the keywords call a column: with an underscore, so that column and value are one word to the matcher. */
const prefixes: Record<(typeof openingColumns)[number], string> = {
  category: 'category',
  subcategory: 'subcategory',
  u_symptom: 'symptom',
  cmdb_ci: 'item',
  caller_id: 'caller',
  opened_by: 'opener',
  contact_type: 'contact',
  impact: 'impact',
  urgency: 'urgency',
  priority: 'priority',
}

/** Made up: the file names no country, and all stand in one. */
export const country = 'US'
const day = 86_400_000
/** Longer than any ticket took (336 days), so that a late answer still meets an open referral. */
export const longestLife = 400 * day

export function rfiId(incident: Incident): string {
  return `incident-${incident.number}`
}

/** A ticket as it was opened, as a line of `rfis.ndjson`. */
export function toRfi(incident: Incident) {
  const { number, openedAt, opening } = incident
  return {
    rfiId: rfiId(incident),
    occurredAt: new Date(openedAt).toISOString(),
    channel: 'marketing',
    customer: {
      // The number keeps two tickets of one caller from being marked as one request that comes again.
      name: `Caller ${opening.caller_id}, ticket ${number}`,
      country,
      ...(opening.location === missing ? {} : { region: `location ${opening.location}` }),
    },
    need: { title: keywordsOf(incident)[0] ?? 'ticket', keywords: keywordsOf(incident) },
    expiresAt: new Date(openedAt + longestLife).toISOString(),
    consent: { shareWithPartners: true, contact: true },
  }
}

function keywordsOf({ opening }: Incident): string[] {
  return openingColumns
    .filter(column => opening[column] !== missing)
    .map(column => `${prefixes[column]}_${opening[column].replaceAll(/[^\p{L}\p{N}]+/gu, '_')}`)
}

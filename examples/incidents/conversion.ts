import { readCsv } from '../tenders/csv.ts'
import { toCommands, toReferral } from './commands.ts'
import { readIncidents } from './incident.ts'
import { offersOf, type PartnerKind } from './offers.ts'
import { toProfiles } from './profile.ts'
import { toRfi } from './rfi.ts'

/** The files, each as lines in the order of their time. `referrals` is absent where the log does not tell who was asked. */
export type Conversion = { profiles: string[]; rfis: string[]; referrals?: string[]; commands: string[] }

/** The event log to what `replay` and `simulate` read. The same text gives the same lines. Throws `CsvError`. */
export function convert(csv: string, kind: PartnerKind): Conversion {
  const incidents = readIncidents(readCsv(withSubcategory(csv)))
  const offers = incidents.flatMap(incident => offersOf(incident, kind))
  return {
    profiles: toLines(toProfiles(offers, kind)),
    rfis: toLines(incidents.map(toRfi)),
    ...(kind === 'team' ? { referrals: toLines(offers.map(toReferral)) } : {}),
    commands: toLines(offers.flatMap(toCommands)),
  }
}

/** The file heads two columns `category`; the second is the subcategory. */
function withSubcategory(csv: string): string {
  return csv.replace(/^([^\n]*\bcategory,)category\b/, '$1subcategory')
}

/** The sort is stable: at one time, tickets by number, and an accept before its end. */
function toLines<T extends { occurredAt: string }>(records: T[]): string[] {
  return records
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0))
    .map(record => JSON.stringify(record))
}

import type { Tender } from './tender.ts'
import { noticeTime, openingTime } from './times.ts'

/** The body that orders, read from the document number in the title as the machine translation renders it. */
const orderingBodies: ReadonlyArray<readonly [RegExp, string]> = [
  // 土教 ("Tsuchiura, education") came out as "sat board of education" and as "sat judaism": all are school works.
  [/\bsat (board of education|judaism)\b/, 'Tsuchiura City Board of Education'],
  [/\bsat fire\b/, 'Tsuchiura City Fire Department'],
  // 土水 ("Tsuchiura, water").
  [/\b(soil water|do-sui)\b/, 'Tsuchiura City Waterworks'],
  [/^market\b/, 'Tsuchiura City Market'],
]

export function rfiId(tender: Tender): string {
  return `tsuchiura-${tender.pid}`
}

/** A tender notice as a line of `rfis.ndjson`. */
export function toRfi(tender: Tender) {
  return {
    rfiId: rfiId(tender),
    occurredAt: noticeTime(tender).toISOString(),
    // A notice to all firms: nobody was picked and no agent stood between.
    channel: 'marketing',
    customer: {
      name: customerName(tender),
      country: 'JP',
      region: 'JP-08',
      city: 'Tsuchiura',
      // The text is a translation: `locale` says in which language to read it.
      locale: 'en',
    },
    need: {
      title: tender.title,
      description: tender.details,
      keywords: tender.workTypes,
    },
    budget: { amount: tender.reservePrice, currency: 'JPY' },
    closingAt: openingTime(tender).toISOString(),
    consent: { shareWithPartners: true, contact: true },
  }
}

/**
 * A customer is recognised by its name, and the same customer asking a partner again within 30 days is marked a
 * possible duplicate. One office puts up to 28 different works out on one day, so the office alone would mark
 * nearly all. The city numbers its documents by office and fiscal year: with the number in the name, only a
 * document that really comes twice is marked.
 */
function customerName(tender: Tender): string {
  const body = orderingBodies.find(([pattern]) => pattern.test(tender.title))?.[1] ?? 'City of Tsuchiura'
  return `${body}, ${tender.title}, fiscal ${fiscalYear(tender.openedOn)}`
}

/** Japan's fiscal year begins on 1 April. */
function fiscalYear(openedOn: string): number {
  const [year, month] = openedOn.split('-').map(Number)
  return (year ?? 0) - ((month ?? 0) < 4 ? 1 : 0)
}

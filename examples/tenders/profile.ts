import { type Tender, workTypeColumns } from './tender.ts'
import { compare } from './text.ts'
import { openingTime, yearEnd } from './times.ts'

/** Words that tell no firm of this city from another. */
const emptyWords = new Set(
  'associated city construction mainly municipal other outside tsuchiura with within work works'.split(' '),
)
const wordsKept = 10

/**
 * Business profiles as lines of `partner-profiles.ndjson`: at most two versions a firm, each made only of works
 * already opened when it is published.
 * 1. When the bids of its first tender are opened: with the works of that day. So its first bid never counts as a
 *    right answer (the profile is younger than that RFI), its later ones do.
 * 2. At the end of that calendar year: with the works of the year. Left out when it says the same; never changed
 *    after that, so what is known of a firm later comes from what it does, not from its profile.
 */
export function toProfiles(tenders: readonly Tender[]) {
  return [...worksByBidder(tenders)].flatMap(([bidderId, works]) => {
    const first = works[0]
    if (first === undefined) return []
    const year = Number(first.openedOn.slice(0, 4))
    const atFirst = works.filter(work => work.openedOn === first.openedOn)
    const inFirstYear = works.filter(work => work.openedOn.startsWith(`${year}-`))
    const early = toProfile(bidderId, openingTime(first), atFirst)
    const late = toProfile(bidderId, yearEnd(year), inFirstYear)
    return JSON.stringify(early.tags) === JSON.stringify(late.tags) ? [early] : [early, late]
  })
}

function worksByBidder(tenders: readonly Tender[]): Map<string, Tender[]> {
  const works = new Map<string, Tender[]>()
  for (const tender of tenders) {
    for (const { bidderId } of tender.bids) {
      const known = works.get(bidderId)
      if (known === undefined) works.set(bidderId, [tender])
      else known.push(tender)
    }
  }
  return works
}

function toProfile(bidderId: string, publishedAt: Date, works: readonly Tender[]) {
  const name = works[0]?.bids.find(bid => bid.bidderId === bidderId)?.bidder ?? bidderId
  return {
    profileId: `${bidderId}/JP`,
    partnerId: bidderId,
    occurredAt: publishedAt.toISOString(),
    name,
    country: 'JP',
    state: 'published',
    locations: [
      {
        locationId: `${bidderId}/JP/tsuchiura`,
        // Where the works are; where the firm has its office the data does not say.
        city: 'Tsuchiura',
        region: 'JP-08',
        // Made up: without a contact a firm could not be notified, and its silence would count for nothing.
        contact: { email: `tenders@firm-${bidderId}.example`, disableNotifications: false },
      },
    ],
    tags: { keywords: keywordsOf(works) },
    locale: 'en',
  }
}

/** The kinds of work it bid for, then the words found in most of these works' details (ties: alphabetical). */
function keywordsOf(works: readonly Tender[]): string[] {
  const kinds = workTypeColumns.filter(column => works.some(work => work.workTypes.includes(column)))
  const counts = new Map<string, number>()
  for (const work of works) {
    for (const word of new Set(work.details.toLowerCase().match(/\p{L}{4,}/gu) ?? [])) {
      if (!emptyWords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  const words = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b)).map(([word]) => word)
  return [...new Set<string>([...kinds, ...words.slice(0, wordsKept)])]
}

import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { NeedDocument, NeedsCell } from '../roles/documents/read-models.ts'
import { needTermId } from '../roles/folds/needs.ts'
import { type Months, monthRange } from './months.ts'
import { sumCounts } from './sum-counts.ts'
import { writtenIn } from './term-words.ts'

/** What customers asked for that no partner could serve. */
export interface NeedsReport {
  readonly rfis: number
  /** How many RFIs each reason had a part in; most first, as all below. */
  readonly reasons: readonly Counted[]
  readonly countries: readonly Counted[]
  readonly terms: readonly Counted[]
  /** A term that is left out was asked for no more often than this. */
  readonly othersAtMost: number
  readonly latest: readonly NeedDocument[]
  /** What recent requests wrote for these terms: of a word its stem is all that matching has. */
  readonly words: Readonly<Record<string, string>>
}

export interface Counted {
  readonly name: string
  readonly count: number
}

type Reading = Pick<Store<Collections>, 'find' | 'get'>

/** Rows of `needTerms` that are read of each month: any number of terms may be there. */
const readOfMonth = 150
/** And months, the last. */
const mostMonths = 6
/** Requests whose own words are looked at, the latest. */
const readForWords = 200

export async function reportNeeds(
  store: Reading,
  months: Months,
  { limit }: { readonly limit: number },
): Promise<NeedsReport> {
  const found = await store.find('cells', {
    where: { kind: 'needs', by: null, span: null, period: monthRange(months) },
  })
  const cells = found.filter((cell): cell is NeedsCell => cell.kind === 'needs')
  const { from = '', to } = months
  const recent = await store.find('needs', {
    where: { occurredAt: to === undefined ? { gte: from } : { gte: from, lt: `${to}~` } },
    sort: [
      ['occurredAt', -1],
      ['_id', -1],
    ],
    limit: readForWords,
  })
  const latest = recent.slice(0, Math.min(limit, 10))
  const top = await topTerms(store, cells, limit)
  return {
    rfis: cells.reduce((sum, cell) => sum + cell.rfis, 0),
    reasons: mostFirst(sumCounts(cells.map(cell => cell.reasons))),
    countries: mostFirst(sumCounts(cells.map(cell => cell.countries))).slice(0, limit),
    ...top,
    latest,
    words: await wordsFor([...top.terms.map(({ name }) => name), ...latest.flatMap(({ terms }) => terms)], {
      store,
      recent,
    }),
  }
}

async function wordsFor(
  terms: readonly string[],
  { store, recent }: { readonly store: Reading; readonly recent: readonly NeedDocument[] },
): Promise<Record<string, string>> {
  const wanted = new Set(terms)
  const requests = await store.get(
    'rfis',
    recent.map(({ _id }) => _id),
  )
  const words: Record<string, string> = {}
  for (const { _id } of recent) {
    const request = requests.get(_id)?.rfi
    if (request === undefined) continue
    for (const [term, word] of writtenIn(request)) if (wanted.has(term)) words[term] ??= word
  }
  return words
}

/**
 * The terms that were asked for most, without reading all there are: of each month those its lanes counted most, and then
 * what every lane and month knows of the best of them. Exact for all it names.
 */
async function topTerms(
  store: Reading,
  cells: readonly NeedsCell[],
  limit: number,
): Promise<Pick<NeedsReport, 'terms' | 'othersAtMost'>> {
  const byMonth = new Map(
    [...Map.groupBy(cells, ({ period }) => period)].sort(latestFirst).slice(0, mostMonths),
  )
  const seen = new Map<string, number>()
  let unseenAtMost = 0
  for (const [month, its] of byMonth) {
    const rows = await store.find('needTerms', {
      where: { month },
      sort: [['count', -1]],
      limit: readOfMonth,
    })
    for (const { term, count } of rows) seen.set(term, (seen.get(term) ?? 0) + count)
    if (rows.length === readOfMonth) unseenAtMost += (rows.at(-1)?.count ?? 0) * its.length
  }
  const best = [...seen].sort(byCount)
  const candidates = best.slice(0, 2 * limit).map(([term]) => term)
  const ids = [...byMonth].flatMap(([month, its]) =>
    its.flatMap(({ lane }) => candidates.map(term => needTermId(month, term, lane))),
  )
  const sums = new Map<string, number>()
  for (const { term, count } of (await store.get('needTerms', ids)).values())
    sums.set(term, (sums.get(term) ?? 0) + count)
  const exact = [...sums].sort(byCount)
  const next = Math.max(exact[limit]?.[1] ?? 0, (best[2 * limit]?.[1] ?? 0) + unseenAtMost, unseenAtMost)
  return { terms: exact.slice(0, limit).map(([name, count]) => ({ name, count })), othersAtMost: next }
}

function latestFirst([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? 1 : -1
}

function byCount([one, its]: [string, number], [other, others]: [string, number]): number {
  return others - its || (one < other ? -1 : 1)
}

function mostFirst(counts: Readonly<Record<string, number>>): Counted[] {
  return Object.entries(counts)
    .sort(byCount)
    .map(([name, count]) => ({ name, count }))
}

import type { Timestamp } from '../domain/time.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { InboxDocument, PartnerCounts } from '../roles/documents/read-models.ts'
import { rowMatches, searchedFor } from './inbox-search.ts'

export const tabs = ['new', 'active', 'archived', 'favorites'] as const
export type Tab = (typeof tabs)[number]

/** A place among a partner's rows, the latest routed first: neither of the two ever changes. The next page begins behind it. */
export interface PageEnd {
  readonly routedAt: Timestamp
  readonly id: string
}

export interface PageAsked {
  readonly partnerId: string
  readonly tabs: readonly Tab[]
  readonly limit: number
  readonly after: PageEnd | null
  /** All of its words must be in a row. */
  readonly search: string | null
}

export interface Page {
  readonly rows: readonly InboxDocument[]
  /** Rows that were looked at: more than are given where something was searched for. */
  readonly looked: number
  /** Null when nothing is left. */
  readonly next: PageEnd | null
}

type Reading = Pick<Store<Collections>, 'find' | 'get'>

/** Rows that one page of a search looks at: whoever wants more asks for the next. */
export const lookedAtOnce = 60

/**
 * A page of some tabs, read off the index of each. Whatever comes and goes meanwhile, whoever turns all pages meets every
 * row that was there all the time once: a row keeps its place, in whichever tab it is.
 */
export async function inboxPage(store: Reading, asked: PageAsked): Promise<Page> {
  const { search, limit } = asked
  if (search === null) {
    const { rows, isLast } = await rowsAfter(store, asked, limit)
    return { rows, looked: rows.length, next: isLast ? null : endOf(rows.at(-1)) }
  }
  const words = searchedFor(search)
  if (asked.after === null) {
    const named = await rowsNamed(store, asked, search.trim())
    if (named.length > 0) return { rows: named, looked: named.length, next: null }
  }
  const { rows, isLast } = await rowsAfter(store, asked, lookedAtOnce)
  const found: InboxDocument[] = []
  for (const [at, row] of rows.entries()) {
    if (rowMatches(row, words)) found.push(row)
    if (found.length === limit) {
      const wasLast = isLast && at === rows.length - 1
      return { rows: found, looked: at + 1, next: wasLast ? null : endOf(row) }
    }
  }
  return { rows: found, looked: rows.length, next: isLast ? null : endOf(rows.at(-1)) }
}

/** Rows in each tab; null of a partner nothing was ever routed to. */
export async function tabCounts(store: Reading, partnerId: string): Promise<PartnerCounts['tabs'] | null> {
  return (await store.get('partnerCounts', [partnerId])).get(partnerId)?.tabs ?? null
}

async function rowsAfter(
  store: Reading,
  asked: Pick<PageAsked, 'partnerId' | 'tabs' | 'after'>,
  limit: number,
): Promise<{ rows: InboxDocument[]; isLast: boolean }> {
  const found = new Map<string, InboxDocument>()
  // In the order of a referral's life, so that one that moves on meanwhile is met twice rather than never.
  for (const tab of tabs.filter(one => asked.tabs.includes(one))) {
    const rows =
      tab === 'favorites'
        ? await favorites(store, asked, limit + 1)
        : await inTab(store, tab, asked, limit + 1)
    for (const row of rows) found.set(row._id, row)
  }
  const rows = [...found.values()].sort(latestFirst)
  return { rows: rows.slice(0, limit), isLast: rows.length <= limit }
}

const newestFirst = [
  ['routedAt', -1],
  ['_id', -1],
] as const

async function inTab(
  store: Reading,
  tab: Exclude<Tab, 'favorites'>,
  { partnerId, after }: Pick<PageAsked, 'partnerId' | 'after'>,
  limit: number,
): Promise<InboxDocument[]> {
  if (after === null) return store.find('inbox', { where: { partnerId, tab }, sort: newestFirst, limit })
  // Those of the same moment, then those before it: where a page ends many may have one time.
  const same = await store.find('inbox', {
    where: { partnerId, tab, routedAt: after.routedAt, _id: { lt: after.id } },
    sort: [['_id', -1]],
    limit,
  })
  if (same.length === limit) return same
  const before = await store.find('inbox', {
    where: { partnerId, tab, routedAt: { lt: after.routedAt } },
    sort: newestFirst,
    limit: limit - same.length,
  })
  return [...same, ...before]
}

async function favorites(
  store: Reading,
  { partnerId, after }: Pick<PageAsked, 'partnerId' | 'after'>,
  limit: number,
): Promise<InboxDocument[]> {
  const marks =
    after === null
      ? await store.find('favorites', { where: { partnerId }, sort: newestFirst, limit })
      : await store.find('favorites', {
          where: { partnerId, routedAt: after.routedAt, _id: { lt: after.id } },
          sort: [['_id', -1]],
          limit,
        })
  if (after !== null && marks.length < limit)
    marks.push(
      ...(await store.find('favorites', {
        where: { partnerId, routedAt: { lt: after.routedAt } },
        sort: newestFirst,
        limit: limit - marks.length,
      })),
    )
  return [
    ...(
      await store.get(
        'inbox',
        marks.map(({ _id }) => _id),
      )
    ).values(),
  ]
}

/** By the id of a referral or an RFI: found however old it is. */
async function rowsNamed(
  store: Reading,
  { partnerId, tabs }: PageAsked,
  id: string,
): Promise<InboxDocument[]> {
  if (id === '') return []
  const rows = [...(await store.get('inbox', [id, `${id}:${partnerId}`])).values()]
  return rows.filter(
    row =>
      row.partnerId === partnerId &&
      ((row.tab !== null && tabs.includes(row.tab)) || (row.favorite && tabs.includes('favorites'))),
  )
}

function latestFirst(one: InboxDocument, other: InboxDocument): number {
  return compare(other.routedAt ?? '', one.routedAt ?? '') || compare(other._id, one._id)
}

/** By code point, as both stores order texts: `<` goes by UTF-16 units, which puts 😀 before ～. */
function compare(one: string, other: string): number {
  if (one === other) return 0
  const [its, others] = [one[Symbol.iterator](), other[Symbol.iterator]()]
  for (;;) {
    const [a, b] = [its.next(), others.next()]
    if (a.done === true || b.done === true) return a.done === true ? -1 : 1
    if (a.value !== b.value) return (a.value.codePointAt(0) ?? 0) - (b.value.codePointAt(0) ?? 0)
  }
}

function endOf(row: InboxDocument | undefined): PageEnd | null {
  return row === undefined || row.routedAt === null ? null : { routedAt: row.routedAt, id: row._id }
}

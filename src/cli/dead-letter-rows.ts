import type { Timestamp } from '../domain/time.ts'
import type { Query, Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeadDocument, RedrivenDocument } from '../roles/documents/operations.ts'
import type { Topic } from '../roles/topics.ts'

/** Which dead letters. Times are those of the records. */
export interface Filter {
  readonly code?: string
  readonly topic?: Topic
  readonly from?: Timestamp
  /** Excluded. */
  readonly to?: Timestamp
}

/** The last of a page: the next page begins behind it. */
export interface PageEnd {
  readonly timestamp: Timestamp
  readonly id: string
}

type Reading = Pick<Store<Collections>, 'find' | 'countBy' | 'get'>

const newestFirst = [
  ['timestamp', -1],
  ['_id', -1],
] as const

/** Newest first, at most `limit`, read off an index. */
export async function pageOf(
  store: Reading,
  filter: Filter,
  { after, limit }: { readonly after: PageEnd | null; readonly limit: number },
): Promise<DeadDocument[]> {
  const { code, topic } = filter
  const named = { ...(code === undefined ? {} : { code }), ...(topic === undefined ? {} : { topic }) }
  if (after === null)
    return store.find('dead', {
      where: { ...named, timestamp: rangeOf(filter) },
      sort: newestFirst,
      limit,
    })
  // Those of the same moment, then those before it: where a page ends many may have one time.
  const same = await store.find('dead', {
    where: { ...named, timestamp: after.timestamp, _id: { lt: after.id } },
    sort: [['_id', -1]],
    limit,
  })
  const rest = limit - same.length
  if (rest === 0) return same
  const before = await store.find('dead', {
    where: { ...named, timestamp: { ...rangeOf(filter), lt: after.timestamp } },
    sort: newestFirst,
    limit: rest,
  })
  return [...same, ...before]
}

/** How many by code. */
export async function countsOf(
  store: Reading,
  { code, topic, ...times }: Filter,
): Promise<Record<string, number>> {
  const counts = await store.countBy('dead', 'code', {
    ...(topic === undefined ? {} : { topic }),
    ...(times.from === undefined && times.to === undefined ? {} : { timestamp: rangeOf(times) }),
  })
  return Object.fromEntries([...counts].filter(([name]) => code === undefined || name === code).sort())
}

/** As it was when it was sent again and had its effect: the last time, where a topic made anew has had two there. */
export async function redrivenAs(store: Reading, id: string): Promise<RedrivenDocument | null> {
  const found = await store.find('redriven', { where: { _id: { gt: `${id} `, lt: `${id}!` } } })
  return found.sort((one, other) => (one.takenAt < other.takenAt ? 1 : -1))[0] ?? null
}

function rangeOf({ from = '', to }: Filter): Query['where'][string] & object {
  return to === undefined ? { gte: from } : { gte: from, lt: to }
}

/** For `--after`. */
export function pageEndText({ timestamp, id }: PageEnd): string {
  return `${timestamp}/${id}`
}

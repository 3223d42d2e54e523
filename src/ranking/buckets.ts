import { day } from '../domain/time.ts'

/**
 * Integer counts by the day their referral was routed, fine when recent and coarse when old: days (UTC) for the 60 days
 * up to the latest one seen, months for the 36 up to its month, then one. Where a count lies depends on its day and the
 * latest day alone, and buckets only ever merge as the latest moves on: so the same counts in any order give the same
 * buckets, and as they are kept sorted and without zeros, the same bytes.
 */
export const keptDays = 60
export const keptMonths = 36

export const counters = [
  'offered',
  'answered',
  'answeredInHour',
  'answeredInDay',
  'accepted',
  'declinedFit',
  'declinedCustomer',
  'declinedOther',
  'declinedSpam',
  'expired',
  /** Expired although somebody had been notified. */
  'silent',
  'won',
  'lostFit',
  'lostCustomer',
  'lostOther',
  'lostSpam',
  /** Deals of which value and closing date are told. */
  'reported',
] as const
export type Counter = (typeof counters)[number]

/** Those that are not zero, in the order of `counters`. */
export type Counts = Readonly<Partial<Record<Counter, number>>>

export interface Bucket {
  /** UTC days, or months, since 1970-01-01. */
  readonly at: number
  readonly counts: Counts
}

export interface Buckets {
  /** Days since 1970-01-01; null before anything was counted. */
  readonly latestDay: number | null
  /** Oldest first. */
  readonly days: readonly Bucket[]
  readonly months: readonly Bucket[]
  /** All that is older; `daySum` adds up the days of its offers, so that their mean age is known. */
  readonly older: { readonly daySum: number; readonly counts: Counts } | null
}

export const noBuckets: Buckets = { latestDay: null, days: [], months: [], older: null }

export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / day)
}

export function addToBuckets(buckets: Buckets, at: number, counts: Counts): Buckets {
  const { latestDay, days } = buckets
  // Mostly it is a day that is there, and nothing moves on.
  if (latestDay !== null && at <= latestDay && at > latestDay - keptDays) {
    const place = days.findLastIndex(bucket => bucket.at <= at)
    const met = days[place]
    return met?.at === at
      ? { ...buckets, days: days.with(place, { at, counts: addCounts(met.counts, counts) }) }
      : { ...buckets, days: days.toSpliced(place + 1, 0, { at, counts: inPlaces(counts) }) }
  }
  return joinBuckets(buckets, { latestDay: at, days: [{ at, counts }], months: [], older: null })
}

/** Both together: as if everything had been counted in one. */
export function joinBuckets(left: Buckets, right: Buckets): Buckets {
  if (right.latestDay === null) return left
  const latestDay = Math.max(left.latestDay ?? right.latestDay, right.latestDay)
  const firstDay = latestDay - keptDays + 1
  const firstMonth = monthOf(latestDay) - keptMonths + 1
  const days = merge(left.days, right.days)
  const coarsened = days.filter(bucket => bucket.at < firstDay)
  const months = coarsened
    .map(bucket => ({ at: monthOf(bucket.at), counts: bucket.counts }))
    .reduce<readonly Bucket[]>((list, bucket) => merge(list, [bucket]), merge(left.months, right.months))
  // A day's offers are counted into `daySum` by their month, since a month may come as a whole as well.
  const retired = months.filter(bucket => bucket.at < firstMonth)
  return {
    latestDay,
    days: coarsened.length === 0 ? days : days.slice(coarsened.length),
    months: retired.length === 0 ? months : months.slice(retired.length),
    older: [left.older, right.older, ...retired.map(asOlder)].reduce(joinOlder, null),
  }
}

/**
 * Each bucket with a day that stands for it: the day, the middle of the month, the mean of what is older. Calls rather than
 * yields, as replays and routers go through hundreds of millions of them.
 */
export function visitCounts(buckets: Buckets, visit: (at: number, counts: Counts) => void): void {
  for (const { at, counts } of buckets.days) visit(at, counts)
  for (const { at, counts } of buckets.months) visit(middleOf(at), counts)
  if (buckets.older === null || buckets.latestDay === null) return
  const { daySum, counts } = buckets.older
  visit(meanDay(daySum, counts.offered ?? 0, buckets.latestDay), counts)
}

/** The day that stands for what is older. */
export function meanDay(daySum: number, offered: number, latestDay: number): number {
  // Without offers nothing is known but that they are older than the oldest month.
  return offered > 0 ? Math.round(daySum / offered) : middleOf(monthOf(latestDay) - keptMonths)
}

/** In the order of `counters`, so that the same counts are the same bytes. */
function inPlaces(counts: Counts): Counts {
  return addCounts(counts, {})
}

/** Whether anything was ever counted so, of what is never taken back. */
export function hasAny({ days, months, older }: Buckets, counter: Counter): boolean {
  const has = ({ counts }: { readonly counts: Counts }) => counts[counter] !== undefined
  return days.some(has) || months.some(has) || (older !== null && has(older))
}

export function totals(buckets: Buckets): Counts {
  let sum: Counts = {}
  visitCounts(buckets, (_, counts) => {
    sum = addCounts(sum, counts)
  })
  return sum
}

export function addCounts(left: Counts, right: Counts): Counts {
  const sum: Partial<Record<Counter, number>> = {}
  for (const counter of counters) {
    const count = (left[counter] ?? 0) + (right[counter] ?? 0)
    if (count !== 0) sum[counter] = count
  }
  return sum
}

/** Two sorted lists as one. */
function merge(left: readonly Bucket[], right: readonly Bucket[]): readonly Bucket[] {
  if (left.length === 0) return right
  if (right.length === 0) return left
  const merged: Bucket[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [a, b] = [left[i], right[j]]
    if (a === undefined && b === undefined) return merged
    if (b === undefined || (a !== undefined && a.at < b.at)) {
      if (a !== undefined) merged.push(a)
      i += 1
    } else if (a === undefined || b.at < a.at) {
      merged.push(b)
      j += 1
    } else {
      merged.push({ at: a.at, counts: addCounts(a.counts, b.counts) })
      i += 1
      j += 1
    }
  }
}

type Older = Buckets['older']

function asOlder({ at, counts }: Bucket): Older {
  return { daySum: middleOf(at) * (counts.offered ?? 0), counts }
}

function joinOlder(left: Older, right: Older): Older {
  if (left === null || right === null) return left ?? right
  return { daySum: left.daySum + right.daySum, counts: addCounts(left.counts, right.counts) }
}

/** Months since January 1970 of a day. */
function monthOf(at: number): number {
  const date = new Date(at * day)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}

/** The day in the middle of a month counted from January 1970. */
export function middleOf(month: number): number {
  return dayOf(Date.UTC(1970, month, 15))
}

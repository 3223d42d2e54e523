import type { RoutedEvent } from '../../domain/events.ts'
import { type Dimension, dimensions, type Place } from '../documents/read-models.ts'
import type { Turn } from './inbox.ts'

/**
 * Where a referral counts: once in each dimension, so that any of them alone adds up to everything. Cells of all
 * combinations would be nearly one for each referral of a batch. By year too: of many months there are many to read. None for test RFIs, which count nowhere.
 */
export function placesOf({ after: { routed } }: Turn): readonly Place[] {
  if (routed === null || routed.test) return []
  const month = monthOf(routed.occurredAt)
  const year = month.slice(0, 4)
  return dimensions.flatMap((by): Place[] => {
    const group = groupOf(by, routed)
    return [
      { by, span: 'month', period: month, group },
      { by, span: 'year', period: year, group },
    ]
  })
}

/**
 * The lane is part of the key, as many lanes feed one sum and each document has one writer: readers add them up. None of
 * the parts before it holds a slash.
 */
export function cellIdOf(kind: 'funnel' | 'reasons', { by, period, group }: Place, lane: string): string {
  return `${kind}/${by}/${period}/${group}/${lane}`
}

/** Of a time as it is stored. */
export function monthOf(timestamp: string): string {
  return timestamp.slice(0, 7)
}

function groupOf(by: Dimension, { channel, customer, followsRfiId }: RoutedEvent): string {
  switch (by) {
    // The customer chose once more, after a decline or in silence.
    case 'round':
      return followsRfiId === null ? 'first' : 'again'
    case 'channel':
      return channel
    case 'country':
      return customer.country
    case 'size':
      return customer.size ?? 'unknown'
  }
}

/** One more, by name. Names stand in order: the same counts are the same bytes, whatever came first. */
export function counted(
  counts: Readonly<Record<string, number>>,
  name: string,
): Readonly<Record<string, number>> {
  if (Object.hasOwn(counts, name)) return { ...counts, [name]: (counts[name] ?? 0) + 1 }
  const entries = [...Object.entries(counts), [name, 1] as const]
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

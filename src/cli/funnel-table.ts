import type { FunnelCounts } from '../roles/collections.ts'
import type { FunnelRow, Grouping } from './funnel-rows.ts'
import { type Column, renderTable } from './table.ts'
import { grouped, share, sums } from './text.ts'

/** Each step in number, with its share of the step before it; values by currency. */
export function funnelTable(rows: readonly FunnelRow[], by: Grouping | null): string {
  const step = (title: string, of: (counts: FunnelCounts) => readonly [part: number, whole: number]) =>
    [
      { title, align: 'right', value: ({ counts }) => grouped(of(counts)[0]) },
      { title: '', align: 'right', value: ({ counts }) => share(...of(counts)) },
    ] satisfies Column<FunnelRow>[]
  const columns: Column<FunnelRow>[] = [
    ...(by === null ? [] : [{ title: by, flexible: true, value: ({ group }: FunnelRow) => group }]),
    { title: 'routed', align: 'right', value: ({ counts }) => grouped(counts.routed) },
    ...step('answered', counts => [counts.answered, counts.routed]),
    ...step('within 24 h', counts => [counts.answeredWithin24h, counts.answered]),
    ...step('accepted', counts => [counts.accepted, counts.answered]),
    ...step('won', counts => [counts.won, counts.accepted]),
    { title: 'declined', align: 'right', value: ({ counts }) => grouped(counts.declined) },
    { title: 'expired', align: 'right', value: ({ counts }) => grouped(counts.expired) },
    { title: 'lost', align: 'right', value: ({ counts }) => grouped(counts.lost) },
    { title: 'value accepted', align: 'right', value: ({ acceptedValue }) => sums(acceptedValue) },
    { title: 'value won', align: 'right', value: ({ wonValue }) => sums(wonValue) },
  ]
  return renderTable(columns, rows)
}

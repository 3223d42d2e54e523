import stringWidth from 'string-width'
import { minute } from '../domain/time.ts'
import type { FunnelCounts, StageTimes } from '../roles/documents/read-models.ts'
import { type FunnelRow, type Grouping, stages } from './funnel-rows.ts'
import { pageWidth } from './page-width.ts'
import { type Column, renderTable } from './table.ts'
import { duration, grouped, share, sums } from './text.ts'

/** Each step in number, with its share of the step before it; values by currency. */
export function funnelTable(rows: readonly FunnelRow[], by: Grouping | null, width = pageWidth()): string {
  const step = (title: string, of: (counts: FunnelCounts) => readonly [part: number, whole: number]) =>
    [
      { title, align: 'right', value: ({ counts }) => grouped(of(counts)[0]) },
      { title: '', align: 'right', value: ({ counts }) => share(...of(counts)) },
    ] satisfies Column<FunnelRow>[]
  const name: Column<FunnelRow>[] =
    by === null ? [] : [{ title: by, flexible: true, value: ({ group }) => group }]
  const counted: Column<FunnelRow>[] = [
    { title: 'routed', align: 'right', value: ({ counts }) => grouped(counts.routed) },
    ...step('answered', counts => [counts.answered, counts.routed]),
    ...step('within 24 h', counts => [counts.answeredWithin24h, counts.answered]),
    ...step('accepted', counts => [counts.accepted, counts.answered]),
    ...step('won', counts => [counts.won, counts.accepted]),
    { title: 'declined', align: 'right', value: ({ counts }) => grouped(counts.declined) },
    { title: 'expired', align: 'right', value: ({ counts }) => grouped(counts.expired) },
    { title: 'lost', align: 'right', value: ({ counts }) => grouped(counts.lost) },
    { title: 'RFIs', align: 'right', value: ({ counts }) => grouped(counts.rfis) },
  ]
  const valued: Column<FunnelRow>[] = [
    { title: 'value accepted', align: 'right', value: ({ acceptedValue }) => sums(acceptedValue) },
    { title: 'value won', align: 'right', value: ({ wonValue }) => sums(wonValue) },
  ]
  const whole = renderTable([...name, ...counted, ...valued], rows, null)
  if (whole.split('\n').every(line => stringWidth(line) <= width)) return whole
  // Side by side they would break every line of a page.
  return [counted, valued].map(some => renderTable([...name, ...some], rows)).join('\n\n')
}

const stageNames = {
  answered: 'routed → answered',
  accepted: 'routed → accepted',
  won: 'accepted → won',
  lost: 'accepted → lost',
} as const

const ends = ['1 h', '4 h', '1 d', '3 d', '7 d', '14 d', '30 d', '90 d'] as const

/** How long each stage took: a mean, and which share was there by then. */
export function timesTable(rows: readonly FunnelRow[], by: Grouping | null): string {
  const lines = rows.flatMap(({ group, times }) =>
    stages.flatMap(stage => {
      const its = times[stage]
      return its === undefined ? [] : [{ group, stage, times: its }]
    }),
  )
  const columns: Column<(typeof lines)[number]>[] = [
    ...(by === null ? [] : [{ title: by, flexible: true, value: ({ group }: { group: string }) => group }]),
    { title: 'stage', value: ({ stage }) => stageNames[stage] },
    { title: 'referrals', align: 'right', value: ({ times }) => grouped(times.count) },
    { title: 'mean', align: 'right', value: ({ times }) => duration((times.minutes / times.count) * minute) },
    ...ends.map(
      (end, at): Column<(typeof lines)[number]> => ({
        title: `≤ ${end}`,
        align: 'right',
        value: ({ times }) => share(upTo(times, at), times.count),
      }),
    ),
  ]
  return lines.length === 0 ? 'Nothing was answered yet.' : renderTable(columns, lines)
}

function upTo({ bands }: StageTimes, band: number): number {
  return bands.slice(0, band + 1).reduce((sum, count) => sum + count, 0)
}

import { addSums, type Sums } from '../domain/money.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type {
  Dimension,
  FunnelCell,
  FunnelCounts,
  Place,
  StageTimes,
} from '../roles/documents/read-models.ts'
import { noCounts } from '../roles/folds/funnel.ts'
import { addTimes } from '../roles/folds/stage-times.ts'
import { type Months, monthRange, spansOf } from './months.ts'

export const groupings = ['channel', 'country', 'size', 'month', 'round'] as const
export type Grouping = (typeof groupings)[number]

export interface FunnelRow {
  /** What was grouped by; `all` without a grouping, `unknown` for a size nobody told. */
  readonly group: string
  readonly counts: FunnelCounts
  readonly acceptedValue: Sums
  readonly wonValue: Sums
  readonly times: FunnelCell['times']
}

/** Each dimension adds up to everything: the one of the fewest cells where none is asked for. */
export function dimensionOf(by: Grouping | null): Dimension {
  return by === null || by === 'month' ? 'round' : by
}

export function groupOf({ period, group }: Place, by: Grouping | null): string {
  return by === null ? 'all' : by === 'month' ? period : group
}

export async function readFunnel(
  store: Pick<Store<Collections>, 'find'>,
  by: Grouping | null,
  months: Months = {},
): Promise<FunnelRow[]> {
  return sumFunnel(await readCells(store, 'funnel', by, months), by)
}

/** The cells that add up to these months, by the year where they can be. */
export async function readCells(
  store: Pick<Store<Collections>, 'find'>,
  kind: 'funnel' | 'reasons',
  by: Grouping | null,
  months: Months,
): Promise<Collections['cells'][]> {
  const spans = by === 'month' ? [{ span: 'month' as const, periods: monthRange(months) }] : spansOf(months)
  const found: Collections['cells'][] = []
  for (const { span, periods } of spans)
    found.push(
      ...(await store.find('cells', { where: { kind, by: dimensionOf(by), span, period: periods } })),
    )
  return found
}

/**
 * Adds up the cells of all lanes, by group, in the order of the groups' names. One row when not grouped, if any. Takes those
 * of the dimension that is asked for.
 */
export function sumFunnel(cells: readonly Collections['cells'][], by: Grouping | null): FunnelRow[] {
  const dimension = dimensionOf(by)
  const rows = new Map<string, FunnelRow>()
  for (const cell of cells) {
    if (cell.kind !== 'funnel' || cell.by !== dimension) continue
    const group = groupOf(cell, by)
    const row = rows.get(group)
    const { counts, acceptedValue, wonValue, times } = cell
    rows.set(
      group,
      row === undefined
        ? { group, counts, acceptedValue, wonValue, times }
        : {
            group,
            counts: addCounts(row.counts, counts),
            acceptedValue: addSums(row.acceptedValue, acceptedValue),
            wonValue: addSums(row.wonValue, wonValue),
            times: addStages(row.times, times),
          },
    )
  }
  return [...rows.values()].sort((one, other) => (one.group < other.group ? -1 : 1))
}

function addCounts(one: FunnelCounts, other: FunnelCounts): FunnelCounts {
  const sum = { ...noCounts }
  for (const name of Object.keys(noCounts) as (keyof FunnelCounts)[]) sum[name] = one[name] + other[name]
  return sum
}

export const stages = ['answered', 'accepted', 'won', 'lost'] as const

function addStages(one: FunnelRow['times'], other: FunnelRow['times']): FunnelRow['times'] {
  const entries = stages.flatMap((stage): [string, StageTimes][] => {
    const [its, others] = [one[stage], other[stage]]
    const sum = its === undefined || others === undefined ? (its ?? others) : addTimes(its, others)
    return sum === undefined ? [] : [[stage, sum]]
  })
  return Object.fromEntries(entries)
}

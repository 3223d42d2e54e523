import { addSums, type Sums } from '../domain/money.ts'
import type { Collections, FunnelCounts } from '../roles/collections.ts'

export const groupings = ['channel', 'country', 'size', 'month'] as const
export type Grouping = (typeof groupings)[number]

export interface FunnelRow {
  /** What was grouped by; `all` without a grouping, `unknown` for a size nobody told. */
  readonly group: string
  readonly counts: FunnelCounts
  readonly acceptedValue: Sums
  readonly wonValue: Sums
}

/** Adds up the cells of all lanes, by group, in the order of the groups' names. One row when not grouped, if any. */
export function sumFunnel(cells: readonly Collections['cells'][], by: Grouping | null): FunnelRow[] {
  const rows = new Map<string, FunnelRow>()
  for (const cell of cells) {
    if (cell.kind !== 'funnel') continue
    const group = by === null ? 'all' : (cell[by] ?? 'unknown')
    const row = rows.get(group)
    const { counts, acceptedValue, wonValue } = cell
    rows.set(
      group,
      row === undefined
        ? { group, counts, acceptedValue, wonValue }
        : {
            group,
            counts: addCounts(row.counts, counts),
            acceptedValue: addSums(row.acceptedValue, acceptedValue),
            wonValue: addSums(row.wonValue, wonValue),
          },
    )
  }
  return [...rows.values()].sort((one, other) => (one.group < other.group ? -1 : 1))
}

function addCounts(one: FunnelCounts, other: FunnelCounts): FunnelCounts {
  return {
    routed: one.routed + other.routed,
    answered: one.answered + other.answered,
    answeredWithin24h: one.answeredWithin24h + other.answeredWithin24h,
    accepted: one.accepted + other.accepted,
    declined: one.declined + other.declined,
    expired: one.expired + other.expired,
    won: one.won + other.won,
    lost: one.lost + other.lost,
  }
}

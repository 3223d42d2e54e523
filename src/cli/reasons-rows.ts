import { type ReasonKind, reasons } from '../domain/reasons.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { dimensionOf, type Grouping, groupOf, readCells } from './funnel-rows.ts'
import type { Months } from './months.ts'

export interface ReasonRow {
  readonly group: string
  readonly code: number
  readonly reason: string
  /** What it does to the partner's evidence. */
  readonly kind: ReasonKind
  readonly declined: number
  readonly lost: number
}

export async function readReasons(
  store: Pick<Store<Collections>, 'find'>,
  by: Grouping | null,
  months: Months = {},
): Promise<ReasonRow[]> {
  return sumReasons(await readCells(store, 'reasons', by, months), by)
}

/** By group, those given most first; reasons nobody gave are left out. */
export function sumReasons(cells: readonly Collections['cells'][], by: Grouping | null): ReasonRow[] {
  const rows = new Map<string, ReasonRow>()
  for (const cell of cells) {
    if (cell.kind !== 'reasons' || cell.by !== dimensionOf(by)) continue
    const group = groupOf(cell, by)
    for (const { code, text, kind } of reasons) {
      const declined = cell.declined[code] ?? 0
      const lost = cell.lost[code] ?? 0
      if (declined + lost === 0) continue
      const row = rows.get(`${group} ${code}`) ?? { group, code, reason: text, kind, declined: 0, lost: 0 }
      rows.set(`${group} ${code}`, { ...row, declined: row.declined + declined, lost: row.lost + lost })
    }
  }
  return [...rows.values()].sort(
    (one, other) =>
      (one.group < other.group ? -1 : one.group > other.group ? 1 : 0) ||
      other.declined + other.lost - one.declined - one.lost ||
      one.code - other.code,
  )
}

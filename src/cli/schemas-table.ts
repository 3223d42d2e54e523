import type { SubjectReport, SubjectState } from '../adapters/registry/registration.ts'
import { type Column, renderTable } from './table.ts'

const columns: readonly Column<SubjectReport>[] = [
  { title: 'subject', value: ({ subject }) => subject },
  { title: 'schema', value: ({ state }) => wordOf(state) },
  { title: 'id', align: 'right', value: ({ state }) => ('id' in state ? String(state.id) : '') },
  {
    title: 'version',
    align: 'right',
    value: ({ state }) => ('version' in state ? String(state.version) : ''),
  },
  { title: 'compatibility', value: ({ compatibility }) => compatibility ?? '' },
  {
    title: 'why',
    flexible: true,
    value: ({ state }) => (state.kind === 'incompatible' ? state.reason : ''),
  },
]

export function subjectsTable(reports: readonly SubjectReport[]): string {
  const told = reports.some(({ state }) => state.kind === 'incompatible')
  return renderTable(told ? columns : columns.slice(0, -1), reports)
}

function wordOf(state: SubjectState): string {
  return state.kind === 'theirs' ? `theirs (${state.type})` : state.kind
}

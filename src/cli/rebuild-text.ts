import type { Difference, Rebuilt } from '../lanes/rebuild/rebuild.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped } from './text.ts'

export function rebuildText(name: string, result: Rebuilt, { check }: { readonly check: boolean }): string {
  const { entries, events, compared, differences, named, exchanged, left, lacking, unsettled } = result
  const total = Object.values(differences).reduce((sum, count) => sum + count, 0)
  const documents = Object.values(compared).reduce((sum, count) => sum + count, 0)
  const lines = [
    `${name} rebuilt of ${grouped(events)} events in ${grouped(entries)} journal entries, beside ${grouped(documents)} live documents`,
    Object.entries(compared)
      .map(([of, count]) => `  ${of} ${grouped(count)}`)
      .join(' '),
  ].filter(line => line !== '')
  if (total === 0 && unsettled.length === 0) lines.push('no difference; nothing was exchanged')
  if (total > 0) {
    const by = Object.entries(differences).map(([of, count]) => `${of} ${grouped(count)}`)
    lines.push(`${grouped(total)} ${total === 1 ? 'difference' : 'differences'}: ${by.join(', ')}`)
    lines.push('', renderTable(columns, named))
    if (total > named.length) lines.push(`… and ${grouped(total - named.length)} more`)
    lines.push('', fateOf({ check, exchanged, left, lacking: lacking.count }))
  }
  if (lacking.count > 0)
    lines.push(
      `the journal lacks events of ${grouped(lacking.count)} referrals that the live rows have, so nothing was exchanged: ${lacking.named.slice(0, 5).map(clean).join(', ')}${lacking.count > 5 ? ' …' : ''}`,
    )
  for (const { lane, why } of unsettled) lines.push(`${lane} could not be compared: it ${why}`)
  return lines.join('\n')
}

function fateOf({
  check,
  exchanged,
  left,
  lacking,
}: {
  check: boolean
  exchanged: boolean
  left: number
  lacking: number
}): string {
  if (check) return 'nothing was exchanged: --check only compares'
  if (lacking > 0 || !exchanged) return 'nothing was exchanged'
  return left === 0
    ? 'all exchanged; nothing differs now'
    : `exchanged, but ${grouped(left)} differ still: rebuild again`
}

const columns: readonly Column<Difference>[] = [
  { title: 'projection', value: ({ projection }) => projection },
  { title: 'document', flexible: true, value: ({ collection, id }) => `${collection} ${clean(id)}` },
  { title: '', value: ({ kind }) => kind },
  { title: 'first in', value: ({ path }) => clean(path) },
  { title: 'lane', value: ({ lane }) => lane },
]

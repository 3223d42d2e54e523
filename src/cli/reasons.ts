import { type Command, Option } from 'commander'
import { type Grouping, groupings } from './funnel-rows.ts'
import { addMonthOptions, checkMonths, type Months, monthsText } from './months.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type ReasonRow, readReasons } from './reasons-rows.ts'
import { type Column, renderTable } from './table.ts'
import { grouped, share } from './text.ts'

interface Options extends CommonOptions, Months {
  readonly by?: Grouping
}

export function reasons(command: Command): void {
  addMonthOptions(addCommonOptions(command))
    .addOption(new Option('--by <what>', 'rows for each').choices(groupings))
    .addHelpText(
      'after',
      '\nA share stands beside each count: of all that were declined or lost in the group. Month is that of routing.',
    )
    .action(async (options: Options) => {
      checkMonths(options)
      const by = options.by ?? null
      const rows = await withBackend(configOf(options), { access: 'read' }, ({ store }) =>
        readReasons(store, by, options),
      )
      if (options.json === true) printJson({ by, from: options.from ?? null, to: options.to ?? null, rows })
      else if (rows.length === 0) print(`Nothing was declined or lost${monthsText(options) || ' yet'}.`)
      else print(renderTable(columnsOf(rows, by), rows))
    })
}

function columnsOf(rows: readonly ReasonRow[], by: Grouping | null): Column<ReasonRow>[] {
  const wholes = new Map<string, { declined: number; lost: number }>()
  for (const { group, declined, lost } of rows) {
    const whole = wholes.get(group) ?? { declined: 0, lost: 0 }
    wholes.set(group, { declined: whole.declined + declined, lost: whole.lost + lost })
  }
  const counted = (name: 'declined' | 'lost'): Column<ReasonRow>[] => [
    { title: name, align: 'right', value: row => grouped(row[name]) },
    { title: '', align: 'right', value: row => share(row[name], wholes.get(row.group)?.[name] ?? 0) },
  ]
  return [
    ...(by === null ? [] : [{ title: by, flexible: true, value: ({ group }: ReasonRow) => group }]),
    { title: 'code', align: 'right', value: ({ code }) => String(code) },
    { title: 'reason', flexible: true, value: ({ reason }) => reason },
    { title: 'kind', value: ({ kind }) => kind },
    ...counted('declined'),
    ...counted('lost'),
  ]
}

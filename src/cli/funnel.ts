import { type Command, Option } from 'commander'
import { type Grouping, groupings, sumFunnel } from './funnel-rows.ts'
import { funnelTable } from './funnel-table.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'

interface Options extends CommonOptions {
  readonly by?: Grouping
}

export function funnel(command: Command): void {
  addCommonOptions(command)
    .addOption(new Option('--by <what>', 'a row for each').choices(groupings))
    .addHelpText(
      'after',
      '\nA share stands beside each step: of the step before it. Month is that of routing. Test RFIs count nowhere.',
    )
    .action(async (options: Options) => {
      const by = options.by ?? null
      const rows = await withBackend(configOf(options), { access: 'read' }, async ({ store }) =>
        sumFunnel(await store.find('cells', { where: { kind: 'funnel' } }), by),
      )
      if (options.json === true) printJson({ by, rows })
      else print(rows.length === 0 ? 'Nothing was routed yet.' : funnelTable(rows, by))
    })
}

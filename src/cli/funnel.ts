import { type Command, Option } from 'commander'
import { type Grouping, groupings, readFunnel } from './funnel-rows.ts'
import { funnelTable, timesTable } from './funnel-table.ts'
import { addMonthOptions, checkMonths, type Months, monthsText } from './months.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'

interface Options extends CommonOptions, Months {
  readonly by?: Grouping
  readonly times?: boolean
}

export function funnel(command: Command): void {
  addMonthOptions(addCommonOptions(command))
    .addOption(new Option('--by <what>', 'a row for each').choices(groupings))
    .option('--times', 'how long referrals took from stage to stage instead')
    .addHelpText(
      'after',
      `
A share stands beside each step: answered of those routed, within 24 h and accepted of those answered, won of those
accepted. RFIs are those that were routed to anybody. Month is that of routing, for everything that becomes of a referral. Round is "again" for RFIs that follow another (followsRfiId): there a
customer chose once more. Test RFIs count nowhere. Why referrals were declined or lost: reasons. RFIs that went to nobody:
needs.`,
    )
    .action(async (options: Options) => {
      checkMonths(options)
      const by = options.by ?? null
      const rows = await withBackend(configOf(options), { access: 'read' }, ({ store }) =>
        readFunnel(store, by, options),
      )
      if (options.json === true) printJson({ by, from: options.from ?? null, to: options.to ?? null, rows })
      else if (rows.length === 0) print(`Nothing was routed${monthsText(options) || ' yet'}.`)
      else {
        print(options.times === true ? timesTable(rows, by) : funnelTable(rows, by))
        const [only, ...others] = rows
        if (by === 'size' && others.length === 0 && only?.group === 'unknown')
          print('\nNo RFI told how large its customer is: customer.size would.')
      }
    })
}

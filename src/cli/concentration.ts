import { type Command, Option } from 'commander'
import type { OutcomeCounts } from '../roles/documents/read-models.ts'
import { spreads } from '../roles/folds/concentration.ts'
import { type ConcentrationReport, reportConcentration } from './concentration-report.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count } from './options.ts'
import { print, printJson } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { grouped, share } from './text.ts'

interface Options extends CommonOptions {
  readonly limit: number
}

export function concentration(command: Command): void {
  addCommonOptions(command)
    .addOption(new Option('--limit <n>', 'at most so many partners').argParser(count).default(10))
    .addHelpText(
      'after',
      `
Of all time. The index is the sum of the squares of the partners' shares (Herfindahl and Hirschman): 1 where one partner has
everything; as many partners of equal shares as "evenly among" says would give the same. Test RFIs count nowhere.`,
    )
    .action(async (options: Options) => {
      const report = await withBackend(configOf(options), { access: 'read' }, ({ store }) =>
        reportConcentration(store, options),
      )
      if (options.json === true) printJson(report)
      else print(report.spreads.routed.sum === 0 ? 'Nothing was routed yet.' : concentrationText(report))
    })
}

type Partner = ConcentrationReport['partners'][number]

function concentrationText({ spreads: of, shares, partners }: ConcentrationReport): string {
  const spread = renderTable(
    [
      { title: '', value: name => name },
      { title: 'referrals', align: 'right', value: name => grouped(of[name].sum) },
      { title: 'partners', align: 'right', value: name => grouped(of[name].partners) },
      { title: 'index', align: 'right', value: name => of[name].index?.toFixed(4) ?? '–' },
      { title: 'evenly among', align: 'right', value: name => of[name].effectivePartners?.toFixed(1) ?? '–' },
    ],
    spreads,
  )
  const told = shares
    .filter(each => each.share !== null)
    .map(
      ({ partners, share }) =>
        `${Math.round(100 * (share ?? 0))} % to the busiest ${partners === 1 ? 'partner' : partners}`,
    )
  const counted = (title: Exclude<keyof OutcomeCounts, 'removeAt'>): Column<Partner> => ({
    title,
    align: 'right',
    value: partner => grouped(partner[title]),
  })
  const columns: Column<Partner>[] = [
    { title: 'partner', flexible: true, value: ({ partnerId }) => partnerId },
    counted('routed'),
    { title: '', align: 'right', value: ({ routed }) => share(routed, of.routed.sum) },
    counted('answered'),
    counted('accepted'),
    counted('won'),
    counted('declined'),
    counted('expired'),
    counted('lost'),
  ]
  return [spread, `Of all referrals ${told.join(', ')}.`, renderTable(columns, partners)].join('\n\n')
}

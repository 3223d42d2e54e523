import { type Command, Option } from 'commander'
import { addMonthOptions, checkMonths, type Months, monthsText } from './months.ts'
import { type Counted, type NeedsReport, reportNeeds } from './needs-report.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { renderTable } from './table.ts'
import { keyInWords } from './term-words.ts'
import { grouped, minuteOf, share } from './text.ts'

interface Options extends CommonOptions, Months {
  readonly limit: number
}

export function needs(command: Command): void {
  addMonthOptions(addCommonOptions(command))
    .addOption(new Option('--limit <n>', 'at most so many terms and countries').argParser(count).default(20))
    .addHelpText(
      'after',
      `
Terms are words as matching reads them, and names of the vocabularies; those of the last 6 months of the range. An RFI
without consent, or one that had expired, counts among the reasons, and its terms do not: nobody was looked for. Month is
that of routing. Test RFIs count nowhere.`,
    )
    .action(async (options: Options) => {
      checkMonths(options)
      const report = await withBackend(configOf(options), { access: 'read' }, ({ store }) =>
        reportNeeds(store, options, options),
      )
      if (options.json === true) printJson({ from: options.from ?? null, to: options.to ?? null, ...report })
      else if (report.rfis === 0) print(`Every RFI went to somebody${monthsText(options)}.`)
      else print(needsText(report))
    })
}

function needsText({ rfis, reasons, countries, terms, othersAtMost, latest, words }: NeedsReport): string {
  const inWords = (term: string) => words[term] ?? keyInWords(term)
  const counts = (title: string, rows: readonly Counted[]) =>
    renderTable(
      [
        { title, flexible: true, value: ({ name }) => (title === 'term' ? inWords(name) : name) },
        { title: 'RFIs', align: 'right', value: row => grouped(row.count) },
        { title: '', align: 'right', value: row => share(row.count, rfis) },
      ],
      rows,
    )
  const rows = renderTable(
    [
      { title: 'RFI', value: ({ _id }) => _id },
      { title: 'at (UTC)', value: ({ occurredAt }) => minuteOf(occurredAt) },
      { title: 'country', value: ({ country }) => country },
      { title: 'reasons', value: ({ reasons }) => Object.keys(reasons).join(', ') || 'no profile is known' },
      {
        title: 'asked for',
        flexible: true,
        value: ({ terms }) => terms.map(inWords).join(', '),
      },
    ],
    latest,
  )
  return [
    `${styled('bold', `${grouped(rfis)} ${rfis === 1 ? 'RFI' : 'RFIs'} went to nobody`)}`,
    ...(reasons.length === 0 ? [] : [counts('reason', reasons)]),
    counts('country', countries),
    ...(terms.length === 0 ? [] : [counts('term', terms)]),
    ...(othersAtMost === 0 ? [] : [`Every other term: at most ${grouped(othersAtMost)} times.`]),
    `${styled('bold', 'The latest')}\n${rows}`,
  ].join('\n\n')
}

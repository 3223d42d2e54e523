import stringWidth from 'string-width'
import type { FeatureName } from '../ranking/catalogue.ts'
import type { ConsideredOnReceipt, Receipt } from '../ranking/receipt.ts'
import { featureWords } from './feature-words.ts'
import { pageWidth } from './page-width.ts'
import { type Names, percent } from './receipt-text.ts'
import { type Column, cutTo, renderTable } from './table.ts'
import { clean, figureText, scoreText } from './text.ts'
import { wrapped } from './wrap.ts'

interface Form {
  /** What names are cut to. */
  readonly nameWidth: number
  /** Whether the chances that it answers, accepts and wins are shown. */
  readonly chances: boolean
}

/** The forms of a table, the wider ones first: the first that takes two features at least is the one. */
const forms: readonly Form[] = [
  { nameWidth: Number.POSITIVE_INFINITY, chances: true },
  { nameWidth: 30, chances: true },
  { nameWidth: 22, chances: true },
  { nameWidth: 22, chances: false },
]
const narrowest: Form = { nameWidth: 22, chances: false }
const fewestFeatures = 2

interface Shown {
  readonly name: FeatureName
  readonly at: number
}

/** All rows of a receipt. Where that is too wide the features that tell them apart least are added up as `rest`. */
export function receiptTable(receipt: Receipt, names: Names, width: number | null = pageWidth()): string {
  const all = byWeightIn(receipt)
  const most = bySpreadIn(receipt, all)
  const render = (shown: number, form: Form, cut: number | null) =>
    renderTable(columnsOf(receipt, most.slice(0, shown), { names, form }), receipt.considered, cut)
  const [widest = narrowest] = forms
  const whole = renderTable(columnsOf(receipt, all, { names, form: widest }), receipt.considered, null)
  const wanted = widthOf(whole)
  const told = (table: string, shown: number, { chances }: Form) =>
    [table, ...notes({ receipt, rest: most.slice(shown), chances, width, wanted })].join('\n')
  if (width === null || wanted <= width) return told(whole, most.length, widest)
  for (const form of forms) {
    for (let shown = most.length - 1; shown >= fewestFeatures; shown -= 1) {
      const table = render(shown, form, null)
      if (widthOf(table) <= width) return told(table, shown, form)
    }
  }
  for (let shown = fewestFeatures; ; shown -= 1) {
    const table = render(shown, narrowest, width)
    if (shown === 0 || widthOf(table) <= width) return told(table, shown, narrowest)
  }
}

/** What is not shown, and how to see it; and the one column whose name says nothing. */
function notes({
  receipt,
  rest,
  chances,
  width,
  wanted,
}: {
  readonly receipt: Receipt
  readonly rest: readonly Shown[]
  readonly chances: boolean
  readonly width: number | null
  readonly wanted: number
}): string[] {
  const left = [...rest.map(({ name }) => name), ...(chances ? [] : ['and the chances of answers'])].join(
    ', ',
  )
  const lines = [
    ...(rest.length === 0
      ? []
      : [
          `rest: ${left}; --json has each, and so has this table in ${wanted} columns (COLUMNS=${wanted} where it is piped)`,
        ]),
    ...(receipt.features.some(({ name }) => name === 'promise')
      ? [`promise: ${featureWords.promise} (explain --help has the other features)`]
      : []),
  ]
  return lines.map(line => (width === null ? line : wrapped(line, { width, indent: 2 })))
}

/** What gives most to the scores first. */
function byWeightIn({ features, considered }: Receipt): Shown[] {
  return features
    .map(({ name }, at) => ({
      name,
      at,
      part: considered.reduce((sum, { contributions }) => sum + Math.abs(contributions[at] ?? 0), 0),
    }))
    .sort((one, other) => other.part - one.part)
}

/** What differs most from row to row first, as what is the same for all needs no column; where all is, as they are. */
function bySpreadIn({ considered }: Receipt, features: readonly Shown[]): Shown[] {
  const spread = ({ at }: Shown) => {
    const parts = considered.map(({ contributions }) => contributions[at] ?? 0)
    const mean = parts.reduce((sum, part) => sum + part, 0) / Math.max(1, parts.length)
    return parts.reduce((sum, part) => sum + Math.abs(part - mean), 0)
  }
  return features.toSorted((one, other) => spread(other) - spread(one))
}

function widthOf(table: string): number {
  return table.split('\n').reduce((most, line) => Math.max(most, stringWidth(line)), 0)
}

function columnsOf(
  receipt: Receipt,
  shown: readonly Shown[],
  { names, form }: { readonly names: Names; readonly form: Form },
): Column<ConsideredOnReceipt>[] {
  const chosen = new Set(receipt.chosen)
  const rest = receipt.features.map((_, at) => at).filter(at => !shown.some(each => each.at === at))
  const places = new Map(receipt.considered.map((row, at) => [row, at + 1]))
  const estimate = (title: string, name: 'answer1h' | 'answer24h' | 'accept' | 'win') => ({
    title,
    align: 'right' as const,
    value: ({ estimates }: ConsideredOnReceipt) =>
      estimates === null ? '–' : percent(estimates[name].chance),
  })
  return [
    { title: '#', align: 'right', value: row => String(places.get(row) ?? '') },
    {
      title: 'partner',
      flexible: true,
      value: ({ partnerId }) => shortName(partnerId, names, form.nameWidth),
    },
    { title: '', value: ({ partnerId }) => (chosen.has(partnerId) ? '✓' : '') },
    { title: 'score', align: 'right', value: ({ score }) => scoreText(score) },
    ...shown.map(({ name, at }) => ({
      title: name,
      align: 'right' as const,
      value: ({ contributions }: ConsideredOnReceipt) => figureText(contributions[at] ?? 0),
    })),
    ...(rest.length === 0
      ? []
      : [
          {
            title: 'rest',
            align: 'right' as const,
            value: ({ contributions }: ConsideredOnReceipt) =>
              figureText(rest.reduce((sum, at) => sum + (contributions[at] ?? 0), 0)),
          },
        ]),
    ...(form.chances
      ? [
          estimate('in 1 h', 'answer1h'),
          estimate('in 24 h', 'answer24h'),
          estimate('accepts', 'accept'),
          estimate('wins', 'win'),
        ]
      : []),
  ]
}

/** The id stays whole, as others are asked for by it. */
function shortName(partnerId: string, names: Names, width: number): string {
  const name = names.get(partnerId)
  if (name === undefined) return partnerId
  const id = ` (${partnerId})`
  return `${cutTo(clean(name), Math.max(8, width - stringWidth(id)))}${id}`
}

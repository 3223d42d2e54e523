import stringWidth from 'string-width'
import type { FeatureName } from '../ranking/catalogue.ts'
import { type ConsideredOnReceipt, type Receipt, reasonsOnReceipt } from '../ranking/receipt.ts'
import { styled, terminalWidth } from './output.ts'
import { refusalWords } from './refusal-words.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped, minuteOf, scoreText } from './text.ts'

/** Names of partners by their ids, as far as they are known. */
export type Names = ReadonlyMap<string, string>

/** What a ranking was made of, in a few lines. */
export function receiptHead(receipt: Receipt, { alone }: { readonly alone: boolean }): string {
  const { rfiId, at, rule, weightsId, releaseHash, population, candidates, chosen, refused } = receipt
  const rules = { rank: 'by rank', requested: 'as the customer asked for', exploration: 'by exploration' }
  const whole = (['no-consent', 'already-expired'] as const).find(code => refused[code] !== undefined)
  const counts = Object.entries(refused).map(([code, count]) => `${code} ${grouped(count ?? 0)}`)
  return [
    `${styled('bold', `RFI ${clean(rfiId)}`)}  ranked at ${minuteOf(at)} UTC ${rules[rule]}, under ${clean(weightsId)} (${releaseHash.slice(0, 12)})`,
    ...(whole === undefined
      ? [
          `  ${grouped(candidates)} ${candidates === 1 ? 'candidate' : 'candidates'}, ${grouped(chosen.length)} chosen${population === null ? '' : `; ${grouped(population.profiles)} profiles in ${population.country}, of ${(population.totalTerms / Math.max(1, population.profiles)).toFixed(1)} terms on average`}`,
          ...(counts.length === 0 ? [] : [`  not asked: ${counts.join(', ')}`]),
        ]
      : [`  nobody was considered: ${refusalWords[whole]}`]),
    ...(chosen.length > 0 || whole !== undefined || alone ? [] : whyNobody(receipt)),
  ].join('\n')
}

function whyNobody({ refused }: Receipt): string[] {
  const codes = Object.keys(refused) as (keyof typeof refused)[]
  return codes.map(code => `    ${code}: ${refusalWords[code]}`)
}

/** All rows of a receipt. In a narrow terminal the features that weigh least in them are added up as `rest`. */
export function receiptTable(receipt: Receipt, names: Names, width: number | null = terminalWidth()): string {
  const { features, considered } = receipt
  const most = features
    .map(({ name }, at) => ({
      name,
      at,
      part: considered.reduce((sum, { contributions }) => sum + Math.abs(contributions[at] ?? 0), 0),
    }))
    .sort((one, other) => other.part - one.part)
  for (let shown = most.length; ; shown -= 1) {
    const columns = columnsOf(receipt, names, most.slice(0, shown))
    const table = renderTable(columns, considered, width)
    const [title = ''] = table.split('\n')
    if (width === null || shown === 0 || stringWidth(title) <= width) return table
  }
}

function columnsOf(
  receipt: Receipt,
  names: Names,
  shown: readonly { readonly name: FeatureName; readonly at: number }[],
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
    { title: 'partner', flexible: true, value: ({ partnerId }) => nameOf(partnerId, names) },
    { title: '', value: ({ partnerId }) => (chosen.has(partnerId) ? 'chosen' : '') },
    { title: 'score', align: 'right', value: ({ score }) => scoreText(score) },
    ...shown.map(({ name, at }) => ({
      title: name,
      align: 'right' as const,
      value: ({ contributions }: ConsideredOnReceipt) => figure(contributions[at] ?? 0),
    })),
    ...(rest.length === 0
      ? []
      : [
          {
            title: 'rest',
            align: 'right' as const,
            value: ({ contributions }: ConsideredOnReceipt) =>
              figure(rest.reduce((sum, at) => sum + (contributions[at] ?? 0), 0)),
          },
        ]),
    estimate('in 1 h', 'answer1h'),
    estimate('in 24 h', 'answer24h'),
    estimate('accepts', 'accept'),
    estimate('wins', 'win'),
  ]
}

export function nameOf(partnerId: string, names: Names): string {
  const name = names.get(partnerId)
  return name === undefined ? partnerId : `${name} (${partnerId})`
}

/** One figure of a score, and why. */
export interface PartLine {
  readonly feature: string
  /** Millionths. */
  readonly value: number
  readonly weight: number
  readonly contribution: number
  readonly reason: string
}

/** What contributes most first. */
export function partLines(receipt: Receipt, row: ConsideredOnReceipt): PartLine[] {
  const reasons = reasonsOnReceipt(receipt, row)
  return receipt.features
    .map(({ name, weight }, at) => ({
      feature: name,
      value: row.values[at] ?? 0,
      weight,
      contribution: row.contributions[at] ?? 0,
      reason: reasons[name] ?? '',
    }))
    .sort((one, other) => other.contribution - one.contribution)
}

export function partTable(lines: readonly PartLine[]): string {
  return renderTable(
    [
      { title: 'feature', value: ({ feature }) => feature },
      { title: 'value', align: 'right', value: ({ value }) => scoreText(value) },
      { title: 'weight', align: 'right', value: ({ weight }) => scoreText(weight) },
      { title: 'contribution', align: 'right', value: ({ contribution }) => figure(contribution) },
      { title: 'why', flexible: true, value: ({ reason }) => reason },
    ] satisfies Column<PartLine>[],
    lines,
  )
}

/** A row's terms in common with the RFI, those that weigh most first. */
export function termsOf({ terms }: Receipt, { matched }: ConsideredOnReceipt): string[] {
  return matched
    .flatMap(place => terms[place] ?? [])
    .sort((one, other) => other.weight - one.weight)
    .map(({ term }) => term.replace(/^word:/, ''))
}

/** Where one partner came, and why. */
export function rowText(receipt: Receipt, row: ConsideredOnReceipt, names: Names): string {
  const place = receipt.considered.indexOf(row) + 1
  const chosen = receipt.chosen.includes(row.partnerId)
  const terms = termsOf(receipt, row)
  return [
    `${styled('bold', clean(nameOf(row.partnerId, names)))}  place ${place}, ${chosen ? 'chosen' : 'not chosen'}, score ${scoreText(row.score)}`,
    `  ${terms.length === 0 ? 'no tag in common with the RFI' : `in common: ${clean(terms.join(', '))}`}`,
    partTable(partLines(receipt, row)),
  ].join('\n')
}

/** As `scoreText`, without a minus before what rounds to nothing. */
function figure(millionths: number): string {
  return scoreText(Math.abs(millionths) < 500 ? 0 : millionths)
}

/** Millionths as `12 %`. */
export function percent(millionths: number): string {
  return `${Math.round(millionths / 10_000)} %`
}

import { type ConsideredOnReceipt, type Receipt, reasonsOnReceipt } from '../ranking/receipt.ts'
import { styled } from './output.ts'
import { pageWidth } from './page-width.ts'
import { type PartLine, partTable } from './part-table.ts'
import { refusalWords } from './refusal-words.ts'
import { bySignificance, tellingLines } from './telling-lines.ts'
import type { InWords } from './term-words.ts'
import { clean, grouped, minuteOf, scoreText } from './text.ts'
import { wrapped } from './wrap.ts'

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
          `  ${grouped(candidates)} ${candidates === 1 ? 'candidate' : 'candidates'}, ${grouped(chosen.length)} chosen${alone || chosen.length === 0 ? '' : ' (✓)'}${population === null ? '' : `; ${grouped(population.profiles)} profiles in ${population.country}, of ${(population.totalTerms / Math.max(1, population.profiles)).toFixed(1)} terms on average`}`,
          ...(counts.length === 0 ? [] : [`  not asked: ${counts.join(', ')}`]),
        ]
      : [`  nobody was considered: ${refusalWords[whole]}`]),
    ...(chosen.length > 0 || whole !== undefined || alone ? [] : whyNobody(receipt)),
  ].join('\n')
}

/** Each reason there was, in words. */
export function whyNobody({ refused }: Pick<Receipt, 'refused'>): string[] {
  const codes = Object.keys(refused) as (keyof typeof refused)[]
  return codes.map(code => `    ${code}: ${refusalWords[code]}`)
}

export function nameOf(partnerId: string, names: Names): string {
  const name = names.get(partnerId)
  return name === undefined ? partnerId : `${name} (${partnerId})`
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

/** A row's terms in common with the RFI, those that weigh most first. */
export function termsOf({ terms }: Receipt, { matched }: ConsideredOnReceipt): string[] {
  return matched
    .flatMap(place => terms[place] ?? [])
    .sort((one, other) => other.weight - one.weight)
    .map(({ term }) => term.replace(/^word:/, ''))
}

/** The same as the request has them; two that share a word once. */
export function commonWords(
  { terms }: Receipt,
  { matched }: ConsideredOnReceipt,
  inWords: InWords,
): string[] {
  const common = matched.flatMap(place => terms[place] ?? [])
  return [...new Set(common.sort((one, other) => other.weight - one.weight).map(({ term }) => inWords(term)))]
}

/** Where one partner came, and why. */
export function rowText(
  receipt: Receipt,
  row: ConsideredOnReceipt,
  { names, inWords }: { readonly names: Names; readonly inWords: InWords },
): string {
  const place = receipt.considered.indexOf(row) + 1
  const chosen = receipt.chosen.includes(row.partnerId)
  const words = commonWords(receipt, row, inWords)
  return [
    `${styled('bold', clean(nameOf(row.partnerId, names)))}  place ${place}, ${chosen ? 'chosen' : 'not chosen'}, score ${scoreText(row.score)}`,
    `  ${words.length === 0 ? 'no tag in common with the RFI' : `in common: ${clean(words.join(', '))}`}`,
    partTable(partLines(receipt, row)),
  ].join('\n')
}

/** What sets each of the chosen apart but the first, whose figures stand above; empty where nobody else was chosen. */
export function othersChosen(
  receipt: Receipt,
  { names, inWords, more }: { readonly names: Names; readonly inWords: InWords; readonly more: string },
): string[] {
  const rows = receipt.considered.filter(
    (row, at) => at > 0 && receipt.chosen.some(chosen => chosen === row.partnerId),
  )
  if (rows.length === 0) return []
  const width = pageWidth()
  const blocks = rows.map(row => {
    const words = commonWords(receipt, row, inWords)
    return [
      `  ${clean(nameOf(row.partnerId, names))}${words.length === 0 ? '' : `: ${clean(words.join(', '))}`}`,
      ...tellingLines(apartFromFit(bySignificance(receipt, row)), mostLines).map(reason =>
        wrapped(`    ${clean(reason)}`, { width, indent: 6 }),
      ),
    ].join('\n')
  })
  const title = 'The others chosen: words in common, then what sets each apart'
  return [[styled('bold', title), ...blocks, `Every figure of one: ${more}`].join('\n')]
}

const mostLines = 3

/** Where the promise of the tags is told, their fit is told with it. */
function apartFromFit({
  relevance = '',
  ...others
}: Readonly<Record<string, string>>): Record<string, string> {
  return others.promise === undefined ? { relevance, ...others } : others
}

/** Millionths as `12 %`. */
export function percent(millionths: number): string {
  return `${Math.round(millionths / 10_000)} %`
}

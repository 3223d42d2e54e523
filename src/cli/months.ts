import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Query } from '../ports/store.ts'
import { wrongUsage } from './failure.ts'

/** Months of which sums are wanted, both ends taken in. */
export interface Months {
  readonly from?: string
  readonly to?: string
}

export function addMonthOptions(command: Command): Command {
  return command
    .addOption(new Option('--from <month>', 'no month before this one, such as 2026-01').argParser(month))
    .addOption(new Option('--to <month>', 'no month after this one').argParser(month))
}

/** Months as a range: they are ordered as texts. */
export function monthRange({ from = '', to }: Months): Query['where'][string] {
  return to === undefined ? { gte: from } : { gte: from, lte: to }
}

/** The same months by whole years, as far as they are whole, and single months beside them. */
export function spansOf({
  from = '0000-01',
  to = '9999-12',
}: Months): { readonly span: 'month' | 'year'; readonly periods: Query['where'][string] }[] {
  const [firstYear, firstMonth] = numbersOf(from)
  const [lastYear, lastMonth] = numbersOf(to)
  const fromYear = firstMonth === 1 ? firstYear : firstYear + 1
  const toYear = lastMonth === 12 ? lastYear : lastYear - 1
  if (from > to) return []
  if (firstYear === lastYear && fromYear > toYear) return [{ span: 'month', periods: { gte: from, lte: to } }]
  return [
    ...(fromYear > firstYear
      ? [{ span: 'month' as const, periods: { gte: from, lte: `${yearText(firstYear)}-12` } }]
      : []),
    ...(fromYear <= toYear
      ? [{ span: 'year' as const, periods: { gte: yearText(fromYear), lte: yearText(toYear) } }]
      : []),
    ...(toYear < lastYear
      ? [{ span: 'month' as const, periods: { gte: `${yearText(lastYear)}-01`, lte: to } }]
      : []),
  ]
}

function numbersOf(month: string): [year: number, month: number] {
  return [Number(month.slice(0, 4)), Number(month.slice(5))]
}

function yearText(year: number): string {
  return String(year).padStart(4, '0')
}

/** Before anything is read. */
export function checkMonths({ from, to }: Months): void {
  if (from !== undefined && to !== undefined && from > to)
    throw wrongUsage(`--from ${from} is after --to ${to}; turn them round`)
}

/** ` from 2026-01 to 2026-03`. */
export function monthsText({ from, to }: Months): string {
  return `${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}`
}

function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text))
    throw new InvalidArgumentError('a month such as 2026-03 is needed.')
  return text
}

import { z } from 'zod'
import { currencySchema } from './currencies.ts'

/** A decimal string and an ISO 4217 code. Canonical: no leading and no trailing zeros, so equal sums are equal bytes. */
export interface Money {
  readonly amount: string
  readonly currency: string
}

/** Sums by currency, never mixed. Decimal strings, perhaps negative, of any size. */
export type Sums = { readonly [currency: string]: string }

/** Amounts are counted in units of 1/10,000. */
const fractionDigits = 4

export const moneySchema = z.object({
  amount: z
    .string()
    .regex(/^\d{1,15}(\.\d{1,4})?$/, {
      error: 'a decimal number without sign or exponent, at most 15 digits before and 4 after the point',
    })
    .transform(canonicalAmount),
  currency: currencySchema,
})

/** Adds exactly. Currencies stand in alphabetical order and none at zero: the same sums are always the same bytes. */
export function addMoney(sums: Sums, money: Money): Sums {
  return withUnits(sums, money.currency, toUnits(money.amount))
}

/** Takes away what `addMoney` added; a sum may go below zero on the way. */
export function subtractMoney(sums: Sums, money: Money): Sums {
  return withUnits(sums, money.currency, -toUnits(money.amount))
}

/** Adds up what was summed apart. */
export function addSums(one: Sums, other: Sums): Sums {
  return Object.entries(other).reduce(
    (sums, [currency, amount]) => withUnits(sums, currency, toUnits(amount)),
    one,
  )
}

/** Less than 0 when `one` is the smaller, 0 when equal, more than 0 when larger; null across currencies. */
export function compareMoney(one: Money, other: Money): number | null {
  if (one.currency !== other.currency) return null
  const difference = toUnits(one.amount) - toUnits(other.amount)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function withUnits(sums: Sums, currency: string, units: bigint): Sums {
  const total = toUnits(sums[currency] ?? '0') + units
  const others = Object.entries(sums).filter(([other]) => other !== currency)
  const entries: [string, string][] = total === 0n ? others : [...others, [currency, fromUnits(total)]]
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

function canonicalAmount(amount: string): string {
  return fromUnits(toUnits(amount))
}

function toUnits(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.')
  return BigInt(whole + fraction.padEnd(fractionDigits, '0'))
}

function fromUnits(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(fractionDigits + 1, '0')
  const fraction = digits.slice(-fractionDigits).replace(/0+$/, '')
  const whole = digits.slice(0, -fractionDigits)
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : '.'}${fraction}`
}

import { z } from 'zod'
import data from './vocabularies/currencies.json' with { type: 'json' }

const digits: ReadonlyMap<string, number> = new Map(Object.entries(data.digits))

export const currenciesVersion: string = data.version

/** Every known ISO 4217 code, in alphabetical order. */
export const currencies: readonly string[] = [...digits.keys()]

/** Upper case only, as the standard writes them. */
export function isCurrency(code: string): boolean {
  return digits.has(code)
}

/**
 * Decimals that sums are shown with. They are those in use (CLDR), which for a few currencies are fewer than ISO 4217's
 * minor units (IQD 0, not 3): nothing is ever rounded to them, they are for people's eyes. Two when unknown.
 */
export function currencyDigits(code: string): number {
  return digits.get(code) ?? 2
}

const expected = 'an ISO 4217 currency code'
export const currencySchema = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: expected, abort: true })
  .refine(isCurrency, { error: expected })

import { z } from 'zod'
import data from './vocabularies/countries.json' with { type: 'json' }

/** ISO 3166-1 alpha-2. */
const codes: ReadonlySet<string> = new Set(data.countries)

export const countriesVersion: string = data.version

/** Every assigned code, in alphabetical order. */
export const countries: readonly string[] = data.countries

/** Upper case only, as the standard writes them. */
export function isCountry(code: string): boolean {
  return codes.has(code)
}

const expected = 'an ISO 3166-1 alpha-2 country code'
export const countrySchema = z
  .string()
  .regex(/^[A-Z]{2}$/, { error: expected, abort: true })
  .refine(isCountry, { error: expected })

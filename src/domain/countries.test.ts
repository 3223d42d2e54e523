import { expect, test } from 'vitest'
import { countries, countrySchema, isCountry } from './countries.ts'
import { currencies, currencyDigits, currencySchema, isCurrency } from './currencies.ts'

test.each([
  ['PT', true],
  ['GB', true],
  ['UK', false],
  ['pt', false],
  ['PRT', false],
  ['', false],
])('country %j: %s', (code, known) => {
  expect(isCountry(code)).toBe(known)
  expect(countrySchema.safeParse(code).success).toBe(known)
})

test.each([
  ['EUR', true],
  ['eur', false],
  ['EURO', false],
  ['ZZZ', false],
  ['', false],
])('currency %j: %s', (code, known) => {
  expect(isCurrency(code)).toBe(known)
  expect(currencySchema.safeParse(code).success).toBe(known)
})

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['ZZZ', 2],
])('%s is shown with %i decimals', (code, digits) => {
  expect(currencyDigits(code)).toBe(digits)
})

test('both lists stand in order and hold each code once', () => {
  for (const codes of [countries, currencies]) expect([...new Set(codes)].sort()).toEqual(codes)
})

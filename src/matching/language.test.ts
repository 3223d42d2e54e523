import { expect, it } from 'vitest'
import { countries } from '../domain/countries.ts'
import { languagesOf } from './language.ts'

it.each([
  ['PT', 'pt-PT', ['pt']],
  ['PT', 'en_GB', ['en']],
  ['PT', 'EN', ['en']],
  ['NO', 'nb-NO', ['no']],
  ['HU', 'hu-HU', ['hu']],
  ['PT', null, ['pt']],
  ['BE', null, ['fr', 'de', 'nl']],
  ['BE', '', ['fr', 'de', 'nl']],
  ['BE', 'und', ['fr', 'de', 'nl']],
  ['BE', 'not a locale', ['fr', 'de', 'nl']],
  ['HU', null, []],
])('%s with locale %s', (country, locale, languages) => {
  expect(languagesOf(country, locale)).toEqual(languages)
})

it('knows no country that there is not', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const pairs = [...letters].flatMap(first => [...letters].map(second => first + second))
  const spoken = pairs.filter(country => languagesOf(country, null).length > 0)
  expect(spoken.filter(country => !countries.includes(country))).toEqual([])
})

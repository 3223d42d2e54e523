import { iso31662 } from 'iso-3166'
import { describe, expect, test } from 'vitest'
import { staleFiles } from '../../scripts/generated.ts'
import { vocabularies } from '../../scripts/vocabularies.ts'
import { fc } from '../../test/support/property.ts'
import { foldText, normalizeRegion, sameRegion } from './regions.ts'

describe('normalizeRegion', () => {
  test.each([
    ['PT', 'PT-11', 'PT-11'],
    ['PT', 'pt 11', 'PT-11'],
    ['PT', '11', 'PT-11'],
    ['PT', ' LISBOA ', 'PT-11'],
    ['PT', 'Évora', 'PT-07'],
    ['PT', 'E\u0301vora', 'PT-07'],
    ['PT', 'evora', 'PT-07'],
    ['US', 'CA', 'US-CA'],
    ['US', 'california', 'US-CA'],
    ['DE', 'Baden Württemberg', 'DE-BW'],
    ['FR', 'Ile-de-France', 'FR-IDF'],
    ['PL', 'Lodzkie', 'PL-10'],
    ['TR', 'ISTANBUL', 'TR-34'],
    ['TR', 'İstanbul', 'TR-34'],
    ['IT', 'Valle d’Aosta', 'IT-23'],
    ['GB', 'City of Bristol', 'GB-BST'],
    ['ES', 'Comunidad de Madrid', 'ES-MD'],
    ['IN', 'Pondicherry', 'IN-PY'],
    // On two levels: the larger region.
    ['ES', 'Cantabria', 'ES-CB'],
    // Town and county alike: not guessed at.
    ['HU', 'Veszprém', 'veszprem'],
    // Not known: free text, folded.
    ['DE', 'Bavaria', 'bavaria'],
    ['RU', 'Москва', 'москва'],
    ['RU', 'Нижний Новгород', 'нижнии новгород'],
    ['IN', 'कर्नाटक', 'कर्नाटक'],
    ['PT', 'PT-99', 'pt 99'],
    ['PT', 'ES-MD', 'es md'],
    ['XX', 'Some  Where', 'some where'],
    ['__proto__', 'x', 'x'],
    ['PT', ' - ', ''],
  ])('%s %j is %j', (country, text, expected) => {
    expect(normalizeRegion(country, text)).toBe(expected)
  })

  test('every ISO 3166-2 code is itself, and names lead to a region of that name', () => {
    const names = new Map(iso31662.map(({ code, name }) => [code, name]))
    for (const { code, name } of iso31662) {
      const country = code.slice(0, 2)
      if (normalizeRegion(country, code) !== code) expect.fail(code)
      const found = normalizeRegion(country, name)
      if (found !== foldText(name)) expect(foldText(names.get(found) ?? '')).toBe(foldText(name))
    }
  })

  test('normalising twice changes nothing', () => {
    const countries = fc.constantFrom('PT', 'GB', 'ES', 'XX')
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...iso31662.map(({ name }) => name)),
    )
    fc.assert(
      fc.property(countries, texts, (country, text) => {
        const once = normalizeRegion(country, text)
        expect(normalizeRegion(country, once)).toBe(once)
      }),
    )
  })
})

test('folding twice changes nothing, whatever the text', () => {
  const texts = fc.array(fc.nat(0x10ffff), { maxLength: 20 }).map(points => String.fromCodePoint(...points))
  const letters = fc.string({ unit: fc.constantFrom(..."aßẞıİIiΣςσΐŁøÆ\u0301\u3099が-' ’ﬁⅫ") })
  fc.assert(
    fc.property(fc.oneof(texts, letters), text => foldText(foldText(text)) === foldText(text)),
    {
      numRuns: 1000,
    },
  )
})

test.each([
  ['PT', 'PT-11', 'lisboa', true],
  ['PT', 'Lisboa', 'Porto', false],
  ['XX', 'Foo-Bar', 'foo  bar', true],
  ['PT', '', '', false],
  ['PT', '-', '.', false],
])('sameRegion %s %j %j: %s', (country, one, other, same) => {
  expect(sameRegion(country, one, other)).toBe(same)
})

test('the committed vocabularies are what scripts/vocabularies.ts writes', () => {
  expect(staleFiles(vocabularies)).toEqual([])
})

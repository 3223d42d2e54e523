import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { needSchema } from '../domain/rfi.ts'
import { formsOfNeed } from './terms.ts'
import { formsOf } from './tokens.ts'
import { wordsBehind } from './words-behind.ts'

it.each<[string, string, object, readonly string[]]>([
  ['word:reinforc', 'reinforcement', { title: 'Seismic reinforcement, reinforcing' }, ['en']],
  ['word:larg', 'large', { description: 'large-scale remodeling' }, ['en']],
  ['word:industr', 'industrie', { title: "de l'industrie lourde" }, ['fr']],
  ['word:muller', 'Müller', { keywords: ['Müller'] }, []],
  ['word:it', 'IT', { title: 'it is IT' }, ['en']],
  ['word:usa', 'USA', { title: 'sells to the U.S.A.' }, ['en']],
  ['word:土木', '土木', { description: '土木工事' }, ['ja']],
])('%s was written %s', (term, word, need, languages) => {
  expect(wordsBehind(needSchema.parse(need), languages).get(term)).toBe(word)
})

it('knows a word for every term of the text, which gives that term again', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc
      .array(fc.constantFrom('Large', 'IT', "l'eau", 'U.S.A.', 'node.js', 'Straßen', 'の', 'd365', 'roads'))
      .map(words => words.join(' ')),
  )
  const languages = fc.constantFrom([], ['en'], ['fr', 'nl'], ['ja', 'en'])
  fc.assert(
    fc.property(text, text, languages, (title, keyword, its) => {
      const need = { title, description: null, keywords: [keyword], ...noIds }
      const written = wordsBehind(need, its)
      for (const [canonical] of formsOfNeed(need, its)) {
        const word = written.get(canonical)
        expect([canonical, word]).toEqual([canonical, expect.any(String)])
        expect(formsOf(word ?? '', its).flat()).toContain(canonical)
      }
    }),
  )
})

const noIds = { industries: [], products: [], services: [], solutions: [] }

import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { segmentsOf } from './segments.ts'

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

// ICU takes two for a word and one for none.
const onlyLowLines = /^_+$/

function bySegmenter(text: string): string[] {
  const words = [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike === true)
  return words.map(({ segment }) => segment).filter(word => !onlyLowLines.test(word))
}

function wordsIn(text: string): string[] {
  return segmentsOf(text).filter(word => !onlyLowLines.test(word))
}

const everyPlain = Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code))
const joining = [...'aZéß09_.:\'·‘’,;- \n"“”…–'].map(character => fc.constant(character))

it.each([
  ['running text', fc.string({ unit: fc.oneof(...joining), maxLength: 30 })],
  [
    'any Latin text',
    fc.string({ unit: fc.oneof(fc.constantFrom(...everyPlain), ...joining), maxLength: 30 }),
  ],
  ['any text', fc.string({ unit: 'grapheme', maxLength: 20 })],
])('parts %s as the segmenter does', (_, text) => {
  fc.assert(
    fc.property(text, raw => {
      expect(wordsIn(raw)).toEqual(bySegmenter(raw))
    }),
    { numRuns: 3000 },
  )
})

it('knows every Latin character between letters, between digits, and alone', () => {
  for (const character of everyPlain) {
    for (const text of [
      `a${character}b`,
      `1${character}2`,
      `a${character}2`,
      `1${character}b`,
      `_${character}_`,
      character,
    ]) {
      expect(wordsIn(text), JSON.stringify(text)).toEqual(bySegmenter(text))
    }
  }
})

it('parts Japanese, and Latin words within it', () => {
  expect(segmentsOf('在庫管理システムの導入、Azureへ')).toEqual([
    '在庫',
    '管理',
    'システム',
    'の',
    '導入',
    'Azure',
    'へ',
  ])
})

import { expect, test } from 'vitest'
import { asSeen, withoutPiles } from './marks.ts'
import { foldText } from './regions.ts'

const piles = [
  ['two classes in turn', '\u0315\u0316'],
  ['marks that are letters until they are normalized', '\uff9e\u0301'],
  ['vowel signs', '\u093c\u094d'],
]

test.each(piles)('a pile of marks is cut: %s', (_what, pair) => {
  const text = `a${pair.repeat(60_000)}b`
  expect(withoutPiles(text)).toBe(`a${pair.repeat(15)}b`)
  const from = performance.now()
  foldText(text)
  // Seconds, were they sorted.
  expect(performance.now() - from).toBeLessThan(1000)
})

test('what people write stays', () => {
  const hebrew = 'בְּרֵאשִׁ֖ית'
  for (const text of [
    '',
    'Việt Nam',
    hebrew.repeat(100),
    'क्षि'.repeat(100),
    'ﾊﾞﾋﾟ'.repeat(100),
    `a${'\u0301'.repeat(30)}`,
  ])
    expect(withoutPiles(text)).toBe(text)
})

test.each([
  ['in\u200bven\u00adto\u2060ry\ufeff', 'inventory'],
  ['\u202egnp\u202c\u200f', 'gnp'],
  ['Lis\u200dboa\u{e0041}', 'Lisboa'],
  ['plain, ünd ｗｉｄｅ', 'plain, ünd ｗｉｄｅ'],
])('%j looks like %j', (text, seen) => {
  expect(asSeen(text)).toBe(seen)
  expect(foldText(text)).toBe(foldText(seen))
})

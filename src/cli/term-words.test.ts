import { expect, it } from 'vitest'
import { rfiSchema } from '../domain/rfi.ts'
import { companySizes } from '../domain/sizes.ts'
import { inWordsOf, keyInWords, sizeInWords } from './term-words.ts'

it.each([
  ['word:reinforc', 'reinforc'],
  ['channel:marketing', 'channel marketing'],
  ['region:PT-11', 'region PT-11'],
  ['size:51to250employees', 'size 51 to 250 employees'],
  ['size:Morethan20000employees', 'size more than 20,000 employees'],
  ['industry:Retail & Consumer Goods', 'industry Retail & Consumer Goods'],
  ['phrase:lean manufacturing', 'phrase lean manufacturing'],
  ['budget:EUR:31', 'budget EUR 46,000 to 66,000'],
  ['budget:JPY:-1', 'budget JPY 0.71 to 1'],
  ['bare', 'bare'],
])('%s is %s', (term, words) => {
  expect(keyInWords(term)).toBe(words)
})

it('every size has words', () => {
  for (const size of companySizes)
    expect(sizeInWords(size)).toMatch(/^(?:[\d,]+ to|more than) [\d,]+ employees$/)
})

it('says what the request says, where it does', () => {
  const rfi = rfiSchema.parse({
    ...{ rfiId: 'rfi-1', occurredAt: '2026-03-02T09:14:00.000Z', channel: 'seller' },
    customer: { country: 'IE' },
    need: { title: 'Large-scale reinforcement', industries: ['Retail'] },
  })
  const inWords = inWordsOf(rfi)
  expect(['word:larg', 'word:reinforc', 'industry:Retail', 'word:other'].map(inWords)).toEqual([
    ...['Large', 'reinforcement', 'industry Retail', 'other'],
  ])
})

import { expect, test } from 'vitest'
import { isKnownTerm, registrationEligible, termKinds, unknownTerms, vocabulary } from './vocabulary.ts'

test.each([
  ['industries', 'Agriculture, Forestry, & Fishing', true],
  ['industries', 'Agriculture', false],
  ['industries', 'Retail & Consumer Goods', true],
  ['products', 'DynamicsAX,GP,NAV,SL', true],
  ['products', 'GP', false],
  ['products', 'azure', false],
  ['services', 'CustomSolution(ISV)', true],
  ['services', 'Azure', false],
  ['solutions', 'BusinessIntelligence', true],
  ['solutions', 'constructor', false],
] as const)('%s %j known: %s', (kind, id, known) => {
  expect(isKnownTerm(kind, id)).toBe(known)
})

test('unknown terms are named with their kind, whole and once', () => {
  const terms = {
    industries: ['Space, & Beyond', 'Education'],
    products: ['Azure', 'Abacus', 'Abacus'],
    keywords: ['anything'],
  }
  expect(unknownTerms(terms)).toEqual([
    { kind: 'industries', id: 'Space, & Beyond' },
    { kind: 'products', id: 'Abacus' },
  ])
  expect(unknownTerms({})).toEqual([])
})

test('only solutions marked in the file may be registered', () => {
  expect(
    registrationEligible(['Training', 'BusinessIntelligence', 'Juggling', 'BusinessIntelligence']),
  ).toEqual(['BusinessIntelligence'])
  expect(registrationEligible([])).toEqual([])
})

test('every term is written once, without spaces at its ends', () => {
  for (const kind of termKinds) {
    expect(new Set(vocabulary[kind]).size).toBe(vocabulary[kind].length)
    expect(vocabulary[kind].filter(id => id !== id.trim() || id === '')).toEqual([])
  }
})

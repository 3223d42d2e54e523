import { describe, expect, test } from 'vitest'
import { pairArbitrary } from '../../test/ranking/pairs.ts'
import { fc } from '../../test/support/property.ts'
import { estimated, estimatesOf } from './estimates.ts'
import type { TermTally } from './likeness.ts'
import { one } from './millionths.ts'

describe('an estimate', () => {
  test('is a chance: more than never, less than always', () => {
    fc.assert(
      fc.property(pairArbitrary, pair => {
        const estimates = estimatesOf(pair)
        for (const name of estimated) {
          const { chance, rate, own, such } = estimates[name]
          expect(Number.isInteger(chance) && chance > 0 && chance < one, `${name} ${chance}`).toBe(true)
          expect(rate >= 0 && rate <= one && own >= 0 && such >= 0).toBe(true)
        }
      }),
    )
  })

  test('of acceptance is never lowered by acceptances under the RFI’s terms', () => {
    fc.assert(
      fc.property(pairArbitrary, fc.integer({ min: 1, max: 5 }), (pair, deals) => {
        const more = deals * one
        const { terms, bands } = pair.likeness
        const raised = <T extends TermTally>(term: T): T => ({
          ...term,
          ...{ accepted: term.accepted + more, closed: term.closed + more, fitting: term.fitting + more },
        })
        // What it did under one term is a part of what it did.
        const tally = {
          ...pair.tally,
          accepted: Math.max(pair.tally.accepted, ...terms.map(({ accepted }) => accepted)),
          declined: Math.max(pair.tally.declined, ...terms.map(({ accepted, closed }) => closed - accepted)),
        }
        const met = new Set(terms.map(({ at }) => at))
        const after = estimatesOf({
          ...pair,
          tally: { ...tally, accepted: tally.accepted + more },
          askedBefore: {
            ...pair.askedBefore,
            terms: pair.askedBefore.terms.map((term, at) => (met.has(at) ? raised(term) : term)),
          },
          likeness: { terms: terms.map(raised), bands },
        })
        expect(after.accept.chance).toBeGreaterThanOrEqual(estimatesOf({ ...pair, tally }).accept.chance)
      }),
    )
  })

  test('of a partner without any evidence is the population’s, moved by what everybody does under the terms alone', () => {
    fc.assert(
      fc.property(pairArbitrary, pair => {
        const nothing = Object.fromEntries(Object.keys(pair.tally).map(name => [name, 0]))
        const tally = { ...pair.tally, ...nothing, sinceDeal: null }
        const untouched = { ...pair, tally, likeness: { terms: [], bands: [] } }
        const unasked = estimatesOf({ ...untouched, askedBefore: { terms: [], bands: [] } })
        const other = { ...pair, ...untouched, relevance: 0, customerPlace: { region: null, city: null } }
        expect(estimatesOf(untouched)).toEqual(estimatesOf(other))
        for (const name of estimated) {
          const { chance, rate, population, own, such } = unasked[name]
          expect([rate, own, such]).toEqual([population, 0, 0])
          expect(population).toBe(pair.basis.priors[name])
          expect(Math.abs(chance - population)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

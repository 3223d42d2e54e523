import { describe, expect, test } from 'vitest'
import { basisArbitrary, pairArbitrary, tallyArbitrary } from '../../test/ranking/pairs.ts'
import { fc } from '../../test/support/property.ts'
import { catalogue, type FeatureName } from './catalogue.ts'
import type { Feature, Inputs } from './feature.ts'
import { one } from './millionths.ts'

/** Which way each input moves the value: 1 never lowers it, −1 never raises it; what only words are made of is left out. */
const moves: Readonly<Record<FeatureName, Readonly<Record<string, 1 | -1>>>> = {
  relevance: { relevance: 1 },
  promise: { relevance: 1, known: -1 },
  similarDeals: { gain: 1 },
  focus: { shared: 1 },
  standout: { lift: 1 },
  appetite: { shift: 1 },
  budgetFit: { ratio: 1 },
  proximity: { nearest: 1 },
  experience: { deals: 1 },
  recency: { days: -1 },
  responsiveness: { answeredInDay: 1, silent: -1 },
  answerSpeed: { answeredInHour: 1, answeredInDay: 1, silent: -1 },
  acceptance: { accepted: 1, refused: -1 },
  reporting: { reported: 1, ended: 1 },
  wins: { won: 1, lost: -1 },
  load: { waiting: 1 },
}
const most: Readonly<Record<string, number>> = { nearest: 2, relevance: one, shared: one, waiting: 1000 }

const features = catalogue as readonly (Feature & { readonly name: FeatureName })[]
const isValue = (value: number) => Number.isInteger(value) && value >= 0 && value <= one

describe.each(features.map(feature => [feature.name, feature] as const))('%s', (name, feature) => {
  test('is a whole number of millionths from 0 to 1,000,000, of inputs by the same names, with a line to say', () => {
    let names: string | null = null
    fc.assert(
      fc.property(pairArbitrary, pair => {
        const inputs: Inputs = feature.about === 'pair' ? feature.inputs(pair) : feature.inputs(pair.tally)
        names ??= Object.keys(inputs).join()
        expect(Object.keys(inputs).join()).toBe(names)
        expect(Object.values(inputs).every(Number.isFinite)).toBe(true)
        const value = feature.value(inputs, pair.basis)
        expect([value, isValue(value)]).toEqual([value, true])
        const reason = feature.reason(inputs, value, pair.basis)
        expect(reason).toMatch(/^[A-Z0-9][^\n]{10,200}\.$/)
        // Read by the partner and by others alike.
        expect(reason).not.toMatch(/\byou/i)
      }),
    )
  })

  test('goes one way with each of its inputs', () => {
    const moved = fc.constantFrom(...Object.entries(moves[name]))
    fc.assert(
      fc.property(
        tallyArbitrary,
        pairArbitrary,
        basisArbitrary,
        moved,
        fc.nat(),
        fc.nat(),
        (tally, pair, basis, [input, sign], a, b) => {
          const inputs: Inputs = feature.about === 'pair' ? feature.inputs(pair) : feature.inputs(tally)
          const limit = (most[input] ?? 100 * one) + 1
          const [less, more] = [Math.min(a % limit, b % limit), Math.max(a % limit, b % limit)]
          const low = feature.value({ ...inputs, [input]: less }, basis)
          const high = feature.value({ ...inputs, [input]: more }, basis)
          expect([low, high].every(isValue)).toBe(true)
          if (sign > 0) expect(high).toBeGreaterThanOrEqual(low)
          else expect(high).toBeLessThanOrEqual(low)
        },
      ),
    )
  })
})

test('a feature of the pair is worth `untouched` to whoever did nothing yet', () => {
  fc.assert(
    fc.property(pairArbitrary, pair => {
      const nothing = Object.fromEntries(Object.keys(pair.tally).map(name => [name, 0]))
      const tally = { ...pair.tally, ...nothing, sinceDeal: null }
      const untouched = { ...pair, tally, likeness: { terms: [], bands: [] } }
      // What tags promise is bounded by the relevance itself.
      for (const feature of catalogue)
        if (feature.about === 'pair' && feature.readsEvidence && feature.name !== 'promise')
          expect([feature.name, feature.value(feature.inputs(untouched) as never, pair.basis)]).toEqual([
            feature.name,
            feature.untouched,
          ])
    }),
  )
})

test('a term under which there is nothing but declines for fit changes no value', () => {
  fc.assert(
    fc.property(pairArbitrary, fc.nat(5 * one), fc.boolean(), (pair, declines, own) => {
      const counts = { accepted: 0, closed: declines, answeredInHour: 0, answeredInDay: declines, won: 0 }
      const declined = { ...counts, ended: declines, fitting: 0 }
      const { terms, bands } = pair.askedBefore
      const met = own ? [{ at: terms.length, ...declined }] : []
      const after = {
        ...pair,
        askedBefore: { terms: [...terms, { term: 'declined', ...declined }], bands },
        likeness: { ...pair.likeness, terms: [...pair.likeness.terms, ...met] },
      }
      for (const feature of catalogue) {
        if (feature.about !== 'pair') continue
        const value = (of: typeof pair) => feature.value(feature.inputs(of) as never, of.basis)
        expect([feature.name, value(after)]).toEqual([feature.name, value(pair)])
      }
    }),
    { numRuns: 300 },
  )
})

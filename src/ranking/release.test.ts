import { describe, expect, test } from 'vitest'
import { featureNames } from './catalogue.ts'
import { canonicalRelease, defaultRelease, parseRelease } from './release.ts'

const written = { weightsId: 'w-2', features: { relevance: 400_000 } }

describe('a release', () => {
  test('fills in what is not named', () => {
    const parsed = parseRelease(written)
    expect(parsed).toMatchObject({
      ok: true,
      release: {
        weightsId: 'w-2',
        parent: null,
        features: { relevance: 400_000, responsiveness: 0 },
        parameters: { halfLifeDays: 365, priorStrength: 8 },
        policy: { partnersPerRfi: 5, explorationShare: 0, canaryShare: 0, minimumScore: 0 },
        note: null,
      },
    })
  })

  test.each([
    ['weightsId', { features: { relevance: 1 } }, 'missing'],
    ['weightsId', { ...written, weightsId: '' }, 'invalid'],
    ['weightsId', { ...written, weightsId: 7 }, 'wrong-type'],
    ['features', { weightsId: 'w-2' }, 'missing'],
    ['features', { ...written, features: {} }, 'invalid'],
    ['features.relevance', { ...written, features: { relevance: -1 } }, 'invalid'],
    ['features.relevance', { ...written, features: { relevance: 0.4 } }, 'wrong-type'],
    ['features.relevance', { ...written, features: { relevance: null } }, 'missing'],
    ['features.relevnce', { ...written, features: { relevance: 1, relevnce: 1 } }, 'unknown-name'],
    ['extra', { ...written, extra: 1 }, 'unknown-name'],
    ['parameters.halfLife', { ...written, parameters: { halfLife: 3 } }, 'unknown-name'],
    ['parameters.halfLifeDays', { ...written, parameters: { halfLifeDays: 0 } }, 'invalid'],
    ['policy.partnersPerRfi', { ...written, policy: { partnersPerRfi: 0 } }, 'invalid'],
    ['policy.explorationShare', { ...written, policy: { explorationShare: 900_000 } }, 'invalid'],
    ['', 'text', 'wrong-type'],
    ['', null, 'missing'],
  ])('is refused for %s in %j', (field, input, code) => {
    const parsed = parseRelease(input)
    expect(parsed).toMatchObject({ ok: false, faults: [{ field, code }] })
  })

  test('names everything that is wrong at once', () => {
    const parsed = parseRelease({
      weightsId: '',
      features: { relevance: -1, one: 1, two: 2 },
      policy: { minimumScore: 'x' },
    })
    expect(parsed.ok ? [] : parsed.faults.map(({ field }) => field).sort()).toEqual([
      'features.one',
      'features.relevance',
      'features.two',
      'policy.minimumScore',
      'weightsId',
    ])
  })

  test('has one canonical text', () => {
    const parsed = parseRelease(JSON.parse(canonicalRelease(defaultRelease)))
    expect(parsed.ok && canonicalRelease(parsed.release)).toBe(canonicalRelease(defaultRelease))
  })

  test('the one shipped weighs every feature, to one in all', () => {
    expect(Object.keys(defaultRelease.features).sort()).toEqual([...featureNames].sort())
    expect(Object.values(defaultRelease.features).reduce((sum, weight) => sum + weight)).toBe(1_000_000)
  })
})

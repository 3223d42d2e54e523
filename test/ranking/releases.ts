import { type FeatureName, featureNames } from '../../src/ranking/catalogue.ts'
import { one } from '../../src/ranking/millionths.ts'
import { defaultRelease, type Release } from '../../src/ranking/release.ts'
import { fc } from '../support/property.ts'

/** Any feature of the catalogue may weigh nothing, next to nothing or everything; one at least weighs something. */
export const weightsArbitrary: fc.Arbitrary<Release['features']> = fc
  .tuple(
    ...featureNames.map(name =>
      fc
        .oneof(fc.constantFrom(0, 0, 1, 50_000, 333_333, one), fc.integer({ min: 0, max: one }))
        .map(weight => [name, weight] as const),
    ),
  )
  .map(weights => Object.fromEntries(weights) as Record<FeatureName, number>)
  .filter(weights => Object.values(weights).some(weight => weight > 0))

/** One feature alone, or all of them in any proportion: a fault of one feature is then not hidden by the others. */
export const releaseArbitrary: fc.Arbitrary<Release> = fc
  .record({
    features: fc.oneof(
      weightsArbitrary,
      fc.constantFrom(...featureNames).map(name => weightsOf({ [name]: one })),
    ),
    halfLifeDays: fc.constantFrom(3, 30, 180, 365, 1500),
    priorStrength: fc.constantFrom(0, 0.5, 8),
  })
  .map(({ features, halfLifeDays, priorStrength }) => releaseOf(features, { halfLifeDays, priorStrength }))

export function weightsOf(some: Partial<Record<FeatureName, number>>): Release['features'] {
  const none = Object.fromEntries(featureNames.map(name => [name, 0])) as Record<FeatureName, number>
  return { ...none, ...some }
}

export function releaseOf(
  features: Partial<Record<FeatureName, number>>,
  parameters: Partial<Release['parameters']> = {},
): Release {
  return {
    ...defaultRelease,
    weightsId: 'any',
    features: weightsOf(features),
    parameters: { ...defaultRelease.parameters, ...parameters },
    policy: { ...defaultRelease.policy, partnersPerRfi: 20 },
  }
}

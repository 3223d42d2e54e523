import { expect, test } from 'vitest'
import type { PartnerId } from '../../domain/ids.ts'
import { profileSchema } from '../../domain/profile.ts'
import { noEvidence } from '../evidence.ts'
import { noLikeness } from '../likeness.ts'
import { noPopulation } from '../population.ts'
import { basisOf, tallyOf } from '../rates.ts'
import { placeOf, proximity } from './proximity.ts'

const nothingKnown = {
  askedBefore: { terms: [], bands: [] },
  likeness: noLikeness,
  tally: tallyOf(noEvidence('acme' as PartnerId), 180, 0),
  basis: basisOf(noPopulation, { halfLifeDays: 180, priorStrength: 0 }, 0),
}

type Spot = readonly [region: string | null, city: string | null]
const lisbon: Spot = ['PT-11', 'Lisboa']

test.each<[Spot, readonly Spot[], number]>([
  [lisbon, [lisbon], 1_000_000],
  [lisbon, [['Lisboa', 'LISBOA ']], 1_000_000],
  [lisbon, [[null, 'Lisboa']], 1_000_000],
  [[null, 'Lisboa'], [lisbon], 1_000_000],
  [lisbon, [['PT-11', 'Sintra']], 500_000],
  [lisbon, [['PT-11', null]], 500_000],
  [lisbon, [['PT-13', 'Porto'], lisbon], 1_000_000],
  [
    lisbon,
    [
      ['PT-13', 'Porto'],
      ['PT-11', null],
    ],
    500_000,
  ],
  [['PT-13', 'Lagoa'], [['PT-08', 'Lagoa']], 0],
  [lisbon, [['PT-13', 'Porto']], 0],
  [lisbon, [[null, null]], 0],
  [[null, null], [lisbon], 0],
  [[null, null], [[null, null]], 0],
])('%j near %j is %i', ([region, city], spots, value) => {
  const profile = profileSchema.parse({
    profileId: 'acme/PT',
    partnerId: 'acme',
    occurredAt: '2026-01-01T00:00:00.000Z',
    name: 'Acme',
    country: 'PT',
    state: 'published',
    locations: spots.map(([region, city], at) => ({ locationId: `l${at}`, region, city })),
  })
  const pair = { customerPlace: placeOf('PT', region, city), profile, relevance: 0, ...nothingKnown }
  expect(proximity.value(proximity.inputs(pair), nothingKnown.basis)).toBe(value)
})

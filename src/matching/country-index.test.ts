import { expect, it } from 'vitest'
import { type Profile, profileSchema } from '../domain/profile.ts'
import { CountryIndex } from './country-index.ts'
import { NameTable } from './name-table.ts'

const regions = ['PT-11', 'PT-13', 'the north']

function profileOf(number: number, round: number): Profile {
  return profileSchema.parse({
    profileId: `p${number}`,
    partnerId: `p${number}`,
    occurredAt: '2026-03-02T09:14:00.000Z',
    name: 'a partner',
    country: 'PT',
    state: 'published',
    locations: [{ locationId: '1' }],
    serves: { regions: regions.slice((number + round) % 4) },
    tags: { keywords: ['ERP', `word${number % 7}`, `once${number}in${round}`] },
  })
}

it('does not grow by profiles that change, go and come', () => {
  const index = new CountryIndex(new NameTable())
  const slots = Array.from({ length: 200 }, (_, number) => index.add(profileOf(number, 0)))
  const bytes = () =>
    index.postings.bytes + index.numbers.bytes + index.lists.bytes + index.terms.frequencies.byteLength
  const churn = (round: number) => {
    for (const [number, slot] of slots.entries()) {
      if (number % 3 === 0) index.remove(slot)
      else index.replace(slot, profileOf(number, round))
    }
    for (const number of slots.keys())
      if (number % 3 === 0) slots[number] = index.add(profileOf(number, round))
  }
  for (let round = 1; round <= 4; round += 1) churn(round)
  const before = {
    bytes: bytes(),
    slots: index.bySlot.length,
    terms: index.terms.size,
    partitions: index.partitions.regions,
  }
  for (let round = 5; round <= 24; round += 1) churn(round)
  expect({
    bytes: bytes(),
    slots: index.bySlot.length,
    terms: index.terms.size,
    partitions: index.partitions.regions,
  }).toEqual(before)
  expect([index.profiles, index.totalTerms]).toEqual([200, 600])

  for (const slot of slots) index.remove(slot)
  expect([
    index.profiles,
    index.totalTerms,
    index.terms.size,
    index.partitions.regions,
    index.lists.size,
  ]).toEqual([0, 0, 0, 0, 0])
})

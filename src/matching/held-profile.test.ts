import { expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { type Profile, profileSchema } from '../domain/profile.ts'
import { companySizes } from '../domain/sizes.ts'
import { vocabulary } from '../domain/vocabulary.ts'
import { holdProfile } from './held-profile.ts'

const text = fc.oneof(fc.constantFrom('0', 'Łódź', '東京', '"', ' a\\'), fc.string({ minLength: 1 }))
const maybe = fc.option(text)
const tags = (...known: readonly string[]) => fc.array(fc.oneof(fc.constantFrom(...known), text))
const profile = fc
  .record({
    name: text,
    state: fc.constantFrom('published', 'paused'),
    locations: fc.array(
      fc.record({
        city: maybe,
        region: maybe,
        contact: fc.option(
          fc.record({
            firstName: maybe,
            lastName: maybe,
            email: maybe,
            phone: maybe,
            disableNotifications: fc.boolean(),
          }),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    serves: fc.record({ regions: fc.array(text) }),
    tags: fc.record({
      industries: tags(...vocabulary.industries),
      products: tags(...vocabulary.products),
      services: tags(...vocabulary.services),
      solutions: tags(...vocabulary.solutions),
      keywords: tags(...vocabulary.services),
    }),
    sizeOptOut: fc.subarray([...companySizes]),
    maxOpenReferrals: fc.option(fc.nat()),
    locale: maybe,
    description: maybe,
    website: maybe,
  })
  .map(({ locations, ...rest }) =>
    profileSchema.safeParse({
      ...rest,
      profileId: 'p/PT',
      partnerId: 'p',
      occurredAt: '2026-03-02T09:14:00.000Z',
      country: 'PT',
      locations: locations.map((location, at) => ({ ...location, locationId: `l${at}` })),
    }),
  )
  .filter(({ success }) => success)
  .map(({ data }) => data as Profile)

it('is the profile it holds, whatever was read in between', () => {
  fc.assert(
    fc.property(profile, profile, (one, other) => {
      const held = holdProfile(one)
      expect(held).toEqual(one)
      holdProfile(other)
      expect({ ...held }).toEqual(one)
      expect(JSON.parse(JSON.stringify(held))).toEqual(one)
      expect(Object.keys(held).sort()).toEqual(Object.keys(one).sort())
    }),
  )
})

it('holds once what is held already', () => {
  const [one] = fc.sample(profile, 1) as [Profile]
  const held = holdProfile(one)
  expect(holdProfile(held)).toBe(held)
  expect(holdProfile({ ...held, state: 'paused' }).state).toBe('paused')
})

import { describe, expect, test } from 'vitest'
import { profileSample, withField } from '../../test/support/samples.ts'
import { profileSchema } from './profile.ts'
import { parseShape } from './shape.ts'

test('all else may be absent', () => {
  const { profileId, partnerId, occurredAt, name, country, state } = profileSample
  const locations = [{ locationId: 'acme/PT/lisboa' }]
  const least = { profileId, partnerId, occurredAt, name, country, state, locations }
  expect(profileSchema.parse(least)).toEqual({
    ...least,
    locations: [{ locationId: 'acme/PT/lisboa', city: null, region: null, contact: null }],
    serves: { regions: [] },
    tags: { industries: [], products: [], services: [], solutions: [], keywords: [] },
    sizeOptOut: [],
    maxOpenReferrals: null,
    locale: null,
    description: null,
    website: null,
  })
})

test('notifications are on unless switched off', () => {
  const parsed = profileSchema.parse(
    withField(profileSample, 'locations.0.contact', { email: 'r@x.example' }),
  )
  expect(parsed.locations[0]?.contact?.disableNotifications).toBe(false)
})

test.each([
  [0, false],
  [1, true],
  [5, true],
  [6, false],
])('%i locations: %s', (count, valid) => {
  const locations = Array.from({ length: count }, (_, index) => ({ locationId: `l-${index}` }))
  expect(parseShape(profileSchema, withField(profileSample, 'locations', locations)).ok).toBe(valid)
})

test('tags by the thousand', () => {
  const keywords = Array.from({ length: 20_000 }, (_, at) => `word ${at}`)
  expect(profileSchema.parse(withField(profileSample, 'tags.keywords', keywords)).tags.keywords).toEqual(
    keywords,
  )
})

describe('faults', () => {
  test.each<[string, unknown, string, string, string]>([
    ['profileId', undefined, 'missing', 'missing', 'string'],
    ['partnerId', undefined, 'missing', 'missing', 'string'],
    ['partnerId', 'acme:pt', 'invalid', 'string of 7 characters', "an id without ':'"],
    ['partnerId', 'a\0', 'invalid', 'string of 2 characters', 'well-formed Unicode without NUL'],
    ['occurredAt', undefined, 'missing', 'missing', 'string'],
    ['name', undefined, 'missing', 'missing', 'string'],
    ['name', 'x'.repeat(501), 'invalid', 'string of 501 characters', 'at most 500'],
    ['name', 7, 'wrong-type', 'number', 'string'],
    ['country', undefined, 'missing', 'missing', 'string'],
    ['country', 'Portugal', 'invalid', 'string of 8 characters', 'an ISO 3166-1 alpha-2 country code'],
    ['state', undefined, 'missing', 'missing', 'one of published, paused'],
    ['state', 'withdrawn', 'invalid', 'string of 9 characters', 'one of published, paused'],
    ['locations', undefined, 'missing', 'missing', 'array'],
    ['locations', [], 'invalid', 'list of 0', 'at least 1'],
    ['locations', Array(6).fill({ locationId: 'l' }), 'invalid', 'list of 6', 'at most 5'],
    ['locations.0.locationId', undefined, 'missing', 'missing', 'string'],
    ['locations.0.contact.disableNotifications', 'no', 'wrong-type', 'string of 2 characters', 'boolean'],
    ['serves.regions', 'PT-11', 'wrong-type', 'string of 5 characters', 'array'],
    ['tags.keywords.1', '', 'invalid', 'string of 0 characters', 'a term that is not blank'],
    ['maxOpenReferrals', -1, 'invalid', 'number', 'at least 0'],
    ['maxOpenReferrals', 2.5, 'wrong-type', 'number', 'int'],
  ])('%s %j', (field, value, code, found, expected) => {
    expect(parseShape(profileSchema, withField(profileSample, field, value))).toMatchObject({
      ok: false,
      fault: { code, field, found, expected },
    })
  })

  test('an opt-out of no known size', () => {
    const parsed = parseShape(profileSchema, withField(profileSample, 'sizeOptOut.0', 'tiny'))
    expect(parsed).toMatchObject({ fault: { code: 'invalid', field: 'sizeOptOut.0' } })
  })
})

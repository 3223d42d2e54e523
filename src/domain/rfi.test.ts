import { describe, expect, test } from 'vitest'
import { rfiSample, withField } from '../../test/support/samples.ts'
import { rfiSchema } from './rfi.ts'
import { parseShape } from './shape.ts'

const least = {
  rfiId: 'rfi-81',
  occurredAt: '2026-03-02T09:14:00Z',
  channel: 'marketing',
  customer: { country: 'PT' },
  need: { keywords: ['ERP'] },
}

test('all else may be absent: less is known then, and no consent is assumed', () => {
  const nobody = { name: null, region: null, city: null, postalCode: null, size: null, locale: null }
  expect(rfiSchema.parse(least)).toEqual({
    rfiId: 'rfi-81',
    occurredAt: '2026-03-02T09:14:00.000Z',
    channel: 'marketing',
    customer: { ...nobody, country: 'PT', contact: null },
    need: {
      title: null,
      description: null,
      keywords: ['ERP'],
      industries: [],
      products: [],
      services: [],
      solutions: [],
    },
    budget: null,
    closingAt: null,
    requestedPartners: [],
    followsRfiId: null,
    inviter: null,
    maxPartners: null,
    contactMeDirectly: false,
    expiresAt: null,
    consent: { shareWithPartners: false, contact: false },
    campaignId: null,
    test: false,
  })
})

test('terms keep their commas and ampersands', () => {
  const { need } = rfiSchema.parse(rfiSample)
  expect(need.industries).toEqual(['Agriculture, Forestry, & Fishing'])
  expect(need.products).toEqual(['DynamicsAX,GP,NAV,SL'])
})

const anId = 'well-formed Unicode without NUL'
const aTime = 'a time such as 2026-03-02T09:14:00.000Z'
const aNeed = 'a need with at least one term or some text'
const anAmount = 'a decimal number without sign or exponent, at most 15 digits before and 4 after the point'

describe('faults', () => {
  test.each<[string, unknown, string, string, string]>([
    // field, value put there (undefined: taken away), code, found, expected
    ['rfiId', undefined, 'missing', 'missing', 'string'],
    ['rfiId', null, 'missing', 'null', 'string'],
    ['rfiId', 81, 'wrong-type', 'number', 'string'],
    ['rfiId', '', 'invalid', 'string of 0 characters', 'at least 1'],
    ['rfiId', 'x'.repeat(101), 'invalid', 'string of 101 characters', 'at most 100'],
    ['rfiId', 'a\0', 'invalid', 'string of 2 characters', anId],
    ['rfiId', '\ud83d', 'invalid', 'string of 1 characters', anId],
    ['occurredAt', undefined, 'missing', 'missing', 'string'],
    ['occurredAt', 1_772_442_840_000, 'wrong-type', 'number', 'string'],
    ['occurredAt', '2026-02-30T00:00:00Z', 'invalid', 'string of 20 characters', aTime],
    ['channel', undefined, 'missing', 'missing', 'one of marketing, seller, customer-search'],
    ['channel', 'Seller', 'invalid', 'string of 6 characters', 'one of marketing, seller, customer-search'],
    ['customer', undefined, 'missing', 'missing', 'object'],
    ['customer', 'Ana', 'wrong-type', 'string of 3 characters', 'object'],
    ['customer.country', undefined, 'missing', 'missing', 'string'],
    ['customer.country', 'XX', 'invalid', 'string of 2 characters', 'an ISO 3166-1 alpha-2 country code'],
    ['customer.country', 'pt', 'invalid', 'string of 2 characters', 'an ISO 3166-1 alpha-2 country code'],
    ['customer.contact', [], 'wrong-type', 'list of 0', 'object'],
    ['customer.contact.email', {}, 'wrong-type', 'object', 'string'],
    ['need', undefined, 'missing', 'missing', 'object'],
    ['need', {}, 'invalid', 'object', aNeed],
    ['need', { title: ' ', description: '\t', keywords: [] }, 'invalid', 'object', aNeed],
    ['need.keywords', 'ERP', 'wrong-type', 'string of 3 characters', 'array'],
    ['need.keywords.0', ' ', 'invalid', 'string of 1 characters', 'a term that is not blank'],
    ['need.keywords.0', null, 'missing', 'null', 'string'],
    ['budget', '40000 EUR', 'wrong-type', 'string of 9 characters', 'object'],
    ['budget.amount', 40_000, 'wrong-type', 'number', 'string'],
    ['budget.amount', '-1', 'invalid', 'string of 2 characters', anAmount],
    ['budget.amount', '1e3', 'invalid', 'string of 3 characters', anAmount],
    ['budget.amount', '4.200,50', 'invalid', 'string of 8 characters', anAmount],
    ['budget.currency', 'eur', 'invalid', 'string of 3 characters', 'an ISO 4217 currency code'],
    ['budget.currency', 'EUX', 'invalid', 'string of 3 characters', 'an ISO 4217 currency code'],
    ['budget.currency', undefined, 'missing', 'missing', 'string'],
    ['closingAt', 'soon', 'invalid', 'string of 4 characters', aTime],
    ['requestedPartners.0', 'a:b', 'invalid', 'string of 3 characters', "an id without ':'"],
    ['requestedPartners', Array(101).fill('acme'), 'invalid', 'list of 101', 'at most 100'],
    ['followsRfiId', '', 'invalid', 'string of 0 characters', 'at least 1'],
    ['inviter.id', undefined, 'missing', 'missing', 'string'],
    ['maxPartners', 0, 'invalid', 'number', 'at least 1'],
    ['maxPartners', 1.5, 'wrong-type', 'number', 'int'],
    ['maxPartners', '5', 'wrong-type', 'string of 1 characters', 'number'],
    ['contactMeDirectly', 'yes', 'wrong-type', 'string of 3 characters', 'boolean'],
    ['expiresAt', '2026-03-02', 'invalid', 'string of 10 characters', aTime],
    ['consent.contact', 1, 'wrong-type', 'number', 'boolean'],
    ['consent', true, 'wrong-type', 'boolean', 'object'],
    ['test', 0, 'wrong-type', 'number', 'boolean'],
  ])('%s %j', (field, value, code, found, expected) => {
    expect(parseShape(rfiSchema, withField(rfiSample, field, value))).toMatchObject({
      ok: false,
      fault: { code, field, found, expected },
    })
  })

  test('a size that is on neither scale', () => {
    const parsed = parseShape(rfiSchema, withField(rfiSample, 'customer.size', 'huge'))
    expect(parsed).toMatchObject({ fault: { code: 'invalid', field: 'customer.size' } })
  })

  test.each<[unknown, string]>([
    [null, 'missing'],
    [undefined, 'missing'],
    [[], 'wrong-type'],
    ['{}', 'wrong-type'],
    [7, 'wrong-type'],
  ])('%j is no record', (input, code) => {
    expect(parseShape(rfiSchema, input)).toMatchObject({ fault: { code, field: '', expected: 'object' } })
  })
})

test('texts of any length and script are kept, made well-formed', () => {
  const parsed = rfiSchema.parse(withField(rfiSample, 'need.description', `${'長'.repeat(5000)}\udfff`))
  expect(parsed.need.description).toBe(`${'長'.repeat(5000)}\ufffd`)
})

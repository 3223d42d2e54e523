import { expect, it } from 'vitest'
import { profileSchema } from '../domain/profile.ts'
import { rfiSchema } from '../domain/rfi.ts'
import { queryOf } from './query.ts'
import { termsOfProfile } from './terms.ts'

const ids = {
  industries: ['Agriculture, Forestry, & Fishing'],
  products: ['DynamicsAX,GP,NAV,SL', 'Azure'],
  services: ['CustomSolution(ISV)'],
  solutions: ['BusinessIntelligence'],
}
const terms = [
  'industry:Agriculture, Forestry, & Fishing',
  'product:DynamicsAX,GP,NAV,SL',
  'product:Azure',
  'service:CustomSolution(ISV)',
  'solution:BusinessIntelligence',
]

const profile = (rest: object) =>
  profileSchema.parse({
    profileId: 'acme/PT',
    partnerId: 'acme',
    occurredAt: '2026-03-02T09:14:00.000Z',
    name: 'Acme forests',
    country: 'PT',
    state: 'published',
    locations: [{ locationId: 'acme/PT/1', city: 'Lisboa' }],
    ...rest,
  })

const rfi = (customer: object, need: object) =>
  rfiSchema.parse({
    rfiId: 'rfi-81',
    occurredAt: '2026-03-02T09:14:00.000Z',
    channel: 'seller',
    customer: { country: 'PT', ...customer },
    need,
  })

it('keeps vocabulary ids whole and apart from words', () => {
  expect(termsOfProfile(profile({ tags: ids }))).toEqual(terms)
  expect(queryOf(rfi({}, ids)).terms).toEqual(terms)
  expect(queryOf(rfi({}, { title: 'Azure' })).forms).toEqual([['word:azur', 'word:azure']])
})

it('reads tags alone, and splits keywords into words, each once', () => {
  const tags = { keywords: ['lean manufacturing', 'Manufacturing ERP'] }
  const described = profile({
    tags,
    locale: 'en-GB',
    description: 'bakery software',
    website: 'https://acme.example',
  })
  expect(termsOfProfile(described)).toEqual(['word:lean', 'word:manufactur', 'word:erp'])
  expect(termsOfProfile(profile({}))).toEqual([])
})

it('asks by title, description, keywords and ids', () => {
  const need = {
    title: 'New ERP',
    description: 'For our bakeries',
    keywords: ['bakery'],
    products: ['Azure'],
  }
  const query = queryOf(
    rfi({ locale: 'en-GB', region: 'Lisboa', city: 'Lisboa', size: '51to250employees' }, need),
  )
  expect(query).toMatchObject({
    country: 'PT',
    region: 'PT-11',
    city: 'Lisboa',
    size: '51to250employees',
    terms: ['product:Azure', 'word:new', 'word:erp', 'word:bakeri'],
  })
  expect(query.forms.at(-1)).toEqual(['word:bakeri', 'word:bakeries', 'word:bakery'])
  expect(query.sizeBit).not.toBe(0)
})

it('leaves unknown what is unknown', () => {
  expect(queryOf(rfi({ region: ' - ' }, { title: 'ERP' }))).toMatchObject({
    region: null,
    city: null,
    size: null,
    sizeBit: 0,
  })
})

import { describe, expect, it, test } from 'vitest'
import { fc } from '../../../test/support/property.ts'
import { topics } from '../topics.ts'
import { difference, emptyOf, ownerOf, type Projected, projectionOf, projections } from './projections.ts'

const partitions = { [topics.status]: 5, [topics.notices]: 3 }
const byPartner = ownerOf('partners', 'acme', partitions)

describe('whose a document is, and what it belongs to', () => {
  test.each<[Projected, string, string]>([
    ['inbox', 'rfi:with:colons:acme', 'inbox'],
    ['favorites', 'r1:acme', 'inbox'],
    ['partners', 'acme', 'evidence'],
    ['interests', 'acme', 'evidence'],
    ['interestTerms', 'acme:1x', 'evidence'],
    ['partnerCounts', 'acme', 'concentration'],
  ])('%s %s', (collection, id, projection) => {
    expect(ownerOf(collection, id, partitions)).toEqual(byPartner)
    expect(projectionOf(collection, id)).toBe(projection)
  })

  test.each<[Projected, string, string, number, string]>([
    ['cells', 'funnel/country/2026-03/JP/projector/referral-status/4', topics.status, 4, 'funnel'],
    ['cells', 'population/projector/referral-status/12~3', topics.status, 12, 'evidence'],
    ['cells', 'concentration/projector/referral-status/0', topics.status, 0, 'concentration'],
    ['cells', 'needs/2026-03/projector/customer-notices/1', topics.notices, 1, 'needs'],
    ['cells', 'anything/new/projector/referral-status/1', topics.status, 1, 'anything'],
    ['needTerms', '2026-03/projector/customer-notices/2/a term/with/9', topics.notices, 2, 'needs'],
  ])('%s %s', (collection, id, topic, partition, projection) => {
    expect(ownerOf(collection, id, partitions)).toEqual({ topic, partition })
    expect(projectionOf(collection, id)).toBe(projection)
  })

  test('what has no such name is nobody’s', () => {
    expect(ownerOf('inbox', 'no colon', partitions)).toBeNull()
    expect(ownerOf('cells', 'funnel/of/nobody', partitions)).toBeNull()
  })

  test('each projection has documents', () => {
    const known = ['inbox', 'notices', 'partners', 'partnerCounts', 'needs'] as const
    const kinds = ['funnel', 'reasons'].map(kind =>
      projectionOf('cells', `${kind}/x/projector/referral-status/0`),
    )
    const all = new Set([...known.map(name => projectionOf(name, 'x')), ...kinds])
    expect([...all].sort()).toEqual([...projections].sort())
  })
})

describe('difference', () => {
  it('is the path of the first', () => {
    const one = { _id: 'a', changed: { offset: 1 }, counts: { won: 1, lost: [1, 2] } }
    expect(difference(one, { ...one, changed: { offset: 9 } })).toBeNull()
    expect(difference(one, { ...one, counts: { lost: [1, 2], won: 1 } })).toBeNull()
    expect(difference(one, { ...one, counts: { won: 1, lost: [1, 3] } })).toBe('counts.lost.1')
    expect(difference(one, { ...one, counts: { won: 1, lost: [1, 2], drawn: 0 } })).toBe('counts.drawn')
    expect(difference(one, null)).toBe('')
    expect(difference(null, null)).toBeNull()
  })

  it('finds what JSON would show', () => {
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(sorted)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([left], [right]) => (left < right ? -1 : 1))
                .map(([name, inner]) => [name, sorted(inner)]),
            )
          : value
    const text = (value: unknown) => JSON.stringify(sorted(value))
    const stored = fc
      .jsonValue({ maxDepth: 3, noUnicodeString: true })
      .map(value => ({ value: JSON.parse(JSON.stringify(value)) }))
    fc.assert(
      fc.property(stored, stored, (one, other) => {
        expect(difference(one, other) === null).toBe(text(one) === text(other))
        expect(difference(one, structuredClone(one))).toBeNull()
      }),
    )
  })
})

test('what routers follow is emptied, the rest is removed', () => {
  const changed = { lane: 'projector/referral-status/0~1', offset: 3 }
  const emptied = (['partners', 'interests'] as const).map(name => emptyOf(name, 'acme', changed))
  expect(emptied.every(document => document !== null && 'changed' in document)).toBe(true)
  expect(emptyOf('cells', 'population/projector/referral-status/0', changed)).toMatchObject({ changed })
  expect(emptyOf('cells', 'funnel/x/projector/referral-status/0', changed)).toBeNull()
  expect(emptyOf('inbox', 'r:acme', changed)).toBeNull()
})

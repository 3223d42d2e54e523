import { expect, test } from 'vitest'
import { compareIndexes, type FoundIndex, wantedCollections } from './indexes.ts'

const wanted = [
  { key: { a: 1 } },
  { key: { lane: 1, first: 1 }, partialFilterExpression: { sent: false } },
] as const
const states = (found: readonly FoundIndex[]) =>
  compareIndexes('things', wanted, [{ key: { _id: 1 } }, ...found]).map(({ index, state, detail }) => [
    index,
    state,
    detail,
  ])

test('what is there under whatever name is there', () => {
  const found = [
    { key: { a: 1 }, name: 'mine' },
    { ...wanted[1], v: 2 },
  ]
  expect(states(found).map(([, state]) => state)).toEqual(['there', 'there'])
})

test('missing, different, extra', () => {
  const found = [
    { key: { lane: 1, first: 1 }, unique: true },
    { key: { b: -1 } },
    { key: { s: 1 }, expireAfterSeconds: 5 },
  ]
  expect(states(found)).toEqual([
    ['a', 'missing', null],
    [
      'lane, first',
      'differs',
      'unique is true, not none; partialFilterExpression is none, not {"sent":false}',
    ],
    ['b (-1)', 'extra', null],
    ['s', 'extra', 'documents are removed 5 s after s'],
  ])
})

test('the order of the fields matters', () => {
  const found = [{ key: { first: 1, lane: 1 }, partialFilterExpression: { sent: false } }]
  expect(states(found).map(([, state]) => state)).toEqual(['missing', 'missing', 'extra'])
})

test('a time to live is wanted only when it is asked for', () => {
  const ttl = (seconds?: number) =>
    wantedCollections({}, seconds).flatMap(({ indexes }) =>
      indexes.flatMap(index => index.expireAfterSeconds ?? []),
    )
  expect(ttl()).toEqual([])
  expect(ttl(60)).toEqual([60])
})

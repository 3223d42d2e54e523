import { expect, test } from 'vitest'
import type { Query } from '../../ports/store.ts'
import { compileCountBy, compileQuery } from './query.ts'

const indexes = [
  ['state', 'due'],
  ['changed.lane', 'changed.offset'],
]
const compiled = (query: Query) => compileQuery('things', indexes, query)

test.each<[string, Query, object]>([
  ['equal', { where: { state: 'open' } }, { filter: { state: { $eq: 'open' } }, options: {} }],
  ['in', { where: { _id: { in: ['a', null] } } }, { filter: { _id: { $in: ['a', null] } }, options: {} }],
  [
    'a range of a path',
    { where: { 'changed.offset': { gt: 1, lte: 8 } } },
    { filter: { 'changed.offset': { $gt: 1, $lte: 8 } }, options: {} },
  ],
  [
    'a sort, ties by _id in its direction',
    { where: {}, sort: [['due', -1]], limit: 3 },
    {
      filter: {},
      options: {
        sort: [
          ['due', -1],
          ['_id', -1],
        ],
        limit: 3,
      },
    },
  ],
])('%s', (_name, query, expected) => expect(compiled(query)).toEqual(expected))

test.each<[string, Query]>([
  ['a field without an index', { where: { other: 1 } }],
  ['an operator', { where: { $where: 'true' } }],
  ['a sort without an index', { where: {}, sort: [['other', 1]] }],
  ['a range of null', { where: { due: { gt: null } } }],
  ['a range of true', { where: { due: { lt: true } } }],
  ['an empty range', { where: { due: {} } }],
  ['no whole limit', { where: {}, limit: 0 }],
])('refuses %s', (_name, query) => {
  expect(() => compiled(query)).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('a count by a field without conditions goes by the index of that field', () => {
  const matches = (where: Query['where']) => compileCountBy('things', indexes, 'due', where)[0]
  expect(matches({})).toEqual({ $match: { due: { $gte: '' } } })
  expect(matches({ state: 'open' })).toEqual({ $match: { state: { $eq: 'open' }, due: { $gte: '' } } })
  expect(matches({ due: { in: ['a'] } })).toEqual({ $match: { due: { $in: ['a'] } } })
})

test('counts are of indexed fields too', () => {
  expect(() => compileCountBy('things', indexes, 'other', {})).toThrow(/no index/)
})

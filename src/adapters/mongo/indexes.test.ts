import { expect, test } from 'vitest'
import { collectionFinding, compareIndexes, type FoundIndex, wantedCollections } from './indexes.ts'
import { type MissingIndex, obstacleIn } from './migrate.ts'

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

test('what expires is removed at the date it has', () => {
  const [dead] = wantedCollections({ dead: { indexes: [['code']], expires: true } })
  expect(dead?.indexes).toEqual([{ key: { code: 1 } }, { key: { removeAt: 1 }, expireAfterSeconds: 0 }])
})

test.each<[object | undefined, string, string | null]>([
  [undefined, 'missing', null],
  [{}, 'there', null],
  [{ capped: false, validationLevel: 'strict' }, 'there', null],
  [{ validator: { $jsonSchema: {} } }, 'validated', 'has a validator'],
  [{ collation: { locale: 'pt' }, validator: {} }, 'unfit', 'has collation'],
  [{ capped: true, size: 5, timeseries: {} }, 'unfit', 'has capped, timeseries'],
  [{ viewOn: 'other', pipeline: [] }, 'unfit', 'has viewOn'],
])('a collection with %j is %s', (options, state, detail) => {
  expect(collectionFinding('dead', options)).toMatchObject({ state, detail })
})

const found = (state: MissingIndex['state'], index: string | null = 'code'): MissingIndex => ({
  collection: 'dead',
  index,
  state,
  detail: state === 'missing' ? null : 'it is odd',
})
test.each<[string, readonly MissingIndex[], string | null]>([
  ['nothing', [], null],
  ['a validator', [found('validated', null)], null],
  ['a missing index', [found('missing')], 'the index of dead on code is missing; run "store migrate"'],
  [
    'missing ones',
    [found('validated', null), found('missing', null), found('missing'), found('differs')],
    'the collection dead is missing, as are 2 more; run "store migrate"',
  ],
  [
    'one that differs',
    [found('differs')],
    'the index of dead on code differs (it is odd); run "store migrate"',
  ],
  [
    'a view',
    [found('missing'), found('unfit', null)],
    'the collection dead can\'t do its work (it is odd); rename it, run "store migrate" and copy its documents over',
  ],
])('a worker is kept from working by %s: so', (_name, findings, obstacle) => {
  expect(obstacleIn(findings)).toBe(obstacle)
})

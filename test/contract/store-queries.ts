import { expect } from 'vitest'
import type { Query, Store } from '../../src/ports/store.ts'
import { insert, type Sample, type StoreCase, storeCase, type Thing, unit } from './store-sample.ts'

const sample: readonly Thing[] = [
  { _id: 'open-1', version: 1, state: 'open', due: 10, changed: { lane: 'a', offset: 5 } },
  { _id: 'open-2', version: 1, state: 'open', due: 20, changed: { lane: 'a', offset: 40 } },
  { _id: 'open-3', version: 1, state: 'open', due: 9, changed: { lane: 'b', offset: 6 } },
  { _id: 'shut-1', version: 1, state: 'shut', due: null, changed: { lane: 'a', offset: 6 } },
  { _id: 'shut-2', version: 1, state: 'shut' },
  { _id: 'null', version: 1, state: null, due: 30 },
]

/** Values that a store may mistake for one another. */
const lookalikes: readonly Thing[] = [
  { _id: 'true', version: 1, state: 'x', due: true },
  { _id: 'false', version: 1, state: 'x', due: false },
  { _id: 'one', version: 1, state: 'x', due: 1 },
  { _id: 'zero', version: 1, state: 'x', due: 0 },
  { _id: 'text one', version: 1, state: 'x', due: '1' },
  { _id: 'empty', version: 1, state: 'x', due: '' },
  { _id: 'none', version: 1, state: 'x', due: null },
]

async function fill(store: Store<Sample>, things: readonly Thing[]): Promise<void> {
  await store.commit(unit({ writes: things.map(insert) }))
}

const ids = (things: readonly Thing[]) => things.map(({ _id }) => _id)

/** The ids a filter finds, sorted, and that `count` agrees. */
async function found(store: Store<Sample>, where: Query['where']): Promise<string[]> {
  const things = await store.find('things', { where })
  expect(await store.count('things', where)).toBe(things.length)
  return ids(things).sort()
}

const filters: readonly (readonly [name: string, where: Query['where'], ids: readonly string[]])[] = [
  ['everything', {}, ['null', 'open-1', 'open-2', 'open-3', 'shut-1', 'shut-2']],
  ['equal', { state: 'open' }, ['open-1', 'open-2', 'open-3']],
  ['equal, number', { due: 20 }, ['open-2']],
  ['no such value', { state: 'ajar' }, []],
  ['several fields', { state: 'open', due: { lt: 15 } }, ['open-1', 'open-3']],
  ['a path', { 'changed.lane': 'a', 'changed.offset': { gt: 5, lt: 40 } }, ['shut-1']],
  [
    'bounds taken in',
    { 'changed.lane': 'a', 'changed.offset': { gte: 5, lte: 40 } },
    ['open-1', 'open-2', 'shut-1'],
  ],
  ['null is also absent', { due: null }, ['shut-1', 'shut-2']],
  ['a path into nothing is absent', { 'changed.lane': null }, ['null', 'shut-2']],
  ['in', { state: { in: ['shut', 'ajar'] } }, ['shut-1', 'shut-2']],
  ['in, with null', { due: { in: [10, null] } }, ['open-1', 'shut-1', 'shut-2']],
  ['in nothing', { state: { in: [] } }, []],
  ['_id', { _id: 'open-2' }, ['open-2']],
  ['_id in', { _id: { in: ['open-2', 'shut-2', 'gone'] }, state: 'open' }, ['open-2']],
  ['_id range', { _id: { gt: 'open-1', lt: 'shut-2' } }, ['open-2', 'open-3', 'shut-1']],
  ['a range leaves null out', { due: { lt: 1_000 } }, ['null', 'open-1', 'open-2', 'open-3']],
]

const types: readonly (readonly [name: string, where: Query['where'], ids: readonly string[]])[] = [
  ['true is not 1', { due: true }, ['true']],
  ['false is not 0', { due: false }, ['false']],
  ['1 is neither true nor "1"', { due: 1 }, ['one']],
  ['0 is neither false nor ""', { due: { in: [0] } }, ['zero']],
  ['"1" is not 1', { due: '1' }, ['text one']],
  ['a list of all kinds', { due: { in: [true, 0, '', null] } }, ['empty', 'none', 'true', 'zero']],
  ['a range of texts holds no number', { due: { lt: '2' } }, ['empty', 'text one']],
]

export const queryCases: readonly StoreCase[] = [
  storeCase('find and count: filters', async store => {
    await fill(store, sample)
    for (const [name, where, expected] of filters) expect(await found(store, where), name).toEqual(expected)
  }),
  storeCase('find and count: types are told apart', async store => {
    await fill(store, lookalikes)
    for (const [name, where, expected] of types) expect(await found(store, where), name).toEqual(expected)
  }),
  storeCase('find: sorted and cut', async store => {
    await fill(store, sample)
    const sorted = async (query: Query) => ids(await store.find('things', query))
    expect(await sorted({ where: { state: 'open' }, sort: [['due', 1]] })).toEqual([
      'open-3',
      'open-1',
      'open-2',
    ])
    expect(await sorted({ where: { state: 'open' }, sort: [['due', -1]], limit: 2 })).toEqual([
      'open-2',
      'open-1',
    ])
    const byState: Query['sort'] = [
      ['state', -1],
      ['due', 1],
      ['_id', 1],
    ]
    expect(await sorted({ where: {}, sort: byState })).toEqual([
      ...['shut-1', 'shut-2', 'open-3', 'open-1', 'open-2'],
      'null',
    ])
    expect(await sorted({ where: {}, sort: [['_id', -1]], limit: 1 })).toEqual(['shut-2'])
  }),
  storeCase('find: text is ordered by code point', async store => {
    const states = ['Z', 'a', 'aa', 'z', 'é', '漢', '～', '😀']
    await fill(
      store,
      states.toReversed().map(state => ({ _id: `id of ${state}`, version: 1, state })),
    )
    const things = await store.find('things', { where: { state: { gte: 'a' } }, sort: [['state', 1]] })
    expect(things.map(({ state }) => state)).toEqual(states.slice(1))
  }),
  storeCase('find: what a document no longer says is not found', async store => {
    await fill(store, sample)
    const document = { _id: 'open-1', version: 2, state: 'shut', due: 11 }
    await store.commit(unit({ writes: [{ kind: 'replace', collection: 'things', document, version: 1 }] }))
    await store.commit(unit({ writes: [{ kind: 'remove', collection: 'things', id: 'open-2' }] }))
    expect(await found(store, { state: 'open' })).toEqual(['open-3'])
    expect(await found(store, { state: 'shut', due: 11 })).toEqual(['open-1'])
    expect(await found(store, { 'changed.offset': 5 })).toEqual([])
  }),
  storeCase('find: a field without an index is refused', async store => {
    await fill(store, sample)
    const refused = { code: 'configuration', retryable: false }
    await expect(store.find('things', { where: { text: 'x' } })).rejects.toMatchObject(refused)
    await expect(store.find('things', { where: { state: 'open', text: 'x' } })).rejects.toMatchObject(refused)
    await expect(store.count('notes', { text: 'x' })).rejects.toMatchObject(refused)
  }),
  storeCase('countBy: documents by the texts of a field', async store => {
    await fill(store, sample)
    expect(await store.countBy('things', 'state', {})).toEqual(new Map(Object.entries({ open: 3, shut: 2 })))
    expect(await store.countBy('things', 'changed.lane', { 'changed.offset': { gte: 6 } })).toEqual(
      new Map(Object.entries({ a: 2, b: 1 })),
    )
    expect(await store.countBy('things', 'state', { state: { in: ['shut', 'ajar'] } })).toEqual(
      new Map([['shut', 2]]),
    )
  }),
  storeCase('get: 5,000 ids in one call', async store => {
    const all = Array.from({ length: 5_000 }, (_, index) => `thing/${index}`)
    await fill(
      store,
      all.filter((_, index) => index % 2 === 0).map((_id, index) => ({ _id, version: index })),
    )
    const got = await store.get('things', all)
    expect(got.size).toBe(2_500)
    expect(got.get('thing/4998')).toEqual({ _id: 'thing/4998', version: 2_499 })
    expect(got.has('thing/1')).toBe(false)
  }),
  storeCase('get: nothing asked, asked twice, another collection', async store => {
    await fill(store, sample)
    expect(await store.get('things', [])).toEqual(new Map())
    expect((await store.get('things', ['null', 'null', 'gone'])).size).toBe(1)
    expect(await store.get('notes', ['null'])).toEqual(new Map())
  }),
]

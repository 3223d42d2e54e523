import type { Binary } from 'mongodb'
import { expect, test } from 'vitest'
import type { StoredDocument, Write } from '../../ports/store.ts'
import { unpackRecords } from '../journal-records.ts'
import { bytesOf, partsOf } from './journal.ts'
import { byCollection, type Step, stepsOf } from './writes.ts'

interface Thing extends StoredDocument {
  readonly version: number
}
type Things = { a: Thing; b: Thing }
type Collection = keyof Things

const document = (_id: string): Thing => ({ _id, version: 2 })
const insert = (collection: Collection, id: string): Write<Things> => ({
  kind: 'insert',
  collection,
  document: document(id),
})
const put = (collection: Collection, id: string): Write<Things> => ({
  kind: 'put',
  collection,
  document: document(id),
})
const replace = (collection: Collection, id: string): Write<Things> => ({
  kind: 'replace',
  collection,
  document: document(id),
  version: 1,
})
const remove = (collection: Collection, id: string): Write<Things> => ({ kind: 'remove', collection, id })
const told = (steps: readonly Step[]) =>
  steps.map(({ collection, kind, id }) => `${kind} ${collection}/${id}`)

test('writes go by collection, and within one by kind: a command for each run', () => {
  const writes = [
    insert('a', '1'),
    put('b', '1'),
    replace('a', '2'),
    remove('b', '2'),
    insert('a', '3'),
    put('a', '4'),
  ]
  expect(byCollection(stepsOf(writes, null)).map(told)).toEqual([
    ['insert a/1', 'insert a/3', 'replace a/2', 'put a/4'],
    ['put b/1', 'remove b/2'],
  ])
})

test('a collection with a document written twice keeps its order', () => {
  const writes = [remove('a', '1'), insert('b', '2'), insert('a', '1'), replace('a', '1'), insert('b', '3')]
  expect(byCollection(stepsOf(writes, null)).map(told)).toEqual([
    ['remove a/1', 'insert a/1', 'replace a/1'],
    ['insert b/2', 'insert b/3'],
  ])
})

test('guards are in the filters', () => {
  const models = stepsOf([insert('a', '1'), replace('a', '2'), put('a', '3'), remove('a', '4')], null)
  expect(models.map(({ model }) => ('filter' in model ? model.filter : null))).toEqual([
    null,
    { _id: '2', version: 1 },
    { _id: '3' },
    { _id: '4' },
  ])
})

test('the journal comes last, in as many parts as it needs', () => {
  const records = [1, 2, 3].map(value => ({
    topic: 't',
    key: null,
    value: new Uint8Array(1000).fill(value),
    headers: {},
  }))
  const entry = { lane: 'l', first: 7, records }
  expect(byCollection(stepsOf([insert('a', '1')], entry)).map(([step]) => step?.collection)).toEqual([
    'a',
    'journal',
  ])
  for (const [size, count] of [
    [1_000_000, 1],
    [1_000, 4],
  ] as const) {
    const parts = partsOf(entry, size)
    expect(parts).toHaveLength(count)
    expect(parts[0]).toMatchObject({ lane: 'l', first: 7, parts: count, sent: false })
    expect(unpackRecords(bytesOf(parts.map(part => part.records as Binary)))).toEqual(records)
  }
  expect(partsOf({ lane: 'l', first: 0, records: [] })).toHaveLength(1)
})

import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIndexes, migrate } from '../../src/adapters/mongo/migrate.ts'
import { type MongoStore, openMongo } from '../../src/adapters/mongo/store.ts'
import type { Catalogue, StoredDocument } from '../../src/ports/store.ts'
import { fc } from '../support/property.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe } from '../support/servers/servers.ts'

interface Box extends StoredDocument {
  readonly value: unknown
}
type Boxes = { boxes: Box }
const catalogue: Catalogue<Boxes> = { boxes: { indexes: [['value']] } }

liveDescribe('documents on MongoDB', { needs: ['mongodb'] }, () => {
  const { mongodbUri: uri } = scratch()
  let store: MongoStore<Boxes>
  beforeAll(async () => {
    await migrate({ boxes: { indexes: [] } }, { uri })
    store = await openMongo(catalogue, { uri })
  })
  afterAll(() => store.close())

  const withClient = async <T>(work: (database: Db) => Promise<T>): Promise<T> => {
    const client = new MongoClient(uri)
    try {
      return await work(client.db())
    } finally {
      await client.close()
    }
  }

  const there = async (documents: readonly Box[]): Promise<Box[]> => {
    await store.commit({
      move: null,
      writes: documents.map(document => ({ kind: 'put', collection: 'boxes', document })),
      journal: null,
    })
    const found = await store.get(
      'boxes',
      documents.map(({ _id }) => _id),
    )
    return documents.flatMap(({ _id }) => found.get(_id) ?? [])
  }

  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '$',
      '$ref',
      '$id',
      '$set',
      'a.b',
      '.',
      '%',
      '%24',
      '__proto__',
      '_bsontype',
      'toBSON',
      'é',
    ),
    fc.constantFrom('', '\0', 'constructor', 'toString', 'length', '0', '\ud83d', 'a\udc00.'),
  )
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', 'a\0b', '\udfff\ud800', '😀'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.constantFrom(-0, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e21, 5e-324, Number.MAX_VALUE),
    fc.boolean(),
    fc.constant(null),
  )
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(name, tie('tree')), { maxLength: 5 }).map(entries => Object.fromEntries(entries)),
    ),
  }))

  test('what is written is read, names and their order too', async () => {
    let ids = 0
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 30 }), async values => {
        const documents = values.map(value => ({ _id: `box ${ids++}`, value }))
        const found = await there(documents)
        expect(found).toEqual(documents)
        expect(found.map(order)).toEqual(documents.map(order))
      }),
      { numRuns: 40 },
    )
  })

  test('numbers are the numbers they were, and nothing else', async () => {
    const value = [2 ** 31, 2 ** 53, -0, 1e21, 4.2]
    const [box] = await there([{ _id: 'numbers', value }])
    expect(box?.value).toStrictEqual(value)
    const [none] = await there([{ _id: 'none', value: [Number.NaN, Number.POSITIVE_INFINITY] }])
    expect(none?.value).toEqual([null, null])
  })

  test('ids and query values may be any text', async () => {
    const text = 'half \ud800 of a pair'
    const [box] = await there([{ _id: text, value: text }])
    expect(box).toEqual({ _id: text, value: text })
    expect(await store.find('boxes', { where: { value: text } })).toEqual([box])
    await store.commit({
      move: null,
      writes: [{ kind: 'remove', collection: 'boxes', id: text }],
      journal: null,
    })
    expect(await store.count('boxes', { _id: text })).toBe(0)
  })

  test('what is too large is refused, by name and for good', async () => {
    for (const size of [16 * 1024 * 1024, 17 * 1024 * 1024, 40 * 1024 * 1024]) {
      const document = { _id: `large ${size}`, value: 'x'.repeat(size) }
      const refused = store.commit({
        move: null,
        writes: [
          { kind: 'put', collection: 'boxes', document: { _id: 'small', value: 1 } },
          { kind: 'put', collection: 'boxes', document },
        ],
        journal: null,
      })
      await expect(refused).rejects.toMatchObject({ code: 'corrupt', retryable: false })
      await expect(refused).rejects.toThrow(`boxes "large ${size}"`)
    }
    expect(await store.count('boxes', { _id: 'small' })).toBe(0)
  })

  test('an entry of 50 MB is one entry, sent as a whole', async () => {
    const records = Array.from({ length: 50 }, (_, at) => ({
      topic: 'referral-status',
      key: `${at}`,
      value: new Uint8Array(1024 * 1024).fill(at),
      headers: {},
    }))
    const entry = { lane: 'router/rfis/0', first: 2 ** 40, records }
    expect(await store.commit({ move: null, writes: [], journal: entry })).toEqual({ kind: 'committed' })
    const [found, ...others] = await store.journal.unsent(entry.lane)
    expect(others).toEqual([])
    expect(found?.records.map(({ value }) => value?.[77])).toEqual(records.map(({ value }) => value[77]))
    expect(await store.journal.unsentCount()).toBe(1)
    await store.journal.markSent(entry.lane, entry.first, Date.now())
    expect(await store.journal.unsentCount()).toBe(0)
    expect(await store.journal.unsent(entry.lane)).toEqual([])
  })

  test('two entries of one lane may have one first', async () => {
    for (const topic of ['one', 'two'])
      await store.commit({
        move: null,
        writes: [],
        journal: { lane: 'l', first: 5, records: [{ topic, key: null, value: null, headers: {} }] },
      })
    const topics = (await store.journal.unsent('l')).map(({ records }) => records[0]?.topic)
    expect(topics).toEqual(['one', 'two'])
  })

  test('migrate makes what is missing, once, and anew what differs', async () => {
    expect(await checkIndexes(catalogue, { uri })).toEqual([
      { collection: 'boxes', index: 'value', state: 'missing', detail: null },
    ])
    const made = async (options: { sentAtTtl?: number } = {}) =>
      (await migrate(catalogue, { uri, ...options })).entries
        .filter(({ state }) => state !== 'there')
        .map(({ collection, index, state }) => [collection, index, state])
    expect(await made({ sentAtTtl: 3600 })).toEqual([
      ['boxes', 'value', 'made'],
      ['journal', 'sentAt', 'made'],
    ])
    expect(await made({ sentAtTtl: 3600 })).toEqual([])
    expect(await made({ sentAtTtl: 60 })).toEqual([['journal', 'sentAt', 'mended']])
    expect(await made({ sentAtTtl: 60 })).toEqual([])
    expect(await made()).toEqual([['journal', 'sentAt', 'extra']])
    await withClient(async database => {
      await database.collection('boxes').dropIndex({ value: 1 } as never)
      await database.collection('boxes').createIndex({ value: 1 }, { sparse: true, name: 'somebodys' })
    })
    const [differs, ...others] = await checkIndexes(catalogue, { uri })
    expect([differs?.index, differs?.state, differs?.detail]).toEqual([
      'value',
      'differs',
      'sparse is true, not none',
    ])
    expect(others).toEqual([])
    expect(await made()).toEqual([
      ['boxes', 'value', 'mended'],
      ['journal', 'sentAt', 'extra'],
    ])
    expect(await checkIndexes(catalogue, { uri })).toEqual([])
  })

  test('a validator is told of, and no obstacle; a cap is one', async () => {
    await withClient(async database => {
      await database.createCollection('guarded', { validator: { value: { $exists: true } } })
      await database.createCollection('capped', { capped: true, size: 4096 })
    })
    const states = async (name: string) =>
      (await checkIndexes({ [name]: { indexes: [] } }, { uri })).map(({ state }) => state)
    expect(await states('guarded')).toEqual(['validated'])
    expect(await states('capped')).toEqual(['unfit'])
  })

  test('a count of all unsent goes by an index that holds them alone', async () => {
    const [index] = await withClient(async database =>
      (await database.collection('journal').indexes()).filter(
        ({ partialFilterExpression }) => partialFilterExpression,
      ),
    )
    expect(Object.keys(index?.key ?? {})).toEqual(['sent', 'lane', 'first', '_id'])
    const before = await store.journal.unsentCount()
    await store.commit({ move: null, writes: [], journal: { lane: 'counted', first: 1, records: [] } })
    expect(await store.journal.unsentCount()).toBe(before + 1)
    await store.journal.markSent('counted', 1, Date.now())
    expect(await store.journal.unsentCount()).toBe(before)
  })

  test('when a document is to be removed is a date to the server, and the text it was to us', async () => {
    const removeAt = '2999-01-02T03:04:05.006Z'
    for (const value of [removeAt, null, 'soon', '2999-01-02'])
      expect(await there([{ _id: 'passing', value: 1, removeAt: value }])).toEqual([
        { _id: 'passing', value: 1, removeAt: value },
      ])
    await there([{ _id: 'passing', value: 1, removeAt }])
    const stored = await withClient(database =>
      database.collection('boxes').findOne({ _id: 'passing' as never }),
    )
    expect(stored?.removeAt).toEqual(new Date(removeAt))
    const expiring = { boxes: { indexes: [['value']], expires: true } }
    expect((await checkIndexes(expiring, { uri })).map(({ index, state }) => [index, state])).toEqual([
      ['removeAt', 'missing'],
    ])
    await migrate(expiring, { uri })
    expect(await checkIndexes(expiring, { uri })).toEqual([])
  })
})

/** Names as they stand, at every level. */
function order(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null
  return Object.entries(value).map(([name, inner]) => [name, order(inner)])
}

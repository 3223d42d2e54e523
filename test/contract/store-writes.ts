import { expect } from 'vitest'
import type { Write } from '../../src/ports/store.ts'
import {
  at,
  insert,
  insertNote,
  lane,
  replace,
  type Sample,
  type StoreCase,
  storeCase,
  thing,
  unit,
} from './store-sample.ts'

const committed = { kind: 'committed' }

export const writeCases: readonly StoreCase[] = [
  storeCase('insert: a duplicate is a conflict and nothing is written', async store => {
    expect(await store.commit(unit({ writes: [insert({ _id: 'a', version: 1 })] }))).toEqual(committed)
    const outcome = await store.commit(
      unit({
        move: { from: null, to: at(1) },
        writes: [insertNote('before'), insert({ _id: 'a', version: 9 }), insertNote('after')],
        journal: { lane, first: 0, records: [] },
      }),
    )
    expect(outcome).toEqual({ kind: 'conflict', collection: 'things', id: 'a' })
    expect(await thing(store, 'a')).toEqual({ _id: 'a', version: 1 })
    expect(await store.count('notes', {})).toBe(0)
    expect(await store.position(lane)).toBeNull()
    expect(await store.journal.unsentCount()).toBe(0)
  }),
  storeCase('insert: twice in one unit is a conflict', async store => {
    const twice = [insert({ _id: 'a', version: 1 }), insert({ _id: 'a', version: 1 })]
    expect(await store.commit(unit({ writes: twice }))).toEqual({
      kind: 'conflict',
      collection: 'things',
      id: 'a',
    })
    expect(await thing(store, 'a')).toBeNull()
  }),
  storeCase('replace: another version is a conflict and nothing is written', async store => {
    await store.commit(unit({ writes: [insert({ _id: 'a', version: 2, state: 'old' })] }))
    const writes = [insertNote('n'), replace({ _id: 'a', version: 2, state: 'new' }, 1)]
    expect(await store.commit(unit({ writes }))).toEqual({ kind: 'conflict', collection: 'things', id: 'a' })
    expect(await thing(store, 'a')).toEqual({ _id: 'a', version: 2, state: 'old' })
    expect(await store.count('notes', {})).toBe(0)
  }),
  storeCase('replace: nothing to replace is a conflict', async store => {
    const writes = [replace({ _id: 'a', version: 2 }, 1)]
    expect(await store.commit(unit({ writes }))).toEqual({ kind: 'conflict', collection: 'things', id: 'a' })
    expect(await thing(store, 'a')).toBeNull()
  }),
  storeCase('replace: the whole document is new', async store => {
    await store.commit(unit({ writes: [insert({ _id: 'a', version: 1, state: 'old', text: 'gone' })] }))
    const writes = [replace({ _id: 'a', version: 2, state: 'new' }, 1)]
    expect(await store.commit(unit({ writes }))).toEqual(committed)
    expect(await thing(store, 'a')).toEqual({ _id: 'a', version: 2, state: 'new' })
  }),
  storeCase('replace: a text that another changed is a conflict and nothing is written', async store => {
    await store.commit(unit({ writes: [insert({ _id: 'a', version: 1, state: 'open', text: 'key' })] }))
    const next = { _id: 'a', version: 2, state: 'closed', text: 'key' }
    const guarded = (where: Readonly<Record<string, string>>) =>
      store.commit(unit({ writes: [{ ...replace(next, 1), where } as Write<Sample>] }))
    const conflict = { kind: 'conflict', collection: 'things', id: 'a' }
    expect(await guarded({ text: 'another' })).toEqual(conflict)
    expect(await guarded({ text: 'key', state: 'shut' })).toEqual(conflict)
    expect(await guarded({ due: '' })).toEqual(conflict)
    expect((await thing(store, 'a'))?.version).toBe(1)
    expect(await guarded({ text: 'key', state: 'open' })).toEqual(committed)
    expect(await thing(store, 'a')).toEqual(next)
  }),
  storeCase('writes of a unit see one another', async store => {
    const writes = [insert({ _id: 'a', version: 1 }), replace({ _id: 'a', version: 2 }, 1)]
    expect(await store.commit(unit({ writes }))).toEqual(committed)
    expect(await thing(store, 'a')).toEqual({ _id: 'a', version: 2 })
  }),
  storeCase('put: over nothing and over anything', async store => {
    const put = (version: number) =>
      store.commit(unit({ writes: [{ kind: 'put', collection: 'things', document: { _id: 'a', version } }] }))
    expect(await put(7)).toEqual(committed)
    expect(await put(3)).toEqual(committed)
    expect(await thing(store, 'a')).toEqual({ _id: 'a', version: 3 })
    // The version that guards is the one that was put.
    expect(await store.commit(unit({ writes: [replace({ _id: 'a', version: 4 }, 3)] }))).toEqual(committed)
  }),
  storeCase('remove: what is there, and what is not', async store => {
    await store.commit(unit({ writes: [insertNote('a')] }))
    const remove = unit({ writes: [{ kind: 'remove', collection: 'notes', id: 'a' }] })
    expect(await store.commit(remove)).toEqual(committed)
    expect(await store.commit(remove)).toEqual(committed)
    expect(await store.count('notes', {})).toBe(0)
  }),
  storeCase('replace: two handles racing lose no update', async (store, bed) => {
    await store.commit(unit({ writes: [insert({ _id: 'a', version: 0 })] }))
    const handles = [store, await bed.open()]
    const wins = await Promise.all(
      handles.map(async handle => {
        let won = 0
        for (let turn = 0; turn < 20; turn++) {
          const version = (await thing(handle, 'a'))?.version ?? 0
          const outcome = await handle.commit(
            unit({ writes: [replace({ _id: 'a', version: version + 1 }, version)] }),
          )
          if (outcome.kind === 'committed') won++
          else expect(outcome.kind).toBe('conflict')
        }
        return won
      }),
    )
    expect((await thing(store, 'a'))?.version).toBe(wins.reduce((sum, won) => sum + won, 0))
  }),
  storeCase('insert: two handles racing, one document', async (store, bed) => {
    const other = await bed.open()
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.all(
        [store, other].map((handle, owner) =>
          handle.commit(unit({ writes: [insert({ _id: `${round}`, version: owner })] })),
        ),
      )
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['committed', 'conflict'])
    }
  }),
  storeCase('what a handle committed, another reads', async (store, bed) => {
    const other = await bed.open()
    for (let version = 1; version <= 5; version++) {
      await store.commit(
        unit({ writes: [{ kind: 'put', collection: 'things', document: { _id: 'a', version } }] }),
      )
      expect((await thing(other, 'a'))?.version).toBe(version)
    }
  }),
  storeCase('documents come back as they were', async store => {
    const text = `"quotes" \\ \n \u0000 é e\u0301 漢字 😀 $.a {"$gt": 1} ${'x'.repeat(2_000_000)}`
    const ids = ['a', 'Ünï:cødé', '漢字/😀', "it's", '"', '$where', 'a.b', ' ', '%']
    const documents = ids.map((_id, index) => ({ _id, version: index, text: index === 0 ? text : _id }))
    expect(await store.commit(unit({ writes: documents.map(insert) }))).toEqual(committed)
    const found = await store.get('things', ids)
    expect(ids.map(id => found.get(id))).toEqual(documents)
  }),
  storeCase('an undefined property is dropped', async store => {
    await store.commit(unit({ writes: [insert({ _id: 'a', version: 1, state: undefined })] }))
    expect(Object.keys((await thing(store, 'a')) ?? {}).sort()).toEqual(['_id', 'version'])
  }),
  storeCase('an empty unit is committed', async store => {
    expect(await store.commit(unit({}))).toEqual(committed)
  }),
]

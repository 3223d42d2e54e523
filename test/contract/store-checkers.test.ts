import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/ports/store.ts'
import { expectNoticed } from './contract-case.ts'
import { embeddedStore } from './embedded-bed.ts'
import { storeContract } from './store-contract.ts'
import { type Sample, type StoreFactory, unit } from './store-sample.ts'

// Tests of the tests: stores that break one promise each, and the cases that must notice.

type Breaking = (store: Store<Sample>) => Partial<Store<Sample>>

function broken(breaking: Breaking): StoreFactory {
  return async () => {
    const bed = await embeddedStore()
    return {
      ...bed,
      async open() {
        const store = await bed.open()
        return { ...store, ...breaking(store) }
      },
    }
  }
}

const stores: readonly (readonly [name: string, cases: RegExp, breaking: Breaking])[] = [
  [
    'without the position guard',
    /^position: /,
    store => ({
      commit: async work => {
        if (work.move === null) return store.commit(work)
        for (;;) {
          const from = await store.position(work.move.to.lane)
          const outcome = await store.commit({ ...work, move: { from, to: work.move.to } })
          if (outcome.kind !== 'position-moved') return outcome
        }
      },
    }),
  ],
  [
    'that compares offsets but not epochs',
    /^position: the same offset in a later epoch/,
    store => ({
      commit: async work => {
        const stored = work.move && (await store.position(work.move.to.lane))
        if (work.move?.from?.offset !== stored?.offset || work.move === null) return store.commit(work)
        return store.commit({ ...work, move: { from: stored, to: work.move.to } })
      },
    }),
  ],
  [
    'without guards on writes',
    /^(insert|replace): (?!the whole)/,
    store => ({
      commit: work =>
        store.commit({
          ...work,
          writes: work.writes.map(write =>
            write.kind === 'remove' ? write : { ...write, kind: 'put' },
          ) as typeof work.writes,
        }),
    }),
  ],
  [
    'that writes piece by piece',
    /^(insert: a duplicate|replace: another version)/,
    store => ({
      commit: async work => {
        for (const write of work.writes) {
          const outcome = await store.commit(unit({ writes: [write] }))
          if (outcome.kind !== 'committed') return outcome
        }
        return store.commit({ ...work, writes: [] })
      },
    }),
  ],
  [
    'that forgets the journal',
    /^journal: /,
    store => ({ commit: work => store.commit({ ...work, journal: null }) }),
  ],
  [
    'that never marks as sent',
    /^journal: sent is sent/,
    store => ({ journal: { ...store.journal, markSent: async () => undefined } }),
  ],
  [
    'that ignores sort and limit',
    /^find: sorted/,
    store => ({ find: (collection, { where }) => store.find(collection, { where }) }),
  ],
  [
    'that ignores the filter',
    /^find and count/,
    store => ({ count: collection => store.count(collection, {}) }),
  ],
]

describe.each(stores)('a store %s fails', (_name, cases, breaking) => {
  const concerned = storeContract.filter(({ name }) => cases.test(name))
  test.each(concerned)('$name', async ({ run }) => {
    await expectNoticed(run(broken(breaking)))
  })
  test('at least one case is concerned', () => expect(concerned).not.toEqual([]))
})

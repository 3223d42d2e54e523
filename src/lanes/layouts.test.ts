import { expect, it } from 'vitest'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { LayoutDocument } from '../roles/documents/operations.ts'
import { topicNames } from '../roles/topics.ts'
import { checkLayouts } from './layouts.ts'

/** A store that holds layouts and nothing else. `rival` notes first, once. */
function storeOf(rival: readonly LayoutDocument[] = []) {
  const layouts = new Map<string, LayoutDocument>()
  let waiting = rival
  const store: Pick<Store<Collections>, 'get' | 'commit'> = {
    get: (async () => new Map(layouts)) as Store<Collections>['get'],
    async commit({ writes }) {
      for (const document of waiting) layouts.set(document._id, document)
      waiting = []
      for (const write of writes) {
        if (write.collection !== 'layouts' || write.kind !== 'insert') throw new Error(write.kind)
        const id = write.document._id
        if (layouts.has(id)) return { kind: 'conflict', collection: 'layouts', id }
        layouts.set(id, write.document)
      }
      return { kind: 'committed' }
    },
  }
  return { store: store as Store<Collections>, layouts }
}

const log = (partitions: number, others: Readonly<Record<string, number>> = {}) => ({
  partitions: async (topic: string) => others[topic] ?? partitions,
})

it('notes the counts once, and goes on with the same', async () => {
  const { store, layouts } = storeOf()
  await checkLayouts(log(24), store)
  expect([...layouts.values()]).toEqual(topicNames.map(_id => ({ _id, partitions: 24 })))
  await checkLayouts(log(24), store)
})

it.each([48, 12])('refuses 24 that have become %d, and says what to do', async now => {
  const { store } = storeOf()
  await checkLayouts(log(24), store)
  await expect(checkLayouts(log(24, { rfis: now }), store)).rejects.toMatchObject({
    code: 'configuration',
    retryable: false,
    message: `rfis was recorded with 24 partitions and has ${now}: keys would change place; "topics grow --partitions ${Math.max(24, now)}" takes it over once all is read`,
  })
})

it('goes by what another worker noted at the same time', async () => {
  const rival = (partitions: number) => topicNames.map(_id => ({ _id, partitions }))
  await checkLayouts(log(24), storeOf(rival(24)).store)
  await expect(checkLayouts(log(24), storeOf(rival(12)).store)).rejects.toThrow(/recorded with 12/)
})

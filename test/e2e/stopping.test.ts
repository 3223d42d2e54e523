import { afterAll, expect, test } from 'vitest'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { systemTime } from '../../src/adapters/system-time.ts'
import { Worker } from '../../src/lanes/worker.ts'
import { misconfigured, unavailable } from '../../src/ports/errors.ts'
import { silent } from '../../src/ports/logger.ts'
import type { Store } from '../../src/ports/store.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { topicNames } from '../../src/roles/topics.ts'
import { changedStore } from '../contract/lane-fixtures.ts'
import { temporaryFolder } from '../support/simulated.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

async function withWorker(
  break_: (store: Store<Collections>) => Partial<Store<Collections>>,
  look: (worker: Worker, running: Promise<void>) => Promise<void>,
): Promise<void> {
  const { log, store, close } = await openEmbedded(folder.path, {
    catalogue: collections,
    topics: topicNames,
    time: systemTime,
    synchronous: 'off',
  })
  try {
    const worker = new Worker({
      log,
      store: changedStore(store, break_(store)),
      codec: jsonCodec,
      time: systemTime,
      logger: silent,
      holder: 'test',
    })
    await look(worker, worker.run())
  } finally {
    await close()
  }
}

const gone = () => Promise.reject(unavailable('the store is away'))

test.each([
  ['the tables', { positions: gone }],
  ['a lane’s position', { position: gone }],
  ['the journal', {}],
])('a worker that waits for %s stops when told to, without an error', async (what, broken) => {
  await withWorker(
    store => (what === 'the journal' ? { journal: { ...store.journal, unsent: gone } } : broken),
    async (worker, running) => {
      await systemTime.sleep(30)
      await worker.stop(10_000)
      await expect(running).resolves.toBeUndefined()
      expect(worker.state).toBe('stopped')
    },
  )
})

test('what waiting can not mend ends the whole worker, not half of it', async () => {
  await withWorker(
    () => ({ positions: () => Promise.reject(misconfigured('another layout')) }),
    async (worker, running) => {
      await expect(running).rejects.toThrow('another layout')
      expect(worker.state).toBe('stopped')
    },
  )
})

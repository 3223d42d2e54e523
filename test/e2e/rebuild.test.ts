import { expect, it, onTestFinished } from 'vitest'
import { openOwnData } from '../support/embedded.ts'
import { rebuildAtRest, rebuildUnderLoad } from './rebuild-under-load.ts'

it('rebuilds everything under load; what was changed by hand is found, named and put right', async () => {
  const data = await openOwnData({ partitions: 2 })
  onTestFinished(() => data.close())
  await rebuildUnderLoad(data, { rfisAtOnce: 4, rest: 30, events: 1000 })
  await rebuildAtRest(data)
  expect(await data.store.journal.unsentCount()).toBe(0)
})

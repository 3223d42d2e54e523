import { expect, it, onTestFinished } from 'vitest'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { systemTime } from '../../src/adapters/system-time.ts'
import { resumeLane } from '../../src/lanes/resume.ts'
import { Worker } from '../../src/lanes/worker.ts'
import { silent } from '../../src/ports/logger.ts'
import type { Position } from '../../src/ports/store.ts'
import { collections } from '../../src/roles/collections.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import { until } from '../contract/contract-case.ts'
import { temporaryFolder } from '../support/simulated.ts'

const lane = 'directory/partner-profiles/0'
const partition = { topic: topics.profiles, partition: 0 }

/** A folder whose directory lane stands where it can't go on, and a worker on it. */
async function haltedWorker(position: Position) {
  const folder = temporaryFolder()
  const data = await openEmbedded(folder.path, {
    catalogue: collections,
    topics: topicNames,
    partitions: 1,
    time: systemTime,
    synchronous: 'off',
  })
  const record = { topic: topics.profiles, key: 'a', value: new TextEncoder().encode('{'), headers: {} }
  await data.log.producer.send([record, record, record])
  await data.store.commit({ move: { from: null, to: position }, writes: [], journal: null })
  const worker = new Worker({
    ...data,
    codec: jsonCodec,
    time: systemTime,
    logger: silent,
    roles: ['directory'],
    holder: 'test',
  })
  const running = worker.run()
  onTestFinished(async () => {
    await worker.stop()
    await running
    await data.close()
    folder.remove()
  })
  await until('the halt', () => worker.lanes.some(({ state }) => state === 'halted'))
  return { ...data, worker }
}

it('goes on in another log from its start, under a new epoch, while the worker runs', async () => {
  const { store, log, worker } = await haltedWorker({ lane, offset: 7, timestamp: 1, epoch: 0 })
  const reason = async () => (await store.get('halts', [lane])).get(lane)?.reason
  await expect.poll(reason).toMatch(/^the log ends at 3, 4 below/)

  const done = await resumeLane({ role: 'directory', partition, at: null, store, log })
  expect(done).toMatchObject({ to: { offset: 0, epoch: 1 }, skipped: null })
  await until('the dead letters', () => worker.lanes.some(({ offset }) => offset === 3))
  await expect.poll(reason).toBeUndefined()
  expect(await store.count('dead', {})).toBe(3)
  expect(await store.position(lane)).toMatchObject({ offset: 3, epoch: 1 })
})

it('goes on behind what an operator gives up', async () => {
  const { store, log } = await haltedWorker({ lane, offset: 1, timestamp: 1, epoch: 2 })
  await expect(resumeLane({ role: 'directory', partition, at: 4, store, log })).rejects.toThrow(
    '--at is 4, and directory/partner-profiles/0 can go on from 0 to 3',
  )
  const done = await resumeLane({ role: 'directory', partition, at: 2, store, log })
  expect(done.to).toMatchObject({ offset: 2, epoch: 3 })
})

it('leaves a lane alone that is not halted', async () => {
  const { store, log } = await haltedWorker({ lane, offset: 7, timestamp: 1, epoch: 0 })
  await resumeLane({ role: 'directory', partition, at: null, store, log })
  await expect(resumeLane({ role: 'directory', partition, at: null, store, log })).rejects.toThrow(
    /is not halted; --at moves it all the same/,
  )
})

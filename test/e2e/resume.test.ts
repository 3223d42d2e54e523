import { expect, it, onTestFinished } from 'vitest'
import { laneOf } from '../../src/lanes/lane-name.ts'
import { type LaneToResume, resumeHalted, resumeLane } from '../../src/lanes/resume.ts'
import { unavailable } from '../../src/ports/errors.ts'
import type { Position, Store } from '../../src/ports/store.ts'
import type { Time } from '../../src/ports/time.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { topics } from '../../src/roles/topics.ts'
import { until } from '../contract/contract-case.ts'
import { changedStore } from '../contract/lane-fixtures.ts'
import { openOwnData, startWorker } from '../support/embedded.ts'

const role = 'directory'
const partition = { topic: topics.profiles, partition: 0 }
const other = { topic: topics.profiles, partition: 1 }
const lane = laneOf(role, partition)

interface Bench {
  readonly partitions?: number
  readonly time?: Time
  /** What the worker has instead of the store. */
  readonly change?: (store: Store<Collections>) => Store<Collections>
}

/** A folder whose directory lanes stand where they can't go on, and a worker on it. */
async function haltedWorker(positions: readonly Position[], { partitions = 1, time, change }: Bench = {}) {
  const data = await openOwnData({ partitions })
  const record = { topic: topics.profiles, key: 'a', value: new TextEncoder().encode('{'), headers: {} }
  await data.log.producer.send([record, record, record])
  for (const to of positions) await data.store.commit({ move: { from: null, to }, writes: [], journal: null })
  const store = change?.(data.store) ?? data.store
  const { worker, stop } = startWorker({
    log: data.log,
    store,
    roles: [role],
    ...(time === undefined ? {} : { time }),
  })
  onTestFinished(async () => {
    await stop()
    await data.close()
  })
  await until(
    'the halts',
    () => worker.lanes.filter(({ state }) => state === 'halted').length === positions.length,
  )
  return { ...data, worker }
}

/** Does not wait as long as the machine would. */
const hasty: Time = { now: Date.now, sleep: () => new Promise(resolve => setTimeout(resolve, 5)) }

/** Epochs go by the clock: here they grow by one. */
const atZero = { now: () => 0 }

const past = (offset: number, name = lane): Position => ({ lane: name, offset, timestamp: 1, epoch: 0 })

it('goes on in another log from its start, under a new epoch, while the worker runs', async () => {
  const { store, log, worker } = await haltedWorker([past(7)])
  const reason = async () => (await store.get('halts', [lane])).get(lane)?.reason
  await expect.poll(reason).toMatch(/^the log ends at 3, 4 below/)

  const done = await resumeLane({ role, partition, at: null, store, log, time: atZero })
  expect(done).toMatchObject({ to: { offset: 0, epoch: 1 }, skipped: null, repeats: null })
  await until('the dead letters', () => worker.lanes.some(({ offset }) => offset === 3))
  await expect.poll(reason).toBeUndefined()
  expect(await store.count('dead', {})).toBe(3)
  expect(await store.position(lane)).toMatchObject({ offset: 3, epoch: 1 })
})

it('goes on behind what an operator gives up', async () => {
  const { store, log } = await haltedWorker([{ ...past(1), epoch: 2 }])
  await expect(resumeLane({ role, partition, at: 4, store, log, time: atZero })).rejects.toThrow(
    '--at is 4, and directory/partner-profiles/0 can go on from 0 to 3',
  )
  const done = await resumeLane({ role, partition, at: 2, store, log, time: atZero })
  expect(done.to).toMatchObject({ offset: 2, epoch: 3 })
})

it('says what is read again where an operator goes back', async () => {
  const { store, log, close } = await openOwnData()
  onTestFinished(close)
  const record = { topic: topics.profiles, key: 'a', value: null, headers: {} }
  await log.producer.send(Array.from({ length: 5 }, () => record))
  const to: Position = { lane, offset: 4, timestamp: null, epoch: 0 }
  await store.commit({ move: { from: null, to }, writes: [], journal: null })
  const at = (offset: number) => resumeLane({ role, partition, at: offset, store, log, time: atZero })
  expect(await at(1)).toMatchObject({ to: { offset: 1, epoch: 1 }, skipped: 0, repeats: 3 })
  expect(await at(3)).toMatchObject({ to: { offset: 3, epoch: 2 }, skipped: 2, repeats: 0 })
})

it('leaves a lane alone that is not halted', async () => {
  const { store, log } = await haltedWorker([past(7)])
  await resumeLane({ role, partition, at: null, store, log, time: atZero })
  await expect(resumeLane({ role, partition, at: null, store, log, time: atZero })).rejects.toThrow(
    /is not halted; --at moves it all the same/,
  )
})

it('all that are halted go on at once, and the others are left alone', async () => {
  const halted = [past(7), past(9, laneOf(role, other))]
  const { store, log, worker } = await haltedWorker(halted, { partitions: 3, time: hasty })
  const lanes: LaneToResume[] = [0, 1, 2].map(number => ({
    role,
    partition: { topic: topics.profiles, partition: number },
  }))
  const done = await resumeHalted(lanes, { store, log, time: atZero })
  expect(done.moved).toEqual([])
  expect(done.resumed.map(({ lane, to }) => [lane, to.epoch])).toEqual(halted.map(({ lane }) => [lane, 1]))
  await until('all run', () => worker.lanes.every(({ state }) => state === 'running'))
  expect(await resumeHalted(lanes, { store, log, time: atZero })).toEqual({ resumed: [], moved: [] })
})

it('a halt that can not be written is written later', async () => {
  let away = 3
  const { store } = await haltedWorker([past(7)], {
    time: hasty,
    change: whole =>
      changedStore(whole, {
        commit(unit) {
          if (!unit.writes.some(({ collection }) => collection === 'halts')) return whole.commit(unit)
          away -= 1
          return away < 0 ? whole.commit(unit) : Promise.reject(unavailable('the database is away'))
        },
      }),
  })
  const row = async () => (await store.get('halts', [lane])).get(lane)
  await expect.poll(row).toMatchObject({ offset: 7, holder: 'test' })
  expect(away).toBeLessThan(0)
})

import { expect, it, onTestFinished } from 'vitest'
import { laneOf } from '../../src/lanes/lane-name.ts'
import { resumeLane } from '../../src/lanes/resume.ts'
import type { WorkerOptions } from '../../src/lanes/worker.ts'
import { unavailable } from '../../src/ports/errors.ts'
import { partitionOf } from '../../src/ports/murmur2.ts'
import type { Store } from '../../src/ports/store.ts'
import { defaultRelease } from '../../src/ranking/release.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { releaseHash } from '../../src/roles/release-hash.ts'
import { topics } from '../../src/roles/topics.ts'
import { untilDrained } from '../support/drained.ts'
import { openOwnData, startWorker } from '../support/embedded.ts'
import { eventually } from '../support/servers/eventually.ts'
import { fillPartners, toldSince, visibilityEnds } from '../support/told.ts'
import { rebuildOf } from './rebuild-under-load.ts'

const partitions = 2
const names = Array.from({ length: 900 }, (_, at) => `partner-${at}`).sort()
const hasty = { heraldInterval: 10, heraldSettling: 0 }
const laneOfPartner = (name: string) =>
  laneOf('projector', { topic: topics.status, partition: partitionOf(Buffer.from(name), partitions) })

type Data = Awaited<ReturnType<typeof openOwnData>>

async function filled() {
  const data = await openOwnData({ partitions })
  onTestFinished(() => data.close())
  await fillPartners(data, names)
  return data
}

const publish = ({ log }: Data, weightsId: string, weight: number) => {
  const release = {
    ...defaultRelease,
    ...{ weightsId, features: { ...defaultRelease.features, responsiveness: weight } },
  }
  const value = new TextEncoder().encode(JSON.stringify(release))
  return log.producer.send([{ topic: topics.weights, key: 'live', value, headers: {} }])
}

async function withWorker(data: Data, work: () => Promise<void>, changes: Partial<WorkerOptions> = {}) {
  const { log, store } = data
  const { stop } = startWorker({ log, store, roles: ['directory', 'projector'], ...hasty, ...changes })
  try {
    await work()
  } finally {
    await stop()
  }
}

/** Waits until both lanes have told of all under the release in force. */
const untilTold = async ({ store }: Data, hash: (told: string | null) => boolean) =>
  until('all were told of', async () => {
    const rows = [
      ...(
        await store.get(
          'told',
          [0, 1].map(partition => laneOf('projector', { topic: topics.status, partition })),
        )
      ).values(),
    ]
    return rows.length === 2 && rows.every(({ releaseHash }) => hash(releaseHash))
  })

it('a new live release sends the visibility of every partner, once, and nothing when it stays', async () => {
  const data = await filled()
  let from = await visibilityEnds(data)
  await withWorker(data, async () => {
    await publish(data, 'second', 90_000)
    await untilTold(data, hash => hash !== null)
  })
  const all = await toldSince(data, from)
  expect(all.map(({ partnerId }) => partnerId).sort()).toEqual(names)
  expect(new Set(all.map(({ weightsId }) => weightsId))).toEqual(new Set(['second']))
  expect(new Set(all.map(({ id }) => id)).size).toBe(names.length)
  for (const { partnerId, lane } of all) {
    expect(lane.slice(0, lane.indexOf('~'))).toBe(laneOfPartner(partnerId))
    expect(Number(lane.slice(lane.indexOf('~') + 1))).toBeGreaterThan(0)
  }
  expect(await data.store.journal.unsentCount()).toBe(0)
  // Who starts next has nothing to tell: nor has one that takes over.
  from = await visibilityEnds(data)
  await withWorker(data, async () => {
    await untilDrained(data, ['directory', 'projector'])
    await new Promise(resolve => setTimeout(resolve, 100))
  })
  expect(await toldSince(data, from)).toEqual([])
  // The lanes go on, under later epochs than what was told.
  await fillPartners(data, ['partner-7'], 'again')
  const [next] = await toldSince(data, from)
  expect(next).toMatchObject({ partnerId: 'partner-7', version: 2, weightsId: 'second' })
  const epochs = all
    .filter(({ lane }) => lane.startsWith(laneOfPartner('partner-7')))
    .map(({ lane }) => epochIn(lane))
  expect(epochIn(next?.lane ?? '')).toBeGreaterThan(Math.max(...epochs))
})

it('ended on the way, or without the log for a while, all are told of in the end, the newest last', async () => {
  const data = await filled()
  await publish(data, 'second', 90_000)
  const from = await visibilityEnds(data)
  let commits = 0
  const failing: Store<Collections> = {
    ...data.store,
    commit(work) {
      const aside = work.move?.from?.offset === work.move?.to.offset && work.move !== null
      if (aside) commits += 1
      // Committed, but the answer is lost.
      if (aside && commits === 2)
        return data.store.commit(work).then(() => Promise.reject(unavailable('gone')))
      return data.store.commit(work)
    },
  }
  await withWorker(data, () => until('the second piece', async () => commits >= 2), { store: failing })
  await withWorker(data, () => untilTold(data, hash => hash !== null))
  const last = new Map((await toldSince(data, from)).map(told => [told.partnerId, told]))
  expect([...last.keys()].sort()).toEqual(names)
  const stored = await data.store.get('partners', names)
  for (const { partnerId, version, weightsId } of last.values())
    expect({ version, weightsId }).toEqual({
      version: stored.get(partnerId)?.evidence.version,
      weightsId: 'second',
    })
  expect(await data.store.journal.unsentCount()).toBe(0)
})

it('a release that is taken back before all were told of it is told of as well', async () => {
  const data = await filled()
  await withWorker(
    data,
    async () => {
      await publish(data, 'second', 90_000)
      await untilTold(data, hash => hash === null)
    },
    { heraldSettling: 60_000 },
  )
  await publish(data, defaultRelease.weightsId, defaultRelease.features.responsiveness ?? 0)
  const from = await visibilityEnds(data)
  await withWorker(data, () => untilTold(data, hash => hash === releaseHash(defaultRelease)))
  const last = new Map((await toldSince(data, from)).map(told => [told.partnerId, told.weightsId]))
  expect([...last.keys()].sort()).toEqual(names)
  expect(new Set(last.values())).toEqual(new Set([defaultRelease.weightsId]))
})

it('a lane that was resumed tells of its partners, and of them alone', async () => {
  const data = await filled()
  const from = await visibilityEnds(data)
  const partition = { topic: topics.status, partition: 1 }
  const lane = laneOf('projector', partition)
  const { offset = 0 } = (await data.store.position(lane)) ?? {}
  await resumeLane({ role: 'projector', partition, at: offset, time: { now: () => 0 }, ...data })
  await withWorker(data, () =>
    until('it was told', async () => (await data.store.get('told', [lane])).get(lane)?.resumed === 1),
  )
  const told = await toldSince(data, from)
  expect(told.map(({ partnerId }) => partnerId).sort()).toEqual(
    names.filter(name => laneOfPartner(name) === lane),
  )
})

const until = (what: string, ask: () => Promise<boolean>) => eventually(what, ask, { within: 20_000 })

it('a rebuild that puts evidence right has all of the lane told of, and one that finds nothing nobody', async () => {
  const data = await filled()
  const from = await visibilityEnds(data)
  await rebuildOf(data, { projection: 'evidence' })
  const [wrong = ''] = names
  const lane = laneOfPartner(wrong)
  await damage(data, wrong)
  expect(await rebuildOf(data, { projection: 'funnel' })).toMatchObject({ exchanged: false })
  expect((await data.store.get('told', [lane])).size).toBe(0)
  const done = await rebuildOf(data, { projection: 'evidence' })
  expect(done).toMatchObject({ exchanged: true, left: 0, differences: { evidence: 1 } })
  await withWorker(data, () =>
    until('it was told', async () => {
      const row = (await data.store.get('told', [lane])).get(lane)
      return row !== undefined && row.rebuilt > 0 && row.releaseHash !== null
    }),
  )
  const told = await toldSince(data, from)
  expect(told.map(({ partnerId }) => partnerId).sort()).toEqual(
    names.filter(name => laneOfPartner(name) === lane),
  )
  expect(told.find(({ partnerId }) => partnerId === wrong)).toMatchObject({ version: 1 })

  // Meanwhile the lane is quiet, and its worker hears of the rebuild from nobody.
  await withWorker(data, async () => {
    await damage(data, wrong)
    const before = await visibilityEnds(data)
    await rebuildOf(data, { projection: 'evidence' })
    await until('it was told', async () => (await toldSince(data, before)).length === told.length)
  })
})

async function damage({ store }: Data, id: string): Promise<void> {
  const document = (await store.get('partners', [id])).get(id)
  if (document === undefined) throw new Error(`no partner ${id}`)
  const wrong = { ...document, evidence: { ...document.evidence, version: 1_000_000 } }
  await store.commit({
    ...{ move: null, journal: null },
    writes: [{ kind: 'put', collection: 'partners', document: wrong }],
  })
}

const epochIn = (lane: string) => Number(/~(\d+)$/.exec(lane)?.[1] ?? 0)

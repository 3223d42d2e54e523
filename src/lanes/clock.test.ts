import { afterEach, expect, test } from 'vitest'
import { changedStore } from '../../test/contract/lane-fixtures.ts'
import { later, routed } from '../../test/support/arbitraries.ts'
import { temporaryFolder } from '../../test/support/simulated.ts'
import { openEmbedded } from '../adapters/embedded/folder.ts'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { nextDueAt } from '../domain/clocks.ts'
import { evolve } from '../domain/evolve.ts'
import type { ReferralId } from '../domain/ids.ts'
import { day, hour, minute, type Timestamp, toMillis } from '../domain/time.ts'
import { silent } from '../ports/logger.ts'
import { collections } from '../roles/collections.ts'
import type { ReferralDocument } from '../roles/documents/referrals.ts'
import { topicNames } from '../roles/topics.ts'
import { Clock, type ClockOptions } from './clock.ts'

const folders: ReturnType<typeof temporaryFolder>[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove()
})

function documentOf(name: string, remindAt: Timestamp): ReferralDocument {
  const referralId = `${name}:acme` as ReferralId
  const referral = evolve(null, routed({ referralId, remindAt, flameEndsAt: null }))
  const own = { nextDueAt: nextDueAt(referral), root: referral.rfiId, customerKey: '', nextCandidates: [] }
  return { _id: referralId, ...referral, ...own, addressee: 'none' }
}

/** A clock on a store of these referrals, whose time stands at 25 h after the routing. */
async function clockOn(referrals: readonly ReferralDocument[], options: Partial<ClockOptions> = {}) {
  const folder = temporaryFolder()
  folders.push(folder)
  let now = toMillis(later(25 * hour))
  const time = { now: () => now, sleep: () => Promise.resolve() }
  const { store, close } = await openEmbedded(folder.path, {
    catalogue: collections,
    topics: topicNames,
    time,
    synchronous: 'off',
  })
  const put = (documents: readonly ReferralDocument[]) =>
    store.commit({
      move: null,
      journal: null,
      writes: documents.map(document => ({ kind: 'put', collection: 'referrals', document })),
    })
  await put(referrals)
  let asked: string[] = []
  let most = 0
  const clock = new Clock({
    ...{ time, codec: jsonCodec, logger: silent, source: '/clock', holder: 'test', batch: 10 },
    store: changedStore(store, {
      async find(collection, query) {
        const found = await store.find(collection, query)
        if (collection === 'referrals') most = Math.max(most, found.length)
        return found
      },
    }),
    producer: {
      async send(records) {
        asked.push(...records.map(({ key }) => String(key)))
      },
    },
    ...options,
  })
  /** So many looks: whom they asked for, in order. */
  const look = async (times: number) => {
    asked = []
    for (let at = 0; at < times; at += 1) await clock.tick()
    return asked
  }
  const wait = (milliseconds: number) => {
    now += milliseconds
  }
  return { clock, look, wait, put, close, mostFound: () => most }
}

const numbered = (count: number, remindAt: (at: number) => Timestamp) =>
  Array.from({ length: count }, (_, at) => documentOf(`r-${String(at).padStart(3, '0')}`, remindAt(at)))
const idsOf = (referrals: readonly ReferralDocument[]) => referrals.map(({ _id }) => _id)

test.each([
  ['all at one moment', () => later(day)],
  ['three moments, each more than a page', (at: number) => later(day + Math.floor(at / 15) * minute)],
  ['a moment each', (at: number) => later(day + at)],
])('%s: pages through what is due, each asked for once, and no look takes more', async (_, remindAt) => {
  const referrals = numbered(45, remindAt)
  const { look, wait, close, mostFound } = await clockOn([...referrals, documentOf('early', later(2 * day))])
  expect(await look(5)).toEqual(idsOf(referrals))
  // Begins again at the start, and again: all were asked for lately.
  expect(await look(12)).toEqual([])
  wait(2 * minute)
  expect((await look(6)).sort()).toEqual(idsOf(referrals))
  // Rows of what was asked long ago are forgotten meanwhile, and none that still counts.
  wait(3 * minute)
  expect((await look(5)).sort()).toEqual(idsOf(referrals))
  expect(await look(12)).toEqual([])
  expect(mostFound()).toBe(10)
  await close()
})

test('what falls due before the page it has reached is met when it begins again', async () => {
  const referrals = numbered(20, () => later(day))
  const { look, put, close } = await clockOn(referrals)
  await look(1)
  const late = documentOf('late', later(hour))
  await put([late])
  expect(await look(3)).toEqual([...idsOf(referrals.slice(10)), late._id])
  await close()
})

test('when time steps back, nothing is taken as asked for that was not', async () => {
  const referrals = numbered(20, () => later(25 * hour))
  const { look, wait, close } = await clockOn(referrals)
  await look(1)
  wait(-minute / 2)
  expect(await look(3)).toEqual([])
  wait(minute / 2)
  expect(await look(3)).toEqual(idsOf(referrals.slice(10)))
  await close()
})

test('what could not be sent is asked for by the next look', async () => {
  const referrals = numbered(20, () => later(day))
  let fails = true
  const sent: string[] = []
  const producer: ClockOptions['producer'] = {
    async send(records) {
      if (fails) throw new Error('away')
      sent.push(...records.map(({ key }) => String(key)))
    },
  }
  const { clock, look, close } = await clockOn(referrals, { producer })
  await expect(clock.tick()).rejects.toThrow('away')
  fails = false
  await look(1)
  expect(sent).toEqual(idsOf(referrals.slice(0, 10)))
  await close()
})

test('without patience every look asks for the first that are due', async () => {
  const referrals = numbered(15, () => later(day))
  const { look, clock, put, close } = await clockOn(referrals, { patience: 0 })
  const first = idsOf(referrals.slice(0, 10))
  expect(await look(2)).toEqual([...first, ...first])
  await put(referrals.slice(0, 14).map(referral => ({ ...referral, nextDueAt: null })))
  expect(await clock.tick()).toBe(1)
  await close()
})

test('nothing is due before its time', async () => {
  const { look, close } = await clockOn([
    documentOf('a', later(30 * hour)),
    documentOf('b', later(26 * hour)),
  ])
  expect(await look(2)).toEqual([])
  await close()
})

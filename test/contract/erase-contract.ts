import { expect } from 'vitest'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { profileSchema } from '../../src/domain/profile.ts'
import { erase } from '../../src/lanes/erase.ts'
import { Lane } from '../../src/lanes/lane.ts'
import { redrive } from '../../src/lanes/redrive.ts'
import { silent } from '../../src/ports/logger.ts'
import { redrivenId } from '../../src/roles/redrive.ts'
import { referral } from '../../src/roles/referral.ts'
import { router } from '../../src/roles/router.ts'
import { Tables } from '../../src/roles/tables.ts'
import { topics } from '../../src/roles/topics.ts'
import { profileSample, rfiSample } from '../support/samples.ts'
import type { ContractCase } from './contract-case.ts'
import {
  batchFrom,
  changedStore,
  hastyTime,
  type LaneBench,
  type LaneBenchFactory,
  laneCase,
  place,
  serverGone,
} from './lane-fixtures.ts'

/** Stands in every piece of the customer's contact data, and nowhere else. */
const mark = 'Qzxmark'
const rfi = (rfiId: string, more: object = {}) => ({
  ...rfiSample,
  rfiId,
  customer: {
    ...(rfiSample.customer as object),
    name: `${mark} Lda`,
    postalCode: mark,
    contact: { firstName: mark, lastName: mark, email: `${mark}@x.example`, phone: mark },
  },
  inviter: { id: 's-77', email: `${mark}@seller.example` },
  requestedPartners: ['acme'],
  followsRfiId: null,
  expiresAt: null,
  ...more,
})

function openRouter(bench: LaneBench, store = bench.store) {
  const tables = new Tables()
  tables.index.put(profileSchema.parse(profileSample), 'published')
  const role = router({ tables, ready: () => Promise.resolve(), customerSecret: 'secret' })
  const time = { ...hastyTime, now: () => Date.now() }
  return new Lane({
    ...{ role, partition: place, store, log: bench.log, codec: jsonCodec, time },
    ...{ logger: silent, source: '/test' },
  })
}

async function produce(bench: LaneBench, values: readonly (object | string)[], key: string | null = null) {
  const encoder = new TextEncoder()
  await bench.log.producer.send(
    values.map(value => ({
      topic: topics.rfis,
      key: key ?? (typeof value === 'object' && 'rfiId' in value ? String(value.rfiId) : 'key'),
      value: encoder.encode(typeof value === 'string' ? value : JSON.stringify(value)),
      headers: {},
    })),
  )
}

/** Takes whatever lies in the partition from `from` on. */
async function take(bench: LaneBench, from: number, store = bench.store) {
  const lane = openRouter(bench, store)
  await lane.start()
  const batch = await batchFrom(bench, from)
  expect(await lane.batch(batch)).toMatchObject({ kind: 'advanced' })
  return lane.counts
}

const eraseIn = (
  bench: LaneBench,
  rfiId: string,
  { by = 'ticket-1', evenUnknown = false, store = bench.store } = {},
) => {
  const time = { ...hastyTime, now: () => Date.now() }
  return erase(rfiId, { by, evenUnknown }, { store, codec: jsonCodec, time })
}

const contactsOf = async ({ store }: LaneBench, id: string) => (await store.get('contacts', [id])).get(id)
const letter = async ({ store }: LaneBench, id: string) => (await store.get('dead', [id])).get(id)

/** All documents that hold contact data, by collection: bytes of dead letters as they are. */
async function holding({ store }: LaneBench): Promise<string[]> {
  const found: string[] = []
  for (const name of ['rfis', 'referrals', 'receipts', 'contacts', 'dead', 'redriven'] as const)
    for (const document of await store.find(name, { where: {} })) {
      const own = 'value' in document ? Buffer.from(String(document.value ?? ''), 'base64').toString() : ''
      if ((JSON.stringify(document) + own).includes(mark)) found.push(`${name} ${document._id}`)
    }
  return found.sort()
}

const none = { contacts: 0, deadLetters: 0, customerKeys: 0, hashes: 0 }

const eraseCase: typeof laneCase = (name, run) => laneCase(`erase: ${name}`, run)

/** Beside `laneContract`: contact data that was erased is gone, and stays away whatever is read again. */
export const eraseContract: readonly ContractCase<LaneBenchFactory>[] = [
  eraseCase('of one RFI all goes but what counts, once, and the other keeps its own', async bench => {
    await produce(bench, [rfi('a'), rfi('b')])
    await take(bench, 0)
    const before = (await bench.store.get('referrals', ['a:acme'])).get('a:acme')
    const first = await eraseIn(bench, 'a')
    const removed = { ...none, contacts: 1, customerKeys: 1, hashes: 1 }
    expect(first).toMatchObject({
      kind: 'erased',
      again: false,
      removed,
      erasure: { by: 'ticket-1', removed },
    })
    expect(await holding(bench)).toEqual(['contacts b'])
    const after = (await bench.store.get('referrals', ['a:acme'])).get('a:acme')
    expect(after).toEqual({ ...before, customerKey: '' })
    const row = await contactsOf(bench, 'a')
    expect(row).toMatchObject({ contact: null, consent: { shareWithPartners: false, contact: false } })

    expect(await eraseIn(bench, 'a', { by: 'ticket-2' })).toMatchObject({ again: true, removed: none })
    expect(await contactsOf(bench, 'a')).toEqual(row)
  }),

  eraseCase('read again, the same or another under its id, it brings nothing back', async bench => {
    await produce(bench, [rfi('a')])
    await take(bench, 0)
    await eraseIn(bench, 'a')
    await produce(bench, [rfi('a'), rfi('a', { channel: 'marketing' })])
    expect(await take(bench, 1)).toMatchObject({ 'ignored-repeats': 2, deadLetters: 0 })
    expect(await holding(bench)).toEqual([])
  }),

  eraseCase('erased before it was routed, it goes to nobody', async bench => {
    expect(await eraseIn(bench, 'a')).toEqual({ kind: 'unknown' })
    expect(await contactsOf(bench, 'a')).toBeUndefined()
    await eraseIn(bench, 'a', { evenUnknown: true })
    await produce(bench, [rfi('a'), rfi('a')])
    expect(await take(bench, 0)).toMatchObject({ 'ignored-repeats': 1 })
    expect(await holding(bench)).toEqual([])
    expect((await bench.store.get('rfis', ['a'])).get('a')).toMatchObject({ outcome: 'unroutable', hash: '' })
    const notices = await bench.read({ topic: topics.notices, partition: 0 }, 0)
    const told = notices.map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()))
    expect(told).toMatchObject([{ reasons: { 'no-consent': 1 } }, { type: 'customer.no-partner' }])
  }),

  eraseCase('between a router that has read and its commit', async bench => {
    await produce(bench, [rfi('a')])
    let raced = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        if (!raced) {
          raced = true
          await eraseIn(bench, 'a', { evenUnknown: true })
        }
        return bench.store.commit(unit)
      },
    })
    expect(await take(bench, 0, store)).toMatchObject({ conflicts: 1 })
    expect(await holding(bench)).toEqual([])
  }),

  eraseCase('between a referral lane that has read and its commit', async bench => {
    await produce(bench, [rfi('a')])
    await take(bench, 0)
    const command = {
      ...{ commandId: 'c-1', referralId: 'a:acme', partnerId: 'acme', type: 'accept' },
      ...{ occurredAt: '2026-03-02T10:00:00.000Z', engagement: { name: 'Inventory' } },
    }
    const value = new TextEncoder().encode(JSON.stringify(command))
    await bench.log.producer.send([{ topic: topics.commands, key: 'a:acme', value, headers: {} }])
    let raced = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        if (!raced) {
          raced = true
          expect(await eraseIn(bench, 'a')).toMatchObject({ removed: { customerKeys: 1 } })
        }
        return bench.store.commit(unit)
      },
    })
    const commands = { topic: topics.commands, partition: 0 }
    const lane = new Lane({
      ...{ role: referral(), partition: commands, store, log: bench.log, codec: jsonCodec },
      ...{ time: { ...hastyTime, now: () => Date.now() }, logger: silent, source: '/test' },
    })
    await lane.start()
    const records = await bench.read(commands, 0)
    const given = { from: 0, to: records.length, records, heartbeat: () => Promise.resolve() }
    const batch = { ...commands, ...given, signal: new AbortController().signal }
    expect(await lane.batch(batch)).toMatchObject({ kind: 'advanced' })
    expect(lane.counts).toMatchObject({ conflicts: 1 })
    const after = (await bench.store.get('referrals', ['a:acme'])).get('a:acme')
    expect(after).toMatchObject({ status: 'Active', customerKey: '' })
  }),

  eraseCase('between its own reading and writing, the router commits', async bench => {
    await produce(bench, [rfi('a')])
    let raced = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        if (!raced) {
          raced = true
          await take(bench, 0)
        }
        return bench.store.commit(unit)
      },
    })
    await eraseIn(bench, 'a', { evenUnknown: true, store })
    expect(await holding(bench)).toEqual([])
    expect((await bench.store.get('rfis', ['a'])).get('a')).toMatchObject({ outcome: 'routed', hash: '' })
  }),

  eraseCase('dead letters lose their bytes, and only those that are about it', async bench => {
    const broken = rfi('a', { channel: 'smoke signals' })
    await produce(bench, [broken, rfi('ab', { channel: 7 }), rfi('b', { channel: 7, followsRfiId: 'a' })])
    await produce(bench, [JSON.stringify(rfi('a')).slice(0, -9), `{ "rfiId": "a", ${mark}`], 'key')
    await take(bench, 0)
    const removed = { ...none, deadLetters: 3 }
    expect(await eraseIn(bench, 'a')).toMatchObject({ removed, erasure: { removed } })
    expect(await holding(bench)).toEqual(['dead rfis/0@1', 'dead rfis/0@2'])
    expect(await letter(bench, 'rfis/0@0')).toMatchObject({ code: 'invalid', value: null, key: null })
    const servers = { store: bench.store, producer: bench.log.producer, now: () => Date.now() }
    expect(await redrive(['rfis/0@0'], servers)).toMatchObject([
      { kind: 'refused', why: expect.stringMatching(/its bytes were removed/) },
    ])

    // The same again, after it.
    await produce(bench, [broken, JSON.stringify(broken).slice(0, -9)])
    await take(bench, 5)
    expect(await letter(bench, 'rfis/0@5')).toMatchObject({ code: 'invalid', value: null, key: null })
    expect(await letter(bench, 'rfis/0@6')).toMatchObject({ code: 'malformed-json', value: null, key: null })
  }),

  eraseCase('a dead letter that was on its way again has its effect without contact', async bench => {
    await produce(bench, [rfi('a')])
    // As a worker had left it that couldn't read it.
    const [record] = await bench.read(place, 0)
    await take(bench, 0, bench.store)
    const value = Buffer.from(record?.value ?? [])
    await produce(bench, [JSON.stringify(rfi('c')).replace('"seller"', '7')], 'c')
    await take(bench, 1)
    const servers = { store: bench.store, producer: bench.log.producer, now: () => Date.now() }
    expect(await redrive(['rfis/0@1'], servers)).toMatchObject([{ kind: 'sent' }])
    const timestamp = (await letter(bench, 'rfis/0@1'))?.timestamp ?? ''
    expect(await eraseIn(bench, 'c')).toMatchObject({ removed: { ...none, deadLetters: 1 } })
    await take(bench, 2)
    expect(value.length).toBeGreaterThan(0)
    const known = await bench.store.get('redriven', [redrivenId({ letter: 'rfis/0@1', timestamp })])
    expect([...known.values()]).toMatchObject([{ again: 'rfis/0@2' }])
    expect(await letter(bench, 'rfis/0@2')).toMatchObject({ value: null })
    expect(await holding(bench)).toEqual(['contacts a'])
  }),

  eraseCase('killed half-way and asked for again it ends, and has counted each thing once', async bench => {
    await produce(bench, [rfi('a'), rfi('a', { channel: 'marketing' }), rfi('a', { budget: null })])
    await take(bench, 0)
    let commits = 0
    const store = changedStore(bench.store, {
      async commit(unit) {
        commits += 1
        if (commits === 3) throw serverGone()
        return bench.store.commit(unit)
      },
    })
    await expect(eraseIn(bench, 'a', { store })).rejects.toThrow('the server is gone')
    const removed = { contacts: 1, deadLetters: 2, customerKeys: 1, hashes: 1 }
    expect(await eraseIn(bench, 'a')).toMatchObject({ again: true, erasure: { removed } })
    expect(await holding(bench)).toEqual([])
  }),

  eraseCase('who asked is not told by what was to go', async bench => {
    await produce(bench, [rfi('a')])
    await take(bench, 0)
    expect(await eraseIn(bench, 'a', { by: `${mark}@X.example asked` })).toEqual({ kind: 'tells' })
    expect(await holding(bench)).toEqual(['contacts a'])
  }),
]

import { expect } from 'vitest'
import { countsOf, type Filter, type PageEnd, pageOf, redrivenAs } from '../../src/cli/dead-letter-rows.ts'
import { type Redriving, redrive } from '../../src/lanes/redrive.ts'
import type { DeadDocument } from '../../src/roles/documents/operations.ts'
import { topics } from '../../src/roles/topics.ts'
import type { ContractCase } from './contract-case.ts'
import {
  append,
  batchFrom,
  changedStore,
  counter,
  counts,
  type LaneBench,
  type LaneBenchFactory,
  laneCase,
  openLane,
  place,
  sent,
  serverGone,
} from './lane-fixtures.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
/** Can be read once somebody has mended the reader. */
const odd = bytes('{ "name": "a" }')

/** The toy role, after it has learnt what `name` is. */
const mended: typeof counter = {
  ...counter,
  parse: (topic, value, origin) =>
    counter.parse(
      topic,
      value === null ? null : { id: (value as { name?: unknown }).name, ...value },
      origin,
    ),
}

const first = 'rfis/0@0'

const redriveCase: typeof laneCase = (name, run) => laneCase(`redrive: ${name}`, run)

/** Takes whatever lies in the partition from `from` on. */
async function take(bench: LaneBench, from: number, role = mended) {
  const lane = openLane(bench, { role })
  await lane.start()
  await lane.batch(await batchFrom(bench, from))
  return lane.counts
}

const again = (bench: LaneBench, ...ids: string[]): Promise<Redriving[]> =>
  redrive(ids, { store: bench.store, producer: bench.log.producer, now: () => Date.now() })

const rowOf = async ({ store }: LaneBench, id = first): Promise<DeadDocument | undefined> =>
  (await store.get('dead', [id])).get(id)

const kindsOf = (outcomes: readonly Redriving[]) => outcomes.map(({ kind }) => kind)

/** Beside `laneContract`: a dead letter that is sent again has one effect, however often it is asked for. */
export const redriveContract: readonly ContractCase<LaneBenchFactory>[] = [
  redriveCase('it has its effect, at its first time, with key and headers, and is gone', async bench => {
    const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const headers = { traceparent: trace, campaign: 'spring' }
    await bench.log.producer.send([{ topic: topics.rfis, key: 'key', value: odd, headers }])
    await take(bench, 0, counter)
    const [original] = await bench.read(place, 0)
    expect(await rowOf(bench)).toMatchObject({
      code: 'missing',
      size: odd.length,
      redrivingSince: null,
      headers,
    })

    // The log's clock must be seen to move on.
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(await again(bench, first)).toMatchObject([{ kind: 'sent', id: first, before: null }])
    expect((await rowOf(bench))?.redrivingSince).not.toBeNull()
    const [, copy] = await bench.read(place, 0)
    expect(copy?.timestamp).toBeGreaterThan(original?.timestamp ?? 0)
    expect(Buffer.from(copy?.key ?? []).toString()).toBe('key')
    expect(copy?.headers).toMatchObject(headers)

    expect(await take(bench, 1)).toMatchObject({ redriven: 1, 'ignored-redrives': 0 })
    expect(await counts(bench, ['a'])).toEqual([1])
    const [tick] = await bench.read({ topic: topics.referrals, partition: 0 }, 0)
    expect(tick?.headers).toMatchObject({
      ce_time: new Date(original?.timestamp ?? 0).toISOString(),
      traceparent: trace,
    })
    expect(await rowOf(bench)).toBeUndefined()
    expect(await again(bench, first)).toEqual([{ kind: 'gone', id: first }])
  }),

  redriveCase('killed between mark and send it is asked for again; twice sent, once taken', async bench => {
    await append(bench, [odd])
    await take(bench, 0, counter)
    const producer = { send: () => Promise.reject(serverGone()) }
    const killed = redrive([first], { store: bench.store, producer, now: () => Date.now() })
    await expect(killed).rejects.toThrow('the server is gone')
    expect((await rowOf(bench))?.redrivingSince).not.toBeNull()
    expect(await batchFrom(bench, 1)).toMatchObject({ records: [] })

    for (let time = 0; time < 2; time += 1)
      expect(await again(bench, first)).toMatchObject([{ kind: 'sent', before: expect.any(String) }])
    // In one batch.
    expect(await take(bench, 1)).toMatchObject({ redriven: 1, 'ignored-redrives': 1 })
    expect(await counts(bench, ['a'])).toEqual([1])
    expect(await sent(bench)).toHaveLength(1)
  }),

  redriveCase('a copy that comes in a later batch is dropped too', async bench => {
    await append(bench, [odd])
    await take(bench, 0, counter)
    await again(bench, first)
    await again(bench, first)
    const lane = openLane(bench, { role: mended })
    await lane.start()
    await lane.batch(await batchFrom(bench, 1, { limit: 1 }))
    await lane.batch(await batchFrom(bench, 2))
    expect(lane.counts).toMatchObject({ redriven: 1, 'ignored-redrives': 1 })
    expect(await counts(bench, ['a'])).toEqual([1])
  }),

  redriveCase('a copy taken by another lane meanwhile is dropped, without a halt', async bench => {
    await append(bench, [odd])
    await take(bench, 0, counter)
    await again(bench, first)
    const row = await rowOf(bench)
    let raced = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        if (!raced && row !== undefined) {
          raced = true
          const { _id: letter, version: _v, value: _b, key: _k, headers: _h, removeAt: _r, ...known } = row
          const taken = { lane: 'router/rfis/1', offset: 9, takenAt: row.timestamp, again: null }
          const document = { ...known, ...taken, letter, _id: `${letter} ${row.timestamp}` }
          const writes = [{ kind: 'insert', collection: 'redriven', document }] as const
          await bench.store.commit({ move: null, writes, journal: null })
        }
        return bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { role: mended, store })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 1))).toEqual({ kind: 'advanced', next: 2 })
    expect(lane.counts).toMatchObject({ 'ignored-redrives': 1, conflicts: 1 })
    expect(await counts(bench, ['a'])).toEqual([undefined])
  }),

  redriveCase('what fails again is a dead letter of its own, which names the first', async bench => {
    await append(bench, [odd])
    await take(bench, 0, counter)
    const before = await rowOf(bench)
    await again(bench, first)
    await take(bench, 1, counter)
    const second = 'rfis/0@1'
    expect(await rowOf(bench)).toBeUndefined()
    expect(await rowOf(bench, second)).toMatchObject({
      timestamp: before?.timestamp,
      removeAt: before?.removeAt,
      redriveOf: first,
      redrivingSince: null,
      headers: {},
    })
    const letters = await bench.read({ topic: topics.deadLetters, partition: 0 }, 0)
    const told = letters.map(({ value }) => JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())))
    expect(told).toMatchObject([{ redriveOf: null }, { redriveOf: first, faults: [{ code: 'missing' }] }])
    const known = (await bench.store.get('redriven', [`${first} ${before?.timestamp}`])).values().next().value
    expect(known).toMatchObject({ letter: first, again: second, lane: 'router/rfis/0', offset: 1 })

    expect((await redrivenAs(bench.store, first))?.again).toBe(second)
    await again(bench, second)
    expect(await take(bench, 2)).toMatchObject({ redriven: 1 })
    expect(await counts(bench, ['a'])).toEqual([1])
  }),

  redriveCase('nobody gets an earlier time, or anybody dropped, by writing the headers', async bench => {
    await append(bench, [odd])
    await take(bench, 0, counter)
    const row = await rowOf(bench)
    const claim = { 'redrive-of': first, 'redrive-time': row?.timestamp ?? '' }
    const value = bytes('{ "id": "b" }')
    // Of one that wasn't marked; of other bytes than those; of none there is.
    await bench.log.producer.send([{ topic: topics.rfis, key: 'key', value: odd, headers: claim }])
    await take(bench, 1)
    await again(bench, first)
    const claims = [
      claim,
      { ...claim, 'redrive-of': 'rfis/0@77' },
      { 'redrive-of': first },
      { ...claim, 'redrive-time': 'x' },
    ]
    await bench.log.producer.send(claims.map(headers => ({ topic: topics.rfis, key: 'key', value, headers })))
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(await take(bench, 2)).toMatchObject({ redriven: 1, 'ignored-redrives': 1, 'unknown-redrives': 1 })
    expect(await counts(bench, ['a', 'b'])).toEqual([2, 3])
  }),

  redriveCase('what has no bytes left is refused, each with a reason', async bench => {
    await append(bench, [new Uint8Array(257 * 1024).fill(0x20), null, odd, odd])
    await take(bench, 0, counter)
    const put = async (id: string, change: Partial<DeadDocument>) => {
      const row = await rowOf(bench, id)
      if (row === undefined) throw new Error(`no ${id}`)
      const writes = [{ kind: 'put', collection: 'dead', document: { ...row, ...change } }] as const
      await bench.store.commit({ move: null, writes, journal: null })
    }
    await put('rfis/0@2', { value: null })
    await put('rfis/0@3', { removeAt: '2020-01-01T00:00:00.000Z' })
    expect(
      (await again(bench, first, 'rfis/0@1', 'rfis/0@2', 'rfis/0@3', 'rfis/0@4')).map(outcome =>
        outcome.kind === 'refused' ? outcome.why : outcome.kind,
      ),
    ).toEqual([
      expect.stringMatching(/^its 263168 bytes are more than is kept/),
      expect.stringMatching(/^it never had a value/),
      expect.stringMatching(/^its bytes were removed/),
      // Or a store that was quick to remove it.
      expect.stringMatching(/^(its bytes are past their time|gone$)/),
      'gone',
    ])
    expect(await batchFrom(bench, 4)).toMatchObject({ records: [] })
  }),

  redriveCase('one changed meanwhile keeps the others from nothing', async bench => {
    await append(bench, [odd, bytes('{ "name": "b" }')])
    await take(bench, 0, counter)
    const store = changedStore(bench.store, {
      async get(collection, ids) {
        const found = await bench.store.get(collection, ids)
        const remove = { kind: 'remove', collection: 'dead', id: first } as const
        if (collection === 'dead') await bench.store.commit({ move: null, writes: [remove], journal: null })
        return found
      },
    })
    const servers = { store, producer: bench.log.producer, now: () => Date.now() }
    expect(kindsOf(await redrive([first, 'rfis/0@1'], servers))).toEqual(['gone', 'sent'])
    await take(bench, 2)
    expect(await counts(bench, ['a', 'b'])).toEqual([undefined, 1])
  }),

  redriveCase('dead letters are paged, filtered and counted', async bench => {
    await append(bench, [odd, bytes('x'), odd, bytes('y'), odd, bytes('z'), odd])
    await take(bench, 0, counter)
    const rows = await bench.store.find('dead', { where: { timestamp: { gte: '' } } })
    const at = (offset: number) => `2026-03-0${1 + (offset % 2)}T00:00:00.000Z`
    const writes = rows.map(row => {
      const topic = row.offset < 3 ? topics.rfis : topics.commands
      return {
        kind: 'put',
        collection: 'dead',
        document: { ...row, topic, timestamp: at(row.offset) },
      } as const
    })
    await bench.store.commit({ move: null, writes, journal: null })
    const walk = async (filter: Filter, limit: number) => {
      const found: number[] = []
      for (let after: PageEnd | null = null; ; ) {
        const page: DeadDocument[] = await pageOf(bench.store, filter, { after, limit })
        const last = page.at(-1)
        if (last === undefined) return found
        found.push(...page.map(({ offset }) => offset))
        after = { timestamp: last.timestamp, id: last._id }
      }
    }
    for (const limit of [1, 2, 3, 10]) {
      expect(await walk({}, limit)).toEqual([5, 3, 1, 6, 4, 2, 0])
      expect(await walk({ code: 'missing' }, limit)).toEqual([6, 4, 2, 0])
      expect(await walk({ topic: topics.rfis }, limit)).toEqual([1, 2, 0])
      expect(await walk({ topic: topics.rfis, code: 'missing', to: at(1) }, limit)).toEqual([2, 0])
      expect(await walk({ from: at(1) }, limit)).toEqual([5, 3, 1])
    }
    expect(await countsOf(bench.store, {})).toEqual({ 'malformed-json': 3, missing: 4 })
    expect(await countsOf(bench.store, { topic: topics.rfis })).toEqual({ 'malformed-json': 1, missing: 2 })
    expect(await countsOf(bench.store, { code: 'missing', from: at(1) })).toEqual({})
    expect(await redrivenAs(bench.store, first)).toBeNull()
  }),
]

import { expect } from 'vitest'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { noteDeployment } from '../../src/lanes/deployment.ts'
import { resumeLane } from '../../src/lanes/resume.ts'
import { Interrupted } from '../../src/lanes/retry.ts'
import { misconfigured } from '../../src/ports/errors.ts'
import { silent } from '../../src/ports/logger.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import type { ContractCase } from './contract-case.ts'
import {
  append,
  batchFrom,
  changedLog,
  changedStore,
  counts,
  type LaneBench,
  type LaneBenchFactory,
  laneCase,
  openLane,
  place,
  sent,
  serverGone,
  withoutRepeats,
} from './lane-fixtures.ts'

/** Where a lane stands that has read two records. */
const at2 = { offset: 2, timestamp: null }
const ticks = (...ids: string[]) => ids.map(id => ({ id }))

const never = new AbortController().signal
/** Says one thing. */
const aside = (id: string) => async (cause: number) => [
  { cause, topic: topics.referrals, key: id, type: 'tick', time: '', value: { id, count: 0 } },
]

/** The protocol "exactly one effect", held against any pair of log and store. */
export const laneContract: readonly ContractCase<LaneBenchFactory>[] = [
  laneCase('every input has its effect, in order, with ids made of lane, offset and index', async bench => {
    await append(bench, ticks('a', 'b', 'a'))
    const lane = openLane(bench)
    expect(await lane.start()).toEqual({ kind: 'from', offset: 0 })
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 3 })
    expect(await counts(bench, ['a', 'b'])).toEqual([2, 1])
    expect(await sent(bench)).toEqual([
      { id: 'a', count: 1, seq: '0.0', ceId: 'router/rfis/0@0.0' },
      { id: 'b', count: 1, seq: '1.0', ceId: 'router/rfis/0@1.0' },
      { id: 'a', count: 2, seq: '2.0', ceId: 'router/rfis/0@2.0' },
    ])
    expect(await bench.store.journal.unsentCount()).toBe(0)
  }),

  laneCase('two owners of one lane: the second to commit drops everything and starts again', async bench => {
    await append(bench, ticks('a', 'b'))
    const first = openLane(bench)
    const second = openLane(bench)
    await first.start()
    await second.start()
    const batch = await batchFrom(bench, 0)
    expect(await first.batch(batch)).toEqual({ kind: 'advanced', next: 2 })
    expect(await second.batch(batch)).toEqual({ kind: 'restart' })
    expect(await counts(bench, ['a', 'b'])).toEqual([1, 1])
    expect((await sent(bench)).map(({ seq }) => seq)).toEqual(['0.0', '1.0'])
    expect(await second.start()).toEqual({ kind: 'from', offset: 2 })
  }),

  laneCase('a position moved by another between reading and committing', async bench => {
    await append(bench, ticks('a', 'b'))
    const other = openLane(bench)
    await other.start()
    const batch = await batchFrom(bench, 0)
    let moved = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        if (!moved) {
          moved = true
          await other.batch(batch)
        }
        return bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { store })
    await lane.start()
    expect(await lane.batch(batch)).toEqual({ kind: 'restart' })
    expect(await counts(bench, ['a', 'b'])).toEqual([1, 1])
    expect(withoutRepeats(await sent(bench)).map(({ count }) => count)).toEqual([1, 1])
  }),

  laneCase('a send that half succeeds is repeated whole; readers can drop the repeats', async bench => {
    await append(bench, ticks('a', 'b', 'c', 'd'))
    let attempts = 0
    const log = changedLog(bench.log, async records => {
      attempts += 1
      if (attempts > 2) return bench.log.producer.send(records)
      await bench.log.producer.send(records.slice(0, attempts))
      throw serverGone()
    })
    const lane = openLane(bench, { log })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 4 })
    expect((await sent(bench)).length).toBe(7)
    expect(withoutRepeats(await sent(bench)).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(await counts(bench, ['a', 'b', 'c', 'd'])).toEqual([1, 1, 1, 1])
  }),

  laneCase('an unsent journal entry goes out at the next start, before anything new', async bench => {
    await append(bench, ticks('a', 'b'))
    const leaving = new AbortController()
    const log = changedLog(bench.log, () => {
      leaving.abort()
      return Promise.reject(serverGone())
    })
    const dying = openLane(bench, { log })
    await dying.start()
    expect(await dying.batch(await batchFrom(bench, 0, { signal: leaving.signal }))).toEqual({
      kind: 'restart',
    })
    expect(await counts(bench, ['a', 'b'])).toEqual([1, 1])
    expect(await sent(bench)).toEqual([])
    await append(bench, ticks('a'))
    const next = openLane(bench)
    expect(await next.start()).toEqual({ kind: 'from', offset: 2 })
    expect((await sent(bench)).map(({ seq }) => seq)).toEqual(['0.0', '1.0'])
    await next.batch(await batchFrom(bench, 2))
    expect((await sent(bench)).map(({ seq }) => seq)).toEqual(['0.0', '1.0', '2.0'])
    expect(await bench.store.journal.unsentCount()).toBe(0)
  }),

  laneCase('what is said aside goes out between two batches, under an epoch of its own', async bench => {
    await append(bench, ticks('a', 'b'))
    let restarts = 0
    const restart = () => {
      restarts += 1
    }
    const lane = openLane(bench, { restart })
    const say = (lane: ReturnType<typeof openLane>, id: string) => lane.aside(aside(id), never)
    expect(await say(lane, 'early')).toBe('not-running')
    await lane.start()
    // It waits for the batch that is under way.
    const batch = lane.batch(await batchFrom(bench, 0, { limit: 1 }))
    expect(await Promise.all([batch, say(lane, 'one')])).toEqual([{ kind: 'advanced', next: 1 }, 'said'])
    expect(await say(lane, 'two')).toBe('said')
    // Another owner goes on from there, and the first one finds out.
    const other = openLane(bench)
    await other.start()
    expect(await say(other, 'three')).toBe('said')
    expect(await lane.batch(await batchFrom(bench, 1))).toEqual({ kind: 'restart' })
    await lane.start()
    await say(other, 'four')
    // On a quiet lane no batch would tell: it asks to be started again.
    expect(await say(lane, 'never')).toBe('not-running')
    expect(restarts).toBe(1)
    await lane.start()
    expect(await say(lane, 'five')).toBe('said')
    expect(await lane.batch(await batchFrom(bench, 1))).toEqual({ kind: 'advanced', next: 2 })
    expect((await sent(bench)).map(({ id, ceId }) => [id, ceId.slice('router/rfis/0'.length)])).toEqual([
      ['a', '@0.0'],
      ['one', '~1@1.0'],
      ['two', '~3@1.0'],
      ['three', '~5@1.0'],
      ['four', '~7@1.0'],
      ['five', '~9@1.0'],
      ['b', '~10@1.0'],
    ])
    expect(await bench.store.position(lane.lane)).toMatchObject({ offset: 2, epoch: 10 })
  }),

  laneCase('what was said aside and not sent goes out before anything new', async bench => {
    await append(bench, ticks('a'))
    const leaving = new AbortController()
    const log = changedLog(bench.log, () => {
      leaving.abort()
      return Promise.reject(serverGone())
    })
    const dying = openLane(bench, { log })
    const first = openLane(bench)
    await first.start()
    await first.batch(await batchFrom(bench, 0))
    await dying.start()
    expect(await dying.aside(aside('one'), leaving.signal)).toBe('not-running')
    expect(await dying.batch(await batchFrom(bench, 1))).toEqual({ kind: 'restart' })
    await append(bench, ticks('b'))
    const next = openLane(bench)
    await next.start()
    await next.batch(await batchFrom(bench, 1))
    expect((await sent(bench)).map(({ id }) => id)).toEqual(['a', 'one', 'b'])
    expect(await bench.store.journal.unsentCount()).toBe(0)
  }),

  laneCase(
    'a lane that has read nothing may have something to say: its partitions may be new',
    async bench => {
      const lane = openLane(bench)
      await lane.start()
      expect(await lane.aside(async () => null, never)).toBe('not-running')
      expect(await lane.aside(aside('first'), never)).toBe('said')
      await append(bench, ticks('a'))
      expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 1 })
      expect((await sent(bench)).map(({ id, ceId }) => [id, ceId.slice('router/rfis/0'.length)])).toEqual([
        ['first', '~1@0.0'],
        ['a', '~2@0.0'],
      ])
    },
  ),

  laneCase(
    'a lane that is taken away says nothing any more, and sends nothing of its next owner',
    async bench => {
      await append(bench, ticks('a', 'b'))
      const lane = openLane(bench)
      await lane.start()
      await lane.batch(await batchFrom(bench, 0, { limit: 1 }))
      const other = openLane(bench)
      let stopped: Promise<void> | null = null
      const said = lane.aside(async cause => {
        // While it is looked up what to say the next owner goes on.
        await other.start()
        await other.batch(await batchFrom(bench, 1))
        stopped = lane.stop()
        return aside('late')(cause)
      }, never)
      expect(await said).toBe('not-running')
      await stopped
      expect(lane.state).toBe('stopped')
      expect((await sent(bench)).map(({ id }) => id)).toEqual(['a', 'b'])
    },
  ),

  laneCase('a batch that waits for what is said aside shows that it lives, and calls it off', async bench => {
    await append(bench, ticks('a', 'b'))
    const leaving = new AbortController()
    let away = true
    const store = changedStore(bench.store, {
      commit: unit =>
        away && unit.writes.length === 0 ? Promise.reject(serverGone()) : bench.store.commit(unit),
    })
    const lane = openLane(bench, { store })
    await lane.start()
    await lane.batch(await batchFrom(bench, 0, { limit: 1 }))
    const said = lane.aside(aside('one'), never)
    let beats = 0
    const heartbeat = async () => {
      beats += 1
      if (beats === 3) leaving.abort()
    }
    const batch = { ...(await batchFrom(bench, 1, { signal: leaving.signal })), heartbeat }
    const worked = lane.batch(batch)
    expect(await said).toBe('not-running')
    expect(await worked).toEqual({ kind: 'restart' })
    expect(beats).toBeGreaterThanOrEqual(3)
    away = false
    await lane.start()
    expect(await lane.aside(aside('one'), never)).toBe('said')
  }),

  laneCase('a batch cut off before it was sent goes out before anything is said aside', async bench => {
    for (const ending of ['revoked', 'expelled'] as const) {
      await append(bench, ticks(ending))
      const leaving = new AbortController()
      let away = true
      const log = changedLog(bench.log, records => {
        if (!away) return bench.log.producer.send(records)
        leaving.abort()
        return Promise.reject(serverGone())
      })
      const lane = openLane(bench, { log })
      const start = await lane.start()
      const from = start.kind === 'from' ? start.offset : -1
      const heartbeat = () =>
        leaving.signal.aborted && ending === 'expelled'
          ? Promise.reject(new Error('expelled'))
          : Promise.resolve()
      const signal = ending === 'revoked' ? leaving.signal : never
      const worked = lane.batch({ ...(await batchFrom(bench, from, { signal })), heartbeat })
      if (ending === 'revoked') expect(await worked).toEqual({ kind: 'restart' })
      else await expect(worked).rejects.toThrow('expelled')
      away = false
      expect(await lane.aside(aside(`after ${ending}`), never)).toBe('not-running')
      await lane.start()
      expect(await lane.aside(aside(`after ${ending}`), never)).toBe('said')
    }
    const said = ['revoked', 'after revoked', 'expelled', 'after expelled']
    expect((await sent(bench)).map(({ id }) => id)).toEqual(said)
  }),

  laneCase('repeated and reordered reads are refused and have no effect', async bench => {
    await append(bench, ticks('a', 'b', 'c'))
    const lane = openLane(bench)
    await lane.start()
    await lane.batch(await batchFrom(bench, 0, { limit: 2 }))
    for (const from of [0, 1, 3]) {
      expect(await lane.batch(await batchFrom(bench, from, { limit: 1 }))).toEqual({ kind: 'restart' })
      expect(await lane.start()).toEqual({ kind: 'from', offset: 2 })
    }
    expect(await counts(bench, ['a', 'b', 'c'])).toEqual([1, 1, undefined])
  }),

  laneCase('nothing depends on where batches are cut', async bench => {
    const ids = Array.from({ length: 40 }, (_, at) => `id-${at % 7}`)
    await append(
      bench,
      ids.map(id => ({ id })),
    )
    const lane = openLane(bench)
    await lane.start()
    for (const limit of [1, 5, 2, 17, 40]) await lane.batch(await batchFrom(bench, lane.offset, { limit }))
    const expected = ids.map((id, at) => ({
      id,
      count: Math.floor(at / 7) + 1,
      seq: `${at}.0`,
      ceId: `router/rfis/0@${at}.0`,
    }))
    expect(await sent(bench)).toEqual(expected)
  }),

  laneCase('a batch whose output is too large is cut, and comes out the same', async bench => {
    await append(
      bench,
      Array.from({ length: 30 }, (_, at) => ({ id: `large-${at % 3}` })),
    )
    const sizes: number[] = []
    const store = changedStore(bench.store, {
      commit(unit) {
        sizes.push(unit.journal?.records.length ?? 0)
        return bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { store, outputLimit: 1024 * 1024 })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 30 })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5)
    expect((await sent(bench)).map(({ count }) => count)).toEqual(
      Array.from({ length: 30 }, (_, at) => Math.floor(at / 3) + 1),
    )
  }),

  laneCase('a document changed by another lane: the batch is read again and redone', async bench => {
    await append(bench, ticks('a', 'a'))
    let meddled = 0
    const store = changedStore(bench.store, {
      async commit(unit) {
        meddled += 1
        if (meddled === 1) {
          const document = { _id: 'a', version: 10 }
          await bench.store.commit({
            move: null,
            journal: null,
            writes: [{ kind: 'insert', collection: 'capacity', document }],
          })
        }
        return bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { store })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 2 })
    expect(await counts(bench, ['a'])).toEqual([12])
    expect((await sent(bench)).map(({ count }) => count)).toEqual([11, 12])
  }),

  laneCase('what can not be read is a dead letter, and the batch goes on', async bench => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    await append(bench, [
      { id: 'a' },
      bytes('{ "id": '),
      new Uint8Array([0xff, 0xfe, 0x7b]),
      null,
      bytes('{ "other": 1 }'),
      new Uint8Array(257 * 1024).fill(0x20),
      { id: 'a' },
    ])
    const lane = openLane(bench)
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 7 })
    expect(await counts(bench, ['a'])).toEqual([2])
    const letters = (await bench.read({ topic: topics.deadLetters, partition: 0 }, 0)).map(
      ({ value }) =>
        JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())) as { offset: number; code: string },
    )
    expect(letters.map(({ offset, code }) => [offset, code])).toEqual([
      [1, 'malformed-json'],
      [2, 'malformed-utf8'],
      [3, 'tombstone'],
      [4, 'missing'],
      [5, 'too-large'],
    ])
    expect(await bench.store.count('dead', {})).toBe(5)
  }),

  laneCase('an empty stretch moves the position', async bench => {
    const lane = openLane(bench)
    await lane.start()
    await append(bench, ticks('a', 'b'))
    const stretch = { ...(await batchFrom(bench, 0)), records: [] }
    expect(await lane.batch(stretch)).toEqual({ kind: 'advanced', next: 2 })
    expect((await bench.store.position('router/rfis/0'))?.offset).toBe(2)
    expect(await counts(bench, ['a', 'b'])).toEqual([undefined, undefined])
  }),

  laneCase('a log that can not be the one the position was taken in halts the lane', async bench => {
    await append(bench, ticks('a', 'b'))
    const lane = openLane(bench)
    await lane.start()
    await lane.batch(await batchFrom(bench, 0))
    const at = { offset: 2, timestamp: null }
    const real = await bench.log.inspect({ topic: topics.rfis, partition: 0 }, at, 'router')
    for (const [change, words] of [
      [{ start: 3 }, /1 records are gone/],
      [{ end: 1 }, /ends at 1, 1 below/],
      [{ committed: 5 }, /committed 5, 3 above/],
      [{ continues: false }, /not the one it was taken after/],
    ] as const) {
      const log = { ...bench.log, inspect: () => Promise.resolve({ ...real, ...change }) }
      const halted = openLane(bench, { log })
      expect(await halted.start()).toEqual({ kind: 'halted' })
      expect(halted.haltReason).toMatch(words)
      expect(await halted.batch(await batchFrom(bench, 2))).toEqual({ kind: 'halted' })
    }
  }),

  laneCase('what was committed before a lane was resumed is not held against it', async bench => {
    await append(bench, ticks('a', 'b', 'c'))
    const first = openLane(bench)
    await first.start()
    await first.batch(await batchFrom(bench, 0))
    const before = {
      ...bench.log,
      inspect: async (...asked: Parameters<LaneBench['log']['inspect']>) => ({
        ...(await bench.log.inspect(...asked)),
        committed: 3,
      }),
    }
    const going = { ...bench, role: 'router', partition: place, at: 1, log: before, time: { now: () => 0 } }
    expect(await resumeLane(going)).toMatchObject({ to: { offset: 1, epoch: 1 }, repeats: 2 })
    const second = openLane(bench, { log: before })
    expect(await second.start()).toEqual({ kind: 'from', offset: 1 })
    await second.batch(await batchFrom(bench, 1, { limit: 1 }))
    // It ended before its own offset was committed.
    expect(await openLane(bench, { log: before }).start()).toEqual({ kind: 'from', offset: 2 })
    const later = {
      ...before,
      inspect: async () => ({ ...(await before.inspect(place, at2, 'router')), committed: 4 }),
    }
    expect(await openLane(bench, { log: later }).start()).toEqual({ kind: 'halted' })
  }),

  laneCase('partitions added under a running worker halt its lanes when they start again', async bench => {
    const layouts = topicNames.map(_id => ({ _id, partitions: bench.partitions }))
    await bench.store.commit({
      move: null,
      journal: null,
      writes: layouts.map(document => ({ kind: 'put', collection: 'layouts', document })),
    })
    const grown = (topic: string) => ({
      ...bench.log,
      partitions: async (asked: string) => (asked === topic ? 5 : bench.partitions),
    })
    for (const topic of [topics.rfis, topics.status]) {
      const lane = openLane(bench, { log: grown(topic) })
      expect(await lane.start()).toEqual({ kind: 'halted' })
      expect(lane.haltReason).toMatch(`${topic} was recorded with ${bench.partitions} partitions and has 5: `)
    }
    expect(await openLane(bench, { log: grown(topics.profiles) }).start(), 'of no concern to it').toEqual({
      kind: 'from',
      offset: 0,
    })
  }),

  laneCase('a lane without the registry halts once others write Avro', async bench => {
    const own = { values: 'avro', cluster: null, topicPrefix: '', customerSecret: '' } as const
    await noteDeployment(own, { store: bench.store, logger: silent })
    await append(bench, ticks('a'))
    const lane = openLane(bench)
    expect(await lane.start()).toEqual({ kind: 'halted' })
    expect(lane.haltReason).toMatch(/^the other workers write Avro, and SCHEMA_REGISTRY_URL is not set/)
    const avro = { ...jsonCodec, contentType: 'application/avro' }
    expect(await openLane(bench, { codec: avro }).start()).toEqual({ kind: 'from', offset: 0 })
  }),

  laneCase('a store that is away is waited for', async bench => {
    await append(bench, ticks('a'))
    let away = 3
    const store = changedStore(bench.store, {
      commit(unit) {
        away -= 1
        return away >= 0 ? Promise.reject(serverGone()) : bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { store })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'advanced', next: 1 })
    expect(await counts(bench, ['a'])).toEqual([1])
  }),

  laneCase('a commit whose answer was lost has its effect once', async bench => {
    await append(bench, ticks('a', 'b'))
    let lost = false
    const store = changedStore(bench.store, {
      async commit(unit) {
        const outcome = await bench.store.commit(unit)
        if (lost) return outcome
        lost = true
        throw serverGone()
      },
    })
    const lane = openLane(bench, { store })
    await lane.start()
    expect(await lane.batch(await batchFrom(bench, 0))).toEqual({ kind: 'restart' })
    expect(await lane.start()).toEqual({ kind: 'from', offset: 2 })
    expect(await counts(bench, ['a', 'b'])).toEqual([1, 1])
    expect((await sent(bench)).map(({ seq }) => seq)).toEqual(['0.0', '1.0'])
  }),

  laneCase(
    "a heartbeat that fails is the consumer's to know, and the lane goes on afterwards",
    async bench => {
      await append(bench, ticks('a', 'b'))
      const lane = openLane(bench)
      await lane.start()
      const batch = await batchFrom(bench, 0)
      const rebalance = new Error('rebalance in progress')
      await expect(lane.batch({ ...batch, heartbeat: () => Promise.reject(rebalance) })).rejects.toBe(
        rebalance,
      )
      expect(await counts(bench, ['a', 'b'])).toEqual([undefined, undefined])
      expect(await lane.start()).toEqual({ kind: 'from', offset: 0 })
      expect(await lane.batch(batch)).toEqual({ kind: 'advanced', next: 2 })
      expect(await counts(bench, ['a', 'b'])).toEqual([1, 1])
    },
  ),

  laneCase('a lane that waits for a server says that it lives', async bench => {
    await append(bench, ticks('a'))
    let [away, beats] = [5, 0]
    const store = changedStore(bench.store, {
      commit(unit) {
        away -= 1
        return away >= 0 ? Promise.reject(serverGone()) : bench.store.commit(unit)
      },
    })
    const lane = openLane(bench, { store })
    await lane.start()
    const heartbeat = () => {
      beats += 1
      return Promise.resolve()
    }
    await lane.batch({ ...(await batchFrom(bench, 0)), heartbeat })
    expect(beats).toBeGreaterThanOrEqual(5)
  }),

  laneCase('several entries owed go out oldest first', async bench => {
    const entry = (first: number) => ({
      lane: 'router/rfis/0',
      first,
      records: [
        {
          topic: topics.referrals,
          key: 'key',
          value: new TextEncoder().encode(JSON.stringify({ id: `owed-${first}`, count: 1 })),
          headers: { lane: 'router/rfis/0', seq: `${first}.0`, ce_id: `router/rfis/0@${first}.0` },
        },
      ],
    })
    for (const first of [10, 2, 9])
      await bench.store.commit({ move: null, writes: [], journal: entry(first) })
    await openLane(bench).start()
    expect((await sent(bench)).map(({ seq }) => seq)).toEqual(['2.0', '9.0', '10.0'])
    expect(await bench.store.journal.unsentCount()).toBe(0)
  }),

  laneCase('a position that another moved meanwhile is read again before the lane halts', async bench => {
    await append(bench, ticks('a', 'b'))
    const other = openLane(bench)
    await other.start()
    await other.batch(await batchFrom(bench, 0, { limit: 1 }))
    let asked = 0
    const log = {
      ...bench.log,
      async inspect(...[partition, at, group]: Parameters<LaneBench['log']['inspect']>) {
        asked += 1
        const real = await bench.log.inspect(partition, at, group)
        if (asked > 1) return real
        await other.batch(await batchFrom(bench, 1))
        return { ...real, committed: 2 }
      },
    }
    expect(await openLane(bench, { log }).start()).toEqual({ kind: 'from', offset: 2 })
  }),

  laneCase('what waiting can not mend halts the lane at its start, and nothing else', async bench => {
    const store = changedStore(bench.store, {
      position: () => Promise.reject(misconfigured('no such collection')),
    })
    const lane = openLane(bench, { store })
    expect(await lane.start()).toEqual({ kind: 'halted' })
    expect(lane.haltReason).toBe('no such collection')
  }),

  laneCase('a start that waits for a server ends when told to', async bench => {
    const leaving = new AbortController()
    const store = changedStore(bench.store, {
      position() {
        leaving.abort()
        return Promise.reject(serverGone())
      },
    })
    await expect(openLane(bench, { store }).start(leaving.signal)).rejects.toBeInstanceOf(Interrupted)
  }),
]

import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { type MongoStore, openMongo } from '../../src/adapters/mongo/store.ts'
import { isRetryable } from '../../src/ports/errors.ts'
import type { CommitOutcome, Position } from '../../src/ports/store.ts'
import { patience } from '../support/servers/eventually.ts'
import { type LocalMongo, startMongo } from '../support/servers/mongo.ts'
import { freePort } from '../support/servers/ports.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { mongoStore } from './mongo-bed.ts'
import { at, insert, insertNote, lane, replace, type Sample, sampleCatalogue, unit } from './store-sample.ts'

const kinds = (outcomes: readonly CommitOutcome[]) =>
  Object.fromEntries(
    Map.groupBy(outcomes, ({ kind }) => kind)
      .entries()
      .map(([kind, { length }]) => [kind, length]),
  )

liveDescribe('many at once on MongoDB', { needs: ['mongodb'] }, () => {
  test('of 20 commits from one position one wins, and nobody is refused', async () => {
    const bed = await mongoStore(servers().mongodbUri)
    const handles = [await bed.open(), await bed.open()]
    const race = (from: Position | null, to: Position) =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          handles[index % 2]?.commit(
            unit({
              move: { from, to },
              writes: [insertNote(`${to.offset}/${index}`)],
              journal: { lane, first: to.offset, records: [] },
            }),
          ),
        ),
      ).then(outcomes => kinds(outcomes.filter(outcome => outcome !== undefined)))
    for (let round = 0; round < 4; round++)
      expect(await race(round === 0 ? null : at(round), at(round + 1))).toEqual({
        committed: 1,
        'position-moved': 19,
      })
    expect(await handles[0]?.count('notes', {})).toBe(4)
    expect(await handles[0]?.journal.unsentCount()).toBe(4)
    await bed.dispose()
  })

  test('of 20 commits that raise one capacity from the same version one wins, lanes of their own or not', async () => {
    const bed = await mongoStore(servers().mongodbUri)
    const handles = [await bed.open(), await bed.open()]
    await handles[0]?.commit(unit({ writes: [insert({ _id: 'place', version: 1 })] }))
    for (let version = 1; version <= 4; version++) {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          handles[index % 2]?.commit(
            unit({
              move: { from: null, to: at(1, 0, `lane/${version}/${index}`) },
              writes: [
                insertNote(`${version}/${index}`),
                replace({ _id: 'place', version: version + 1 }, version),
              ],
            }),
          ),
        ),
      )
      const conflict = { kind: 'conflict', collection: 'things', id: 'place' }
      expect(outcomes.filter(outcome => outcome?.kind === 'committed')).toHaveLength(1)
      expect(outcomes.filter(outcome => outcome?.kind !== 'committed')).toEqual(Array(19).fill(conflict))
    }
    expect(await handles[0]?.count('notes', {})).toBe(4)
    expect(await handles[0]?.positions()).toHaveLength(4)
    await bed.dispose()
  })

  test('puts of one document by many all get through', async () => {
    const bed = await mongoStore(servers().mongodbUri)
    const store = await bed.open()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, version) =>
        store.commit(
          unit({ writes: [{ kind: 'put', collection: 'things', document: { _id: 'a', version } }] }),
        ),
      ),
    )
    expect(kinds(outcomes)).toEqual({ committed: 20 })
    await bed.dispose()
  })
})

liveDescribe('a MongoDB that fails', { needs: [], own: ['mongodb'] }, () => {
  let server: LocalMongo
  let store: MongoStore<Sample>
  beforeAll(async () => {
    server = await startMongo()
    await migrate(sampleCatalogue, { uri: server.uri })
    store = await openMongo(sampleCatalogue, { uri: server.uri, timeoutMS: 2_000 })
  })
  afterAll(async () => {
    await store?.close()
    await server?.stop()
  })

  /** Moves on from where the store says it stands, as a lane does, until something rejects. */
  async function work(notes: number): Promise<unknown> {
    for (;;) {
      try {
        const from = await store.position(lane)
        const to = at((from?.offset ?? 0) + 1)
        const writes = Array.from({ length: notes }, (_, index) => insertNote(`${to.offset}/${index}`))
        const outcome = await store.commit(unit({ move: { from, to }, writes }))
        expect(outcome.kind).not.toBe('conflict')
      } catch (error) {
        return error
      }
    }
  }

  test('killed in mid-commit: rejected as retryable, and nothing is there by half or twice', async () => {
    for (let round = 1; round <= 3; round++) {
      const worked = work(40)
      await new Promise(resolve => setTimeout(resolve, 130 + 37 * round))
      await server.kill()
      expect(isRetryable(await worked)).toBe(true)
      await server.restart()
      const position = await store.position(lane)
      expect(position?.offset).toBeGreaterThan(0)
      // Of all it would be what the server noted before it was killed.
      expect(await store.count('notes', { _id: { gte: '' } })).toBe(40 * (position?.offset ?? 0))
    }
  })

  test('silent: rejected as retryable in time, and goes on when it wakes', async () => {
    const worked = work(1)
    await new Promise(resolve => setTimeout(resolve, 100))
    server.pause()
    const before = performance.now()
    expect(isRetryable(await worked)).toBe(true)
    expect(performance.now() - before).toBeLessThan(10_000)
    server.resume()
    // What was under way when it fell silent may still come through: the position tells, as it tells a lane.
    await expect
      .poll(
        async () => {
          const from = await store.position(lane)
          return store.commit(unit({ move: { from, to: at((from?.offset ?? 0) + 1) } }))
        },
        { timeout: 20_000 * patience },
      )
      .toEqual({ kind: 'committed' })
  })

  test('away when a handle opens: that handle goes on once it is there', async () => {
    await server.kill()
    const early = await openMongo(sampleCatalogue, { uri: server.uri, timeoutMS: 300 })
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await early.position(lane).catch((error: unknown) => error)).toMatchObject({
        code: 'unavailable',
      })
    await server.restart()
    expect(await early.position(lane)).toEqual(await store.position(lane))
    await early.close()
  })
})

test('a handle opens without a server, and says where it looked for one, but not as whom', async () => {
  const uri = `mongodb://name:secret@127.0.0.1:${await freePort()}/somewhere?authSource=admin`
  const store = await openMongo(sampleCatalogue, { uri, timeoutMS: 300 })
  const rejected = await store.commit(unit({ writes: [insertNote('n')] })).catch((error: unknown) => error)
  expect(rejected).toMatchObject({ code: 'unavailable', retryable: true })
  expect(String(rejected)).toMatch(/MongoDB at 127\.0\.0\.1:\d+\/somewhere can't be reached/)
  expect(String(rejected)).not.toMatch(/name|secret/)
  expect(isRetryable(await store.position(lane).catch((error: unknown) => error))).toBe(true)
  await store.close()
})

import { expect, it } from 'vitest'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { misconfigured, PortError } from '../ports/errors.ts'
import type { LogConsumer, TopicPartition } from '../ports/log.ts'
import { type Logger, silent } from '../ports/logger.ts'
import type { Position, Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { Role } from '../roles/role.ts'
import { topics } from '../roles/topics.ts'
import { RoleHost } from './host.ts'

const partition: TopicPartition = { topic: topics.rfis, partition: 0 }
const role: Role<never> = {
  name: 'router',
  topics: [topics.rfis],
  ready: async () => undefined,
  parse: () => ({ ok: false, fault: { code: 'missing', field: '', found: '', expected: '' } }),
  process: async () => ({ writes: [], emissions: [], counts: {} }),
}

/** One lane, on a server that answers `position` so; time passes only while the host sleeps. */
async function run(position: (now: number) => Position | null, until: number) {
  let now = 0
  const told: string[] = []
  const writes: unknown[] = []
  const starts: number[] = []
  const ended = Promise.withResolvers<void>()
  const note = (_fields: object, event: string) => void told.push(`${now} ${event}`)
  const logger: Logger = { ...silent, info: note, error: note }
  const store = {
    position: async () => position(now),
    get: async (collection: string) => new Map(collection === 'halts' ? [['router/rfis/0', {}]] : []),
    commit: async (unit: { writes: readonly { kind: string }[] }) => {
      writes.push(...unit.writes.map(({ kind }) => `${now} ${kind}`))
      return { kind: 'committed' }
    },
    journal: { unsent: async () => [], markSent: async () => undefined },
  } as unknown as Store<Collections>
  const host = new RoleHost<never>({
    role,
    log: {
      inspect: async () => ({ start: 0, end: 0, committed: null, continues: true }),
      partitions: async () => 1,
      producer: { send: async () => undefined },
    },
    store,
    codec: jsonCodec,
    time: {
      now: () => now,
      sleep: async ms => {
        // What was asked for meanwhile happens first.
        await new Promise(setImmediate)
        now += ms
        if (now > until) ended.resolve()
      },
    },
    logger,
    source: '/test',
    holder: 'test',
  })
  const assign = async () => {
    starts.push(now)
    await host.assigned(partition)
  }
  const consumer: LogConsumer = {
    run: async () => {
      await assign()
      await ended.promise
    },
    retry: () => void assign(),
    stop: async () => undefined,
  }
  await host.run(consumer)
  return { told, writes, starts }
}

it('a lane that a server refuses is tried again every 30 s, in silence, until it goes on', async () => {
  const refused = misconfigured("MongoDB doesn't allow it")
  const { told, writes, starts } = await run(now => {
    if (now < 70_000) throw refused
    return null
  }, 150_000)
  expect(starts).toEqual([0, 30_000, 60_000, 90_000])
  expect(told).toEqual(['0 lane-halted'])
  expect(writes).toEqual(['0 put', '90000 remove'])
})

it.each<[string, () => Position]>([
  ['a place in another log', () => ({ lane: 'router/rfis/0', offset: 7, timestamp: 1, epoch: 0 })],
  [
    'what can never succeed',
    () => {
      throw new PortError('corrupt', 'a document is larger than 16 MiB', { retryable: false })
    },
  ],
])('one halted by %s is not', async (_name, position) => {
  expect((await run(position, 150_000)).starts).toEqual([0])
})

it('one that halts for another reason meanwhile is told anew', async () => {
  const { told, writes } = await run(now => {
    throw misconfigured(now < 20_000 ? 'no right' : 'no such user')
  }, 100_000)
  expect(told).toEqual(['0 lane-halted', '30000 lane-halted'])
  expect(writes).toEqual(['0 put', '30000 put'])
})

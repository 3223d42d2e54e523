import { describe, expect, it } from 'vitest'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import type { Batch, Log } from '../ports/log.ts'
import { type Logger, silent } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { Role } from '../roles/role.ts'
import { topics } from '../roles/topics.ts'
import { RoleHost } from './host.ts'

const topic = topics.rfis
const partition = (number: number) => ({ topic, partition: number })
const lane = (number: number) => `router/rfis/${number}`

/** A router that does nothing, on a log without records; lanes of which the store knows more than that can't start. */
function setUp(ahead: readonly number[] = []) {
  const logged: string[] = []
  let now = 0
  let process: Role<never>['process'] = async () => ({ writes: [], emissions: [], counts: {} })
  const role: Role<never> = {
    name: 'router',
    topics: [topic],
    ready: async () => undefined,
    parse: () => ({ ok: false, fault: { code: 'missing', field: '', found: '', expected: '' } }),
    process: (inputs, context) => process(inputs, context),
  }
  const known = new Set(ahead.map(lane))
  const store = {
    position: async (name: string) =>
      known.has(name) ? { lane: name, offset: 7, timestamp: 1, epoch: 0 } : null,
    get: async () => new Map(),
    commit: async () => ({ kind: 'committed' }),
    journal: { unsent: async () => [], markSent: async () => undefined },
  } as unknown as Store<Collections>
  const inspect: Log['inspect'] = async () => ({ start: 0, end: 0, committed: null, continues: true })
  const logger: Logger = {
    ...silent,
    info: (fields, event) => logged.push(`${event} ${Object.values(fields).join(' ')}`),
  }
  const host = new RoleHost<never>({
    role,
    log: { inspect, partitions: async () => 2, producer: { send: async () => undefined } },
    store,
    codec: jsonCodec,
    time: { now: () => now, sleep: async () => undefined },
    logger,
    source: '/test',
    holder: 'test',
  })
  let settled = false
  void host.settled.then(() => {
    settled = true
  })
  return {
    host,
    logged,
    known,
    isSettled: async () => {
      await new Promise(resolve => setImmediate(resolve))
      return settled
    },
    at: (moment: number) => {
      now = moment
    },
    processAs: (work: typeof process) => {
      process = work
    },
    join: (...numbers: number[]) => host.joined(numbers.map(partition)),
  }
}

describe('a role is settled', () => {
  it('when every lane that came with the group has started or halted', async () => {
    const { host, join, isSettled } = setUp([1])
    expect(await isSettled()).toBe(false)
    join(0, 1)
    await host.assigned(partition(0))
    expect(await isSettled()).toBe(false)
    expect(await host.assigned(partition(1))).toEqual({ kind: 'halted' })
    expect(await isSettled()).toBe(true)
  })

  it('when the group has nothing for it', async () => {
    const { join, isSettled } = setUp()
    join()
    expect(await isSettled()).toBe(true)
  })

  it('by the lanes of the last time it joined', async () => {
    const { host, join, isSettled } = setUp()
    join(0)
    const late = host.assigned(partition(0))
    join(0, 1)
    await late
    await host.assigned(partition(1))
    expect(await isSettled()).toBe(false)
    await host.assigned(partition(0))
    expect(await isSettled()).toBe(true)
  })
})

it('tells of a halted lane that another worker has now, once the rest is settled', async () => {
  const { host, join, logged } = setUp([0, 1])
  join(0, 1)
  await host.assigned(partition(0))
  await host.assigned(partition(1))
  join(1)
  await host.revoked(partition(0))
  await host.revoked(partition(1))
  expect(logged).toEqual([])
  await host.assigned(partition(1))
  expect(logged).toEqual([`halted-lane-left ${lane(0)}`])
})

it('tells nothing of one that goes on, nor of what it leaves at its end', async () => {
  const { host, join, logged, known } = setUp([0, 1])
  join(0, 1)
  await host.assigned(partition(0))
  await host.assigned(partition(1))
  known.clear()
  await host.assigned(partition(0))
  await host.revoked(partition(0))
  await host.revoked(partition(1))
  join()
  expect(logged).toEqual([`halted-lane-left ${lane(1)}`])
})

it('knows which lanes make no step', async () => {
  const { host, join, at, processAs } = setUp()
  join(0)
  await host.assigned(partition(0))
  expect(host.stuckSince(1)).toEqual([])
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  processAs(async () => {
    await gone
    return { writes: [], emissions: [], counts: {} }
  })
  let beat = 0
  const batch: Batch = {
    ...partition(0),
    from: 0,
    to: 1,
    records: [],
    heartbeat: async () => {
      beat += 1
    },
    signal: new AbortController().signal,
  }
  at(10)
  const working = host.batch(batch)
  await new Promise(setImmediate)
  expect(beat).toBeGreaterThan(0)
  expect(host.stuckSince(10)).toEqual([])
  expect(host.stuckSince(11)).toEqual([lane(0)])
  resolve()
  expect(await working).toEqual({ kind: 'advanced', next: 1 })
  expect(host.stuckSince(11)).toEqual([])
})

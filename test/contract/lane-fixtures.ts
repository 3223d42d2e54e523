import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { Lane } from '../../src/lanes/lane.ts'
import type { LaneOptions } from '../../src/lanes/lane-options.ts'
import { unavailable } from '../../src/ports/errors.ts'
import type { Batch, Log, LogRecord, OutgoingRecord, TopicPartition } from '../../src/ports/log.ts'
import { silent } from '../../src/ports/logger.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Time } from '../../src/ports/time.ts'
import type { Collections } from '../../src/roles/collections.ts'
import type { Role } from '../../src/roles/role.ts'
import { tombstoneFault } from '../../src/roles/role.ts'
import { topics } from '../../src/roles/topics.ts'
import type { ContractCase } from './contract-case.ts'

/** Servers (or a folder) of a test's own, with one partition of `rfis`, and a way to look at any topic. */
export interface LaneBench {
  readonly store: Store<Collections>
  readonly log: Log
  /** All records of a partition from an offset on, read without a group. */
  read(partition: TopicPartition, from: number): Promise<readonly LogRecord[]>
  /** Number of partitions of every topic. */
  readonly partitions: number
  close(): Promise<void>
}
export type LaneBenchFactory = () => Promise<LaneBench>

/** What the toy role counts: `{ "id": "…" }`. */
export interface Tick {
  readonly id: string
}

/**
 * A role whose effects can be counted: each input adds 1 to the version of its document and emits the count. An input
 * that took effect twice, or never, shows in both.
 */
export const counter: Role<Tick> = {
  name: 'router',
  topics: [topics.rfis],
  ready: () => Promise.resolve(),
  parse(_topic, value) {
    if (value === null) return { ok: false, fault: tombstoneFault }
    const id = (value as { id?: unknown }).id
    if (typeof id === 'string') return { ok: true, value: { id } }
    return { ok: false, fault: { code: 'missing', field: 'id', found: 'missing', expected: 'string' } }
  },
  async process(inputs, { read }) {
    const stored = await read.get('capacity', [...new Set(inputs.map(({ value }) => value.id))])
    const counts = new Map<string, number>()
    const emissions = inputs.map(({ value: { id }, origin }) => {
      const count = (counts.get(id) ?? stored.get(id)?.version ?? 0) + 1
      counts.set(id, count)
      const value = { id, count, padding: 'x'.repeat(id.startsWith('large') ? 200_000 : 0) }
      return {
        cause: origin.offset,
        topic: topics.referrals,
        key: id,
        type: 'tick',
        time: new Date(origin.timestamp).toISOString(),
        value,
      }
    })
    const writes = [...counts].map(([id, version]) => {
      const before = stored.get(id)
      const document = { _id: id, version }
      return before === undefined
        ? ({ kind: 'insert', collection: 'capacity', document } as const)
        : ({ kind: 'replace', collection: 'capacity', document, version: before.version } as const)
    })
    return { writes, emissions, counts: {} }
  },
}

export const place: TopicPartition = { topic: topics.rfis, partition: 0 }

/** Waits take no time: a test that waits for a server waits for it to answer, not for a delay. */
export const hastyTime: Time = { now: () => 0, sleep: () => new Promise(resolve => setImmediate(resolve)) }

export function openLane(bench: LaneBench, changes: Partial<LaneOptions<Tick>> = {}): Lane<Tick> {
  return new Lane<Tick>({
    role: counter,
    partition: place,
    store: bench.store,
    log: bench.log,
    codec: jsonCodec,
    time: hastyTime,
    logger: silent,
    source: '/test',
    ...changes,
  })
}

/** Appends inputs to partition 0 of `rfis`; with several partitions the key is chosen to get there. */
export async function append(bench: LaneBench, values: readonly (Tick | Uint8Array | null)[]): Promise<void> {
  const key = keyOfPartition0(bench.partitions)
  const encoder = new TextEncoder()
  await bench.log.producer.send(
    values.map(value => ({
      topic: topics.rfis,
      key,
      value: value === null || value instanceof Uint8Array ? value : encoder.encode(JSON.stringify(value)),
      headers: {},
    })),
  )
}

function keyOfPartition0(partitions: number): string {
  if (partitions !== 1) throw new Error('the lane suite wants topics of one partition')
  return 'key'
}

export async function batchFrom(
  bench: LaneBench,
  from: number,
  { limit = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = {},
): Promise<Batch> {
  const records = (await bench.read(place, from)).slice(0, limit)
  const to = (records.at(-1)?.offset ?? from - 1) + 1
  return { ...place, from, to, records, heartbeat: () => Promise.resolve(), signal }
}

export interface Sent {
  readonly id: string
  readonly count: number
  readonly seq: string
  readonly ceId: string
}

/** Everything sent to `referrals`, as it lies there. */
export async function sent(bench: LaneBench): Promise<Sent[]> {
  const records = await bench.read({ topic: topics.referrals, partition: 0 }, 0)
  return records.map(({ value, headers }) => {
    const { id, count } = JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())) as Sent
    return { id, count, seq: headers.seq ?? '', ceId: headers.ce_id ?? '' }
  })
}

/** As a reader drops repeats: a lane's `seq`, compared as two integers, only grows. */
export function withoutRepeats(records: readonly Sent[]): Sent[] {
  let highest: readonly [number, number] = [-1, -1]
  return records.filter(({ seq }) => {
    const [offset = -1, index = -1] = seq.split('.').map(Number)
    if (offset < highest[0] || (offset === highest[0] && index <= highest[1])) return false
    highest = [offset, index]
    return true
  })
}

export async function counts(bench: LaneBench, ids: readonly string[]): Promise<(number | undefined)[]> {
  const documents = await bench.store.get('capacity', ids)
  return ids.map(id => documents.get(id)?.version)
}

/** A store with one method replaced. The rest goes to the real one. */
export function changedStore(
  store: Store<Collections>,
  changes: Partial<Store<Collections>>,
): Store<Collections> {
  return {
    get: store.get.bind(store),
    find: store.find.bind(store),
    count: store.count.bind(store),
    countBy: store.countBy.bind(store),
    commit: store.commit.bind(store),
    position: store.position.bind(store),
    positions: store.positions.bind(store),
    journal: store.journal,
    close: store.close.bind(store),
    ...changes,
  }
}

/** A log whose sends are handed to `send` first. */
export function changedLog(
  log: Log,
  send: (records: readonly OutgoingRecord[]) => Promise<void>,
): LaneOptions<Tick>['log'] {
  return { producer: { send }, inspect: log.inspect.bind(log), partitions: log.partitions.bind(log) }
}

export const serverGone = () => unavailable('the server is gone')

/** Runs a case on a bench of its own and closes it. */
export function laneCase(
  name: string,
  run: (bench: LaneBench) => Promise<void>,
): ContractCase<LaneBenchFactory> {
  return {
    name,
    async run(factory) {
      const bench = await factory()
      try {
        await run(bench)
      } finally {
        await bench.close()
      }
    },
  }
}

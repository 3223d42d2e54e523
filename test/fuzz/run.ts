import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seeded } from '../../bench/random.ts'
import type { OutgoingRecord } from '../../src/ports/log.ts'
import { temporaryFolder } from '../support/simulated.ts'
import { tryConfiguration } from './configuration.ts'
import { Feed, fuzzCodec } from './feed.ts'
import { Ledger } from './ledger.ts'
import { openStepper, processorTime, type Stepper, Stopped, type Timed } from './stepper.ts'

export interface FuzzOptions {
  readonly records: number
  readonly seed: number
  readonly progress?: (done: number, note: string) => void
}

export interface Memory {
  readonly at: string
  /** Bytes; the heap after a collection. */
  readonly heap: number
  readonly rss: number
}

export interface Slow {
  readonly ms: number
  readonly topic: string
  readonly place: string
  readonly bytes: number
  readonly begins: string
}

export interface FuzzReport {
  readonly records: number
  readonly seed: number
  /** SHA-256 of all that was sent: the same for the same seed. */
  readonly digest: string
  readonly seconds: number
  readonly worked: number
  readonly table: readonly { readonly topic: string; readonly outcome: string; readonly count: number }[]
  readonly slowest: readonly Slow[]
  /** ms of a step beyond what its records take when they are worked again one by one. */
  readonly unexplained: { readonly ms: number; readonly place: string }
  readonly memory: readonly Memory[]
  readonly disk: number
  readonly unaccounted: number
  readonly problems: readonly string[]
}

/** ms of processor that one record may take. */
export const longest = 100
/** Heap may be so much larger at the end than when all partners and words were known. */
const mayGrow = { times: 1.5, bytes: 64 * 1024 * 1024 }
const start = Date.parse('2026-03-02T09:00:00.000Z')
const hour = 3_600_000
const partitions = 2

/** Runs so many records through the whole worker in a folder of its own, which is removed. Never rejects for what they do. */
export async function fuzz({ records, seed, progress = () => undefined }: FuzzOptions): Promise<FuzzReport> {
  const folder = temporaryFolder()
  const codec = fuzzCodec()
  const stepper = await openStepper(folder.path, codec, { partitions, from: start })
  const feed = new Feed(seed, start)
  const pace = seeded(seed + 1)
  const ledger = new Ledger(stepper, codec, partitions)
  const slow = new Slowest(stepper)
  const digest = createHash('sha256')
  const memory: Memory[] = [measured('start')]
  const problems: string[] = []
  const warm = Math.floor(records / 4)
  const from = performance.now()
  let sent = 0
  let now = start
  try {
    while (sent < records) {
      now += Math.floor(pace() * 3 * hour)
      stepper.time.moveTo(now)
      const chunk = await feed.records(Math.min(records - sent, feed.between(1, 500)), now)
      for (const record of chunk) note(digest, record)
      await stepper.send(chunk)
      await stepper.tick()
      await stepper.drain(
        () => limitOf(pace()),
        timed => slow.look(timed),
      )
      await ledger.account()
      const before = sent
      sent += chunk.length
      for (const [name, mark] of marks) {
        const place = Math.floor(records * mark)
        if (before < place && sent >= place) memory.push(measured(name))
      }
      progress(
        sent,
        `${ledger.unaccounted} unaccounted, slowest ${slow.most.toFixed(0)} ms, ${Math.round((performance.now() - from) / 1000)} s`,
      )
    }
  } catch (error) {
    problems.push(
      error instanceof Stopped ? error.message : `crashed: ${error instanceof Error ? error.stack : error}`,
    )
  }
  const last = measured('end')
  memory.push(last)
  problems.push(
    ...ledger.problems,
    ...grown(memory, warm),
    ...configurations(seed, Math.ceil(records / 20), ledger),
  )
  problems.push(...slow.list.filter(({ ms }) => ms > longest).map(told))
  const disk = statSync(join(folder.path, 'router.db')).size
  await stepper.close()
  folder.remove()
  if ('polluted' in {}) problems.push('the prototype of all objects was changed')
  return {
    records: sent,
    seed,
    digest: digest.digest('hex'),
    seconds: (performance.now() - from) / 1000,
    worked: ledger.total,
    table: [...ledger.rows].flatMap(([topic, row]) =>
      [...row].sort().map(([outcome, count]) => ({ topic, outcome, count })),
    ),
    slowest: slow.list,
    unexplained: slow.unexplained,
    memory,
    disk,
    unaccounted: ledger.unaccounted + records - sent,
    problems,
  }
}

const marks: readonly (readonly [string, number])[] = [
  ['warm (1/4)', 0.25],
  ['half', 0.5],
  ['3/4', 0.75],
]

/** Single records, and batches of all sizes. */
function limitOf(draw: number): number {
  return draw < 0.2 ? 1 : draw < 0.6 ? 10 : draw < 0.95 ? 60 : 500
}

function configurations(seed: number, count: number, ledger: Ledger): string[] {
  const random = seeded(seed + 2)
  const problems = new Set<string>()
  const row = new Map<string, number>()
  for (let at = 0; at < count; at += 1) {
    const before = processorTime()
    try {
      const { outcome, problem } = tryConfiguration(random)
      row.set(outcome, (row.get(outcome) ?? 0) + 1)
      if (problem !== null) problems.add(`configuration: ${problem}`)
    } catch (error) {
      problems.add(`configuration crashed: ${error instanceof Error ? error.stack : error}`)
    }
    const spent = processorTime() - before
    if (spent > longest) problems.add(`configuration ${at} took ${spent.toFixed(0)} ms`)
  }
  ledger.rows.set('(configuration)', row)
  return [...problems].slice(0, 10)
}

/** The slowest records. A batch is looked into when one of its records could be among them. */
class Slowest {
  readonly #stepper: Stepper
  list: readonly Slow[] = []
  /** ms that a step took beyond its records worked again, one by one. */
  unexplained = { ms: 0, place: '' }

  constructor(stepper: Stepper) {
    this.#stepper = stepper
  }

  get most(): number {
    return this.list[0]?.ms ?? 0
  }

  async look(timed: Timed): Promise<void> {
    const { lane, records, spent } = timed
    if (spent <= Math.max(20, this.list[4]?.ms ?? 0)) return
    const alone = records.length === 1 ? [spent] : await this.#stepper.alone(timed)
    // What is remembered from the first time makes the second one faster.
    const more = spent - alone.reduce((sum, ms) => sum + ms, 0)
    if (more > this.unexplained.ms) this.unexplained = { ms: more, place: `${lane}@${records[0]?.offset}+${records.length}` }
    const slow = records.map((record, at) => ({
      ms: alone[at] ?? 0,
      topic: lane.split('/')[1] ?? lane,
      place: `${lane}@${record.offset}`,
      bytes: record.value?.length ?? 0,
      begins: Buffer.from(record.value?.subarray(0, 60) ?? []).toString(),
    }))
    this.list = [...this.list, ...slow].sort((one, other) => other.ms - one.ms).slice(0, 5)
  }
}

function told({ ms, place, bytes, begins }: Slow): string {
  return `${place} took ${ms.toFixed(0)} ms (${bytes} bytes: ${JSON.stringify(begins)})`
}

function note(digest: ReturnType<typeof createHash>, { topic, key, value, headers }: OutgoingRecord): void {
  digest.update(
    JSON.stringify([
      topic,
      key === null ? null : Buffer.from(key).toString('base64'),
      headers,
      value?.length ?? null,
    ]),
  )
  digest.update(value ?? new Uint8Array())
}

function grown(memory: readonly Memory[], warm: number): string[] {
  const before = memory.find(({ at }) => at === marks[0]?.[0])
  const after = memory.at(-1)
  if (before === undefined || after === undefined || warm < 2000) return []
  const most = Math.max(before.heap * mayGrow.times, before.heap + mayGrow.bytes)
  return after.heap > most ? [`the heap grew from ${mb(before.heap)} to ${mb(after.heap)}`] : []
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function measured(at: string): Memory {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { at, heap: heapUsed, rss }
}

export function mb(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`
}

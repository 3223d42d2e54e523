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
import { Ledger, Tally } from './ledger.ts'
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

/** Records after which a new folder is begun: a worker keeps all that it ever met, some 2 GB by then. */
const chapter = 100_000

/** Runs so many records through the whole worker in folders of its own, which are removed. Never rejects for what they do. */
export async function fuzz({ records, seed, progress = () => undefined }: FuzzOptions): Promise<FuzzReport> {
  const codec = fuzzCodec()
  const feed = new Feed(seed, start)
  const pace = seeded(seed + 1)
  const steps = seeded(seed + 3)
  const tally = new Tally()
  const slow = new Slowest()
  const digest = createHash('sha256')
  const memory: Memory[] = [measured('start')]
  const problems: string[] = []
  const warm = Math.floor(Math.min(records / 4, chapter / 2))
  const from = performance.now()
  let sent = 0
  let now = start
  let disk = 0

  async function feedOne(stepper: Stepper, ledger: Ledger, most: number): Promise<void> {
    now += Math.floor(pace() * 3 * hour)
    stepper.time.moveTo(now)
    const chunk = await feed.records(Math.min(most, feed.between(1, 500)), now)
    for (const record of chunk) note(digest, record)
    await stepper.send(chunk)
    await stepper.tick()
    await stepper.drain(
      () => limitOf(steps()),
      timed => slow.look(timed, stepper),
    )
    await ledger.account()
    if (sent < warm && sent + chunk.length >= warm) memory.push(measured('warm'))
    sent += chunk.length
    const seconds = Math.round((performance.now() - from) / 1000)
    progress(sent, `${tally.unaccounted} unaccounted, slowest ${slow.most.toFixed(0)} ms, ${seconds} s`)
  }

  while (sent < records && problems.length === 0) {
    const folder = temporaryFolder()
    const stepper = await openStepper(folder.path, codec, { partitions, from: now })
    const ledger = new Ledger(stepper, codec, { partitions, tally })
    const end = Math.min(records, sent + chapter)
    try {
      while (sent < end) await feedOne(stepper, ledger, end - sent)
    } catch (error) {
      const crash = `crashed: ${error instanceof Error ? error.stack : error}`
      problems.push(error instanceof Stopped ? error.message : crash)
    }
    memory.push(measured(`after ${sent}`))
    disk = Math.max(disk, statSync(join(folder.path, 'router.db')).size)
    await stepper.close()
    folder.remove()
  }
  const seconds = (performance.now() - from) / 1000
  const sum = [...tally.rows.values()]
    .flatMap(row => [...row.values()])
    .reduce((sum, count) => sum + count, 0)
  problems.push(
    ...tally.problems,
    ...(sum === tally.total ? [] : [`the outcomes add up to ${sum}, and ${tally.total} records were there`]),
    ...grown(memory, warm),
    ...configurations(seed, Math.ceil(records / 20), tally),
    ...slow.list.filter(({ ms }) => ms > longest).map(told),
    ...('polluted' in {} ? ['the prototype of all objects was changed'] : []),
  )
  return {
    records: sent,
    seed,
    digest: digest.digest('hex'),
    seconds,
    worked: tally.total,
    table: [...tally.rows].flatMap(([topic, row]) =>
      [...row].sort().map(([outcome, count]) => ({ topic, outcome, count })),
    ),
    slowest: slow.list,
    unexplained: slow.unexplained,
    memory,
    disk,
    unaccounted: tally.unaccounted + records - sent,
    problems,
  }
}

/** Single records, and batches of all sizes. */
function limitOf(draw: number): number {
  return draw < 0.2 ? 1 : draw < 0.6 ? 10 : draw < 0.95 ? 60 : 500
}

function configurations(seed: number, count: number, tally: Tally): string[] {
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
  tally.rows.set('(configuration)', row)
  return [...problems].slice(0, 10)
}

/** The slowest records. A batch is looked into when one of its records could be among them. */
class Slowest {
  list: readonly Slow[] = []
  /** ms that a step took beyond its records worked again, one by one. */
  unexplained = { ms: 0, place: '' }

  get most(): number {
    return this.list[0]?.ms ?? 0
  }

  async look(timed: Timed, stepper: Stepper): Promise<void> {
    const { lane, records, spent } = timed
    if (spent <= Math.max(20, this.list[4]?.ms ?? 0)) return
    const alone = records.length === 1 ? [spent] : await stepper.alone(timed)
    // What is remembered from the first time makes the second one faster.
    const more = spent - alone.reduce((sum, ms) => sum + ms, 0)
    if (more > this.unexplained.ms)
      this.unexplained = { ms: more, place: `${lane}@${records[0]?.offset}+${records.length}` }
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
  const before = memory.find(({ at }) => at === 'warm')
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

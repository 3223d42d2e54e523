/**
 * The whole worker on one SQLite file: RFIs in; referrals, receipts, journal, output topics, inbox, evidence, funnel and
 * visibility out. RFIs lie in the log when the clock starts; it stops when every lane stands at its log's end and the
 * journal owes nothing. Beside it, in the same run, the peer: a bare loop that reads the same RFIs and writes as many
 * rows of the same bytes in one transaction per batch, with no domain in between.
 *
 *   node bench/embedded.ts [--rfis 20000] [--partners 1000] [--per-rfi 3] [--batch 500] [--threads 2] [--seed 1] [--bytes] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../src/adapters/embedded/folder.ts'
import { systemTime } from '../src/adapters/system-time.ts'
import { lanesOf } from '../src/cli/lane-places.ts'
import { defaultThreads, RoleThread, shareOut } from '../src/cli/threads.ts'
import { readConfig } from '../src/ops/config.ts'
import { silent } from '../src/ports/logger.ts'
import { defaultRelease } from '../src/ranking/release.ts'
import { collections } from '../src/roles/collections.ts'
import type { RoleName } from '../src/roles/role.ts'
import { topicNames, topics } from '../src/roles/topics.ts'
import { bytesPerRfi } from './bytes.ts'
import { generateProfiles, generateRfis } from './generate.ts'

const { values } = parseArgs({
  options: {
    rfis: { type: 'string', default: '20000' },
    partners: { type: 'string', default: '1000' },
    'per-rfi': { type: 'string', default: '3' },
    threads: { type: 'string', default: String(defaultThreads(false)) },
    batch: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    bytes: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
const rfiCount = Number(values.rfis)
const seed = Number(values.seed)
const encoder = new TextEncoder()

const directory = mkdtempSync(join(tmpdir(), 'referral-router-bench-'))
const data = await openEmbedded(directory, { catalogue: collections, topics: topicNames, time: systemTime })
const { log, store } = data

async function produce(topic: string, records: Iterable<{ key: string; value: unknown }>): Promise<void> {
  let pending: Parameters<typeof log.producer.send>[0][number][] = []
  const flush = async () => {
    await log.producer.send(pending)
    pending = []
  }
  for (const { key, value } of records) {
    pending.push({ topic, key, value: encoder.encode(JSON.stringify(value)), headers: {} })
    if (pending.length === 1000) await flush()
  }
  if (pending.length > 0) await flush()
}

const profiles = generateProfiles(2 * Number(values.partners), seed, { partners: Number(values.partners) })
await produce(
  topics.profiles,
  profiles.map(value => ({ key: value.profileId, value })),
)
const release = {
  ...defaultRelease,
  weightsId: 'bench',
  policy: { ...defaultRelease.policy, partnersPerRfi: Number(values['per-rfi']) },
}
await produce(topics.weights, [{ key: 'live', value: release }])

/** Runs the roles, on two threads as `worker` does, until every lane stands at its log's end and nothing is owed. */
async function drain(roles: readonly RoleName[]): Promise<number> {
  let ready = 0
  const logger = { ...silent, info: (_fields: object, event: string) => void (event === 'ready' && ready++) }
  const reading = readConfig({ environment: {}, flags: { data: directory } })
  if (!reading.ok) throw new Error(reading.problems.join('; '))
  const options = { config: reading.config, eventTime: false, batchRecords: Number(values.batch) }
  const threads = shareOut(roles, Number(values.threads)).map(
    share => new RoleThread({ ...options, ...share, holder: 'bench' }, logger),
  )
  while (ready < threads.length) await systemTime.sleep(5)
  const start = performance.now()
  const lanes = await lanesOf({ log }, roles)
  while (!(await isDrained(lanes.length))) await systemTime.sleep(10)
  const seconds = (performance.now() - start) / 1000
  await Promise.all(threads.map(thread => thread.stop(20_000)))
  return seconds

  async function isDrained(expected: number): Promise<boolean> {
    const ends = new Map((await lanesOf({ log }, roles)).map(({ lane, end }) => [lane, end]))
    const positions = (await store.positions()).filter(({ lane, offset }) => ends.get(lane) === offset)
    const empty = [...ends.values()].filter(end => end === 0).length
    return positions.length + empty >= expected && (await store.journal.unsentCount()) === 0
  }
}

await drain(['directory'])
await produce(
  topics.rfis,
  generateRfis(rfiCount, seed + 1).map(value => ({
    key: value.rfiId,
    value: { ...value, maxPartners: null },
  })),
)
const before = process.cpuUsage()
const seconds = await drain(['directory', 'router', 'referral', 'projector'])
const used = process.cpuUsage(before)
const processorSeconds = (used.user + used.system) / 1e6
const referrals = await store.count('referrals', {})
const unroutable = await store.count('rfis', { outcome: 'unroutable' })
const bare = await peer()
await data.close()
const bytes = values.bytes ? await bytesPerRfi(directory, rfiCount) : null
if (!values.keep) rmSync(directory, { recursive: true, force: true })

/** The same rows and bytes with nothing thought about in between. */
async function peer(): Promise<number> {
  const { DatabaseSync } = await import('node:sqlite')
  const source = new DatabaseSync(join(directory, 'router.db'), { readOnly: true })
  const tables = ['rfis', 'referrals', 'receipts', 'contacts', 'inbox'].map(
    name => `SELECT id AS name, document AS body FROM ${quoted(source, name)}`,
  )
  const documents = source.prepare(tables.join(' UNION ALL ')).all() as { name: string; body: string }[]
  const records = source
    .prepare(
      'SELECT one.key, coalesce(one.value, other.value) AS value, one.headers FROM log_records AS one LEFT JOIN log_records AS other ON other.id = one.same',
    )
    .all() as {
    key: Uint8Array
    value: Uint8Array
    headers: string
  }[]
  source.close()
  const target = new DatabaseSync(join(directory, 'peer.db'))
  target.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = full; CREATE TABLE documents (id TEXT PRIMARY KEY, document TEXT); CREATE TABLE records (id INTEGER PRIMARY KEY, key BLOB, value BLOB, headers TEXT); CREATE TABLE journal (id INTEGER PRIMARY KEY, key BLOB, value BLOB, headers TEXT)',
  )
  const put = target.prepare('INSERT OR REPLACE INTO documents VALUES (?, ?)')
  const append = target.prepare('INSERT INTO records (key, value, headers) VALUES (?, ?, ?)')
  const owe = target.prepare('INSERT INTO journal (key, value, headers) VALUES (?, ?, ?)')
  const batches = Math.ceil(rfiCount / Number(values.batch)) * 2
  const start = performance.now()
  for (let batch = 0; batch < batches; batch += 1) {
    const share = <T>(all: readonly T[]) =>
      all.slice(Math.floor((all.length * batch) / batches), Math.floor((all.length * (batch + 1)) / batches))
    target.exec('BEGIN IMMEDIATE')
    for (const { name, body } of share(documents)) put.run(name, JSON.stringify(JSON.parse(body)))
    for (const { key, value, headers } of share(records)) owe.run(key, value, headers)
    target.exec('COMMIT')
    target.exec('BEGIN IMMEDIATE')
    for (const { key, value, headers } of share(records)) append.run(key, value, headers)
    target.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1000
  target.close()
  return seconds
}

function quoted(source: { prepare(sql: string): { get(name: string): unknown } }, name: string): string {
  const table = source.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?").get(name)
  if (table === undefined) throw new Error(`no table ${name}`)
  return `"${name}"`
}

const result = {
  rfis: rfiCount,
  partners: Number(values.partners),
  referralsPerRfi: referrals / rfiCount,
  unroutable,
  seconds: Number(seconds.toFixed(2)),
  rfisPerSecond: Math.round(rfiCount / seconds),
  rfisPerProcessorSecond: Math.round(rfiCount / processorSeconds),
  bareSeconds: Number(bare.toFixed(2)),
  ofBareLoop: Number((bare / seconds).toFixed(2)),
  ...(bytes === null ? {} : { bytesPerRfi: Object.fromEntries(bytes) }),
}
if (values.json) console.log(JSON.stringify(result))
else {
  console.log(
    `${rfiCount} RFIs, ${referrals} referrals (${unroutable} unroutable), ${values.partners} partners`,
  )
  console.log(
    `end to end   ${result.seconds} s   ${result.rfisPerSecond} RFIs/s   (${result.rfisPerProcessorSecond} per second of processor time)`,
  )
  console.log(`bare writes  ${result.bareSeconds} s   the worker runs at ${result.ofBareLoop} of them`)
  for (const [name, size] of bytes ?? []) console.log(`${name.padEnd(26)} ${size} bytes for each RFI`)
}

/**
 * What people look at, asked of a store of many referrals: p50, p95 and p99 of each query, and p95 of the
 * processor's time, which others on the machine don't lengthen. Filled through the store's port
 * by the projector's own folds, evidence left out; the rows that `rfi` reads by id are there for one RFI in twenty.
 *
 *   node bench/read-models.ts [--referrals 1000000] [--partners 2000] [--months 24] [--queries 200] [--seed 1] [--json]
 *                             [--on folder|mongodb] [--folder DIR]
 *
 * `--folder` keeps what was filled, or asks what an earlier run has filled there. On MongoDB (MONGODB_URI, or a server that
 * is started here) 30,000 referrals are the default: the database of the run is dropped at its end.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../src/adapters/embedded/folder.ts'
import { systemTime } from '../src/adapters/system-time.ts'
import { reportConcentration } from '../src/cli/concentration-report.ts'
import { readFunnel } from '../src/cli/funnel-rows.ts'
import { inboxPage, type PageAsked, type PageEnd, tabCounts } from '../src/cli/inbox-page.ts'
import { reportNeeds } from '../src/cli/needs-report.ts'
import { readReasons } from '../src/cli/reasons-rows.ts'
import { reportOn } from '../src/cli/rfi-report.ts'
import type { PartnerId } from '../src/domain/ids.ts'
import type { Store } from '../src/ports/store.ts'
import { type Collections, collections } from '../src/roles/collections.ts'
import { topicNames } from '../src/roles/topics.ts'
import { type Random, seeded, zipf } from './random.ts'
import { fill } from './read-models-fill.ts'

const { values } = parseArgs({
  options: {
    referrals: { type: 'string' },
    partners: { type: 'string', default: '2000' },
    months: { type: 'string', default: '24' },
    queries: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    on: { type: 'string', default: 'folder' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const onMongo = values.on === 'mongodb'
const referrals = Number(values.referrals ?? (onMongo ? 30_000 : 1_000_000))
const partners = Number(values.partners)
const tell = (line: string) => void process.stderr.write(`${line}\n`)

if (onMongo) await onServer()
else await inFolder()

async function inFolder(): Promise<void> {
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'referral-router-read-models-'))
  const mark = join(folder, 'filled.json')
  const isFilled = existsSync(mark)
  const embedded = await openEmbedded(folder, {
    ...{ catalogue: collections, topics: topicNames, time: systemTime },
    synchronous: 'off',
  })
  try {
    if (!isFilled) writeFileSync(mark, JSON.stringify(await filled(embedded.store, 7000)))
    const { rfis, referrals: has } = JSON.parse(readFileSync(mark, 'utf8'))
    await measure(embedded.store, { rfis, referrals: has })
  } finally {
    await embedded.close()
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function onServer(): Promise<void> {
  const { migrate } = await import('../src/adapters/mongo/migrate.ts')
  const { openMongo } = await import('../src/adapters/mongo/store.ts')
  const { benchServers } = await import('./kafka-servers.ts')
  const servers = await benchServers(tell)
  const name = `bench-read-models-${process.pid}`
  const uri = servers.database(name)
  const store = await openMongo(collections, { uri })
  try {
    tell(`MongoDB: ${servers.origin.mongodb}`)
    await migrate(collections, { uri })
    await measure(store, await filled(store, 200))
  } finally {
    await store.close()
    await servers.remove(`${name}.`, uri)
    await servers.stop()
  }
}

interface Asking {
  readonly rfis: number
  readonly referrals: number
}

async function filled(store: Store<Collections>, batch: number): Promise<Asking> {
  const start = performance.now()
  const { rfiIds, writeSeconds } = await fill(store, {
    ...{ referrals, partners, months: Number(values.months), batch, seed: Number(values.seed) },
  })
  const seconds = (performance.now() - start) / 1000
  tell(
    `filled with ${referrals} referrals in ${seconds.toFixed(0)} s, ${writeSeconds.toFixed(0)} s of them writing`,
  )
  return { rfis: rfiIds.length, referrals }
}

/** Each query once for nothing, then so often, with other arguments each time. */
async function measure(store: Store<Collections>, { rfis, referrals: has }: Asking): Promise<void> {
  const random = seeded(Number(values.seed) + 1)
  const partner = zipf(
    Array.from({ length: partners }, (_, at) => `partner-${at}`),
    0.6,
  )
  const page = (asked: Partial<PageAsked>): PageAsked => ({
    ...{ partnerId: partner(random), tabs: ['new', 'active'], limit: 50, after: null, search: null },
    ...asked,
  })
  const behind = (): PageEnd => ({
    routedAt: new Date(Date.UTC(2024, 0, 1) + random() * 600 * 86_400_000).toISOString(),
    id: `rfi-${Math.floor(random() * has)}`,
  })
  const rfi = (draw: Random) => `rfi-${20 * Math.floor(draw() * rfis)}`
  const largest = 'partner-0' as PartnerId
  const lastYear = { from: '2025-01' }
  const queries: Record<string, () => Promise<unknown>> = {
    'inbox: first page of new, active': () => inboxPage(store, page({})),
    'inbox: of the largest partner': () => inboxPage(store, page({ partnerId: largest })),
    'inbox: archived, any page': () => inboxPage(store, page({ tabs: ['archived'], after: behind() })),
    'inbox: favorites': () => inboxPage(store, page({ tabs: ['favorites'] })),
    'inbox: counts of tabs': () => tabCounts(store, partner(random)),
    'inbox: search, one page of it': () =>
      inboxPage(store, page({ tabs: ['new', 'active', 'archived'], search: 'no such word' })),
    'inbox: search by an id': () => inboxPage(store, page({ search: rfi(random) })),
    rfi: () => reportOn({ store }, rfi(random)),
    'funnel, all months': () => readFunnel(store, null),
    'funnel by month': () => readFunnel(store, 'month'),
    'funnel by channel': () => readFunnel(store, 'channel'),
    'funnel by size': () => readFunnel(store, 'size'),
    'funnel by country, a year': () => readFunnel(store, 'country', lastYear),
    'funnel by country, all months': () => readFunnel(store, 'country'),
    'reasons, all months': () => readReasons(store, null),
    'reasons by country, a year': () => readReasons(store, 'country', lastYear),
    needs: () => reportNeeds(store, {}, { limit: 20 }),
    'needs, one month': () => reportNeeds(store, { from: '2025-03', to: '2025-03' }, { limit: 20 }),
    concentration: () => reportConcentration(store, { limit: 20 }),
  }
  const results: Record<string, Record<'p50' | 'p95' | 'p99' | 'processor95', number>> = {}
  for (const [name, ask] of Object.entries(queries)) {
    await ask()
    const times: number[] = []
    const used: number[] = []
    for (let at = 0; at < Number(values.queries); at += 1) {
      const before = process.cpuUsage()
      const start = performance.now()
      await ask()
      times.push(performance.now() - start)
      const { user, system } = process.cpuUsage(before)
      used.push((user + system) / 1000)
    }
    const at = (share: number, of = times) => {
      const sorted = of.toSorted((one, other) => one - other)
      return Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2))
    }
    results[name] = { p50: at(0.5), p95: at(0.95), p99: at(0.99), processor95: at(0.95, used) }
  }
  if (values.json) {
    console.log(JSON.stringify({ on: values.on, referrals: has, partners, milliseconds: results }))
    return
  }
  console.log(`${has} referrals of ${partners} partners; ms`)
  console.log(
    `${''.padEnd(36)}${['p50', 'p95', 'p99', 'p95 of processor'].map(text => text.padStart(Math.max(9, text.length + 2))).join('')}`,
  )
  for (const [name, times] of Object.entries(results))
    console.log(
      `${name.padEnd(36)}${Object.values(times)
        .map(time => time.toFixed(2).padStart(9))
        .join('')}`,
    )
}

/**
 * What a worker holds in memory and how long it takes to read it: profiles, evidence and interest vectors of as many
 * partners, from a folder that is filled first by another process. Then how long ranking takes on them.
 *
 *   node bench/tables.ts [--profiles 100000] [--terms 64] [--rfis 2000] [--seed 1] [--json]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/adapters/embedded/database.ts'
import { openEmbeddedStore } from '../src/adapters/embedded/store.ts'
import { profileSchema } from '../src/domain/profile.ts'
import { rfiSchema } from '../src/domain/rfi.ts'
import { TableReader } from '../src/lanes/table-reader.ts'
import { queryOf } from '../src/matching/query.ts'
import { askedTerms, countedTerms } from '../src/ranking/asked.ts'
import { type Fact, fold, noEvidence } from '../src/ranking/evidence.ts'
import { foldInterest, noInterest } from '../src/ranking/interest.ts'
import { packInterest } from '../src/ranking/packed-interest.ts'
import { foldPopulation, noPopulation } from '../src/ranking/population.ts'
import { rank } from '../src/ranking/rank.ts'
import { defaultRelease } from '../src/ranking/release.ts'
import { type Collections, collections } from '../src/roles/collections.ts'
import { releaseHash } from '../src/roles/release-hash.ts'
import { Tables } from '../src/roles/tables.ts'
import { generateProfiles, generateRfis } from './generate.ts'
import { between, seeded } from './random.ts'

const { values } = parseArgs({
  options: {
    profiles: { type: 'string', default: '100000' },
    terms: { type: 'string', default: '64' },
    rfis: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    fill: { type: 'string' },
    read: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const count = Number(values.profiles)
const seed = Number(values.seed)
const day = 86_400_000
const now = Date.UTC(2026, 5, 1)

if (values.fill !== undefined) await fill(values.fill)
else if (values.read !== undefined) await read(values.read)
else {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-tables-'))
  try {
    const file = fileURLToPath(import.meta.url)
    for (const step of ['--fill', '--read']) {
      const { status } = spawnSync(
        process.execPath,
        // As much for young objects as the threads of a worker have.
        ['--expose-gc', '--max-semi-space-size=16', file, ...process.argv.slice(2), step, folder],
        { stdio: 'inherit' },
      )
      if (status !== 0) process.exit(status ?? 1)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every partner has answered twenty requests in half a year, under as many terms as asked for. */
async function fill(folder: string): Promise<void> {
  const store = openEmbeddedStore(openDatabase(folder, { synchronous: 'off' }), collections)
  const random = seeded(seed)
  const changed = { lane: 'bench', offset: 0 }
  const asks = [...generateRfis(5000, seed + 2)].map(raw => countedTerms(askedTerms(rfiSchema.parse(raw))))
  let population = noPopulation
  let writes: Parameters<typeof store.commit>[0]['writes'][number][] = []
  const commit = async () => {
    await store.commit({ move: null, journal: null, writes })
    writes = []
  }
  for (const raw of generateProfiles(count, seed, { partners: count })) {
    const profile = profileSchema.parse(raw)
    const { profileId: _id, partnerId } = profile
    let evidence = noEvidence(partnerId)
    const lessons: { fact: Fact; terms: readonly string[] }[] = []
    const met = new Set<string>()
    for (let at = 0; at < 20; at += 1) {
      const routedAt = now - between(random, 20, 200) * day
      const common = { routedAt, expiresAt: routedAt + 14 * day, notifiable: true, kind: null, answerTime: 0 }
      const answered: Fact =
        random() < 0.6
          ? { ...common, type: 'accepted', answerTime: between(random, 60, 100_000) * 1000 }
          : { ...common, type: 'expired' }
      for (const fact of [{ ...common, type: 'offered' } as Fact, answered]) {
        population = foldPopulation(population, fact, evidence)
        evidence = fold(evidence, fact)
      }
      const terms = (asks[between(random, 0, asks.length - 1)] ?? []).filter(
        term => met.has(term) || met.size < Number(values.terms),
      )
      for (const term of terms) met.add(term)
      lessons.push({ fact: answered, terms })
    }
    // The rest of the vector: terms of as many more requests as it takes.
    while (met.size < Number(values.terms)) {
      const terms = (asks[between(random, 0, asks.length - 1)] ?? []).filter(term => !met.has(term))
      const some = terms.slice(0, Number(values.terms) - met.size)
      for (const term of some) met.add(term)
      const [first] = lessons
      if (first !== undefined) lessons.push({ fact: first.fact, terms: some })
    }
    const { interest } = foldInterest(noInterest(partnerId), lessons, () => undefined)
    writes.push(
      {
        kind: 'insert',
        collection: 'profiles',
        document: { _id, version: 1, partnerId, state: 'published', recordTime: 0, profile, changed },
      },
      { kind: 'insert', collection: 'partners', document: { _id: partnerId, evidence, changed } },
      {
        kind: 'insert',
        collection: 'interests',
        document: { _id: partnerId, ...packInterest(interest), changed },
      },
    )
    if (writes.length >= 3000) await commit()
  }
  writes.push({
    kind: 'insert',
    collection: 'cells',
    document: { _id: 'population/bench', kind: 'population', population, changed },
  })
  await commit()
  await store.close()
}

async function read(folder: string): Promise<void> {
  const store = openEmbeddedStore(openDatabase(folder), collections)
  const before = resident()
  const tables = new Tables()
  const start = performance.now()
  const reader = new TableReader(store, tables, ['profiles', 'weights', 'partners', 'interests', 'cells'])
  await reader.ready()
  const readySeconds = (performance.now() - start) / 1000
  const peak = process.resourceUsage().maxRSS / 1024
  const held = resident()
  const times: number[] = []
  let candidates = 0
  const rfis = [...generateRfis(Number(values.rfis) + 200, seed + 3)].map(raw => rfiSchema.parse(raw))
  for (const [at, rfi] of rfis.entries()) {
    const began = performance.now()
    const ranking = rank({
      rfi,
      query: queryOf(rfi),
      index: tables.index,
      recordOf: tables.recordOf,
      interests: tables.interests,
      population: tables.population,
      release: tables.release,
      now,
      excluded: new Set(),
      full: () => false,
      count: 5,
    })
    if (at >= 200) times.push(performance.now() - began)
    candidates += ranking.candidates
  }
  times.sort((a, b) => a - b)
  const other = await anotherHalfLife(store, reader)
  const figures = {
    partners: tables.interests.size,
    profiles: tables.index.size,
    readySeconds: rounded(readySeconds),
    residentMiB: Math.round(held),
    tablesMiB: Math.round(held - before),
    peakMiB: Math.round(peak),
    rankMilliseconds: {
      p50: rounded(times[times.length >> 1] ?? 0),
      p99: rounded(times[Math.floor(times.length * 0.99)] ?? 0),
    },
    candidates: Math.round(candidates / rfis.length),
    anotherHalfLife: other,
  }
  if (values.json) console.log(JSON.stringify(figures))
  else
    for (const [name, value] of Object.entries(figures)) console.log(name.padEnd(20), JSON.stringify(value))
  await store.close()
}

/** A release by which all is counted anew, while ranking goes on by the one before. */
async function anotherHalfLife(
  store: ReturnType<typeof openEmbeddedStore<Collections>>,
  reader: TableReader,
): Promise<{ readonly seconds: number; readonly peakMiB: number; readonly residentMiB: number }> {
  const lane = 'directory/ranking-weights/0'
  const release = { ...defaultRelease, parameters: { ...defaultRelease.parameters, halfLifeDays: 90 } }
  const row = { version: 1, recordTime: 0, release, hash: releaseHash(release) }
  const document = { _id: 'live', ...row, changed: { lane, offset: 0 } }
  const to = { lane, offset: 1, timestamp: 0, epoch: 0 }
  await store.commit({
    move: { from: null, to },
    writes: [{ kind: 'insert', collection: 'weights', document }],
    journal: null,
  })
  const start = performance.now()
  await reader.poll()
  const seconds = rounded((performance.now() - start) / 1000)
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
  return { seconds, peakMiB, residentMiB: Math.round(resident()) }
}

/** MiB, after what is not needed is gone. */
function resident(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

function rounded(figure: number): number {
  return Math.round(figure * 100) / 100
}

/**
 * Throughput of matching on one thread: `queryOf` + `match` + `top(10)` over generated profiles.
 *
 *   node bench/matching.ts [--profiles 100000] [--rfis 20000] [--countries 59] [--seed 1] [--json]
 */
import { parseArgs } from 'node:util'
import { type Profile, profileSchema } from '../src/domain/profile.ts'
import { type Rfi, rfiSchema } from '../src/domain/rfi.ts'
import { ProfileIndex } from '../src/matching/profile-index.ts'
import { queryOf } from '../src/matching/query.ts'
import { exhaustive } from './exhaustive.ts'
import { generateProfiles, generateRfis } from './generate.ts'

const { values } = parseArgs({
  options: {
    profiles: { type: 'string', default: '100000' },
    rfis: { type: 'string', default: '20000' },
    countries: { type: 'string', default: '59' },
    seed: { type: 'string', default: '1' },
    checks: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const options = { countries: Number(values.countries) }

const before = resident()
const profiles: Profile[] = []
for (const raw of generateProfiles(Number(values.profiles), seed, options))
  profiles.push(profileSchema.parse(raw))
const rfis: Rfi[] = []
for (const raw of generateRfis(Number(values.rfis), seed + 1, options)) rfis.push(rfiSchema.parse(raw))
const held = resident()

const buildStart = performance.now()
const index = new ProfileIndex()
for (const profile of profiles) index.put(profile, 'published')
const buildSeconds = (performance.now() - buildStart) / 1000
const built = resident()

let found = 0
let candidates = 0
function route(rfi: Rfi): void {
  const matches = index.match(queryOf(rfi))
  candidates += matches.count
  found += matches.top(10).length
}

for (const rfi of rfis.slice(0, 2000)) route(rfi)
found = 0
candidates = 0
const times = new Float64Array(rfis.length)
const start = performance.now()
for (const [at, rfi] of rfis.entries()) {
  const from = performance.now()
  route(rfi)
  times[at] = performance.now() - from
}
const seconds = (performance.now() - start) / 1000
times.sort()

let differing = 0
const checked = rfis.slice(0, Number(values.checks))
for (const rfi of checked) {
  const query = queryOf(rfi)
  const top = index.match(query).top(10)
  const expected = exhaustive(profiles, query, 10)
  const got = top.map(({ profile, relevance }) => `${relevance} ${profile.profileId}`).sort()
  if (got.join() !== expected.sort().join()) differing += 1
}

const figures = {
  profiles: index.size,
  rfis: rfis.length,
  buildSeconds: round(buildSeconds, 2),
  rfisPerSecond: Math.round(rfis.length / seconds),
  p50Milliseconds: round(times[Math.floor(times.length * 0.5)] ?? 0, 3),
  p99Milliseconds: round(times[Math.floor(times.length * 0.99)] ?? 0, 3),
  meanCandidates: Math.round(candidates / rfis.length),
  meanFound: round(found / rfis.length, 1),
  residentMegabytes: { inputs: held - before, index: built - held, all: resident() },
  checked: checked.length,
  differingFromExhaustive: differing,
}
console.log(values.json ? JSON.stringify(figures) : figures)
if (differing > 0) process.exitCode = 1

/** Whole megabytes in use after a collection, where the process allows one (`node --expose-gc`). */
function resident(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 1e6)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

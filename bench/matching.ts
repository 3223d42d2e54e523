/**
 * Throughput of matching on one thread: `queryOf` + `match` + `top(10)` over generated profiles, then whether the top of
 * some queries is the same as when every profile is scored.
 *
 *   node bench/matching.ts [--profiles 100000] [--rfis 20000] [--countries 59] [--seed 1] [--checks 200] [--json]
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
/** RFIs routed before the clock starts: words that were met once are analysed no more. */
const warmUp = 10_000
const seed = Number(values.seed)
const options = { countries: Number(values.countries) }

const before = resident()
const profiles: Profile[] = []
for (const raw of generateProfiles(Number(values.profiles), seed, options))
  profiles.push(profileSchema.parse(raw))
const held = resident()

const buildStart = performance.now()
const index = new ProfileIndex()
for (const profile of profiles) index.put(profile, 'published')
const buildSeconds = (performance.now() - buildStart) / 1000
const built = resident()

let found = 0
let candidates = 0
const count = Number(values.rfis)
const times = new Float64Array(count)
const checked: Rfi[] = []
let at = -warmUp
// Made a batch at a time, as a worker decodes them; the making isn't timed.
for (const batch of batches(generateRfis(warmUp + count, seed + 1, options))) {
  for (const rfi of batch) {
    const start = performance.now()
    const matches = index.match(queryOf(rfi))
    const top = matches.top(10)
    const milliseconds = performance.now() - start
    if (at >= 0) {
      times[at] = milliseconds
      candidates += matches.count
      found += top.length
      if (at < Number(values.checks)) checked.push(rfi)
    }
    at += 1
  }
}
const seconds = times.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000
times.sort()

let differing = 0
for (const rfi of checked) {
  const query = queryOf(rfi)
  const expected = exhaustive(profiles, query, 10)
  const got = index
    .match(query)
    .top(10)
    .map(({ profile, relevance }) => `${relevance} ${profile.profileId}`)
  if (got.sort().join() !== expected.sort().join()) differing += 1
}

const figures = {
  profiles: index.size,
  rfis: count,
  buildSeconds: round(buildSeconds, 2),
  rfisPerSecond: Math.round(count / seconds),
  p50Milliseconds: round(times[Math.floor(times.length * 0.5)] ?? 0, 3),
  p99Milliseconds: round(times[Math.floor(times.length * 0.99)] ?? 0, 3),
  meanCandidates: Math.round(candidates / count),
  meanFound: round(found / count, 1),
  residentMegabytes: { profiles: held - before, index: built - held, all: resident() },
  checked: checked.length,
  differingFromExhaustive: differing,
}
console.log(values.json ? JSON.stringify(figures) : figures)
if (differing > 0) process.exitCode = 1

function* batches(raws: Iterable<unknown>): Generator<Rfi[]> {
  let batch: Rfi[] = []
  for (const raw of raws) {
    batch.push(rfiSchema.parse(raw))
    if (batch.length < 500) continue
    yield batch
    batch = []
  }
  yield batch
}

/** Whole megabytes in use after a collection, where the process allows one (`node --expose-gc`). */
function resident(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 1e6)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

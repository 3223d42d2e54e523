import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { toTimestamp } from '../domain/time.ts'
import { defaultRelease, parseRelease, type Release } from '../ranking/release.ts'
import { releaseHash } from '../roles/release-hash.ts'
import { newBaselines } from '../tuning/baselines/catalogue.ts'
import { chartsOf } from '../tuning/charts.ts'
import { type Chronicle, chronicleOf, type IgnoredCode, ignoredCodes } from '../tuning/chronicle.ts'
import type { History } from '../tuning/history.ts'
import { Marks } from '../tuning/marks.ts'
import { releaseRanker } from '../tuning/release-ranker.ts'
import { extentOf, replayPart } from '../tuning/replay.ts'
import { reportPage } from '../tuning/report.ts'
import { Failure } from './failure.ts'
import { count } from './options.ts'
import { print, printJson } from './output.ts'
import { progressOf } from './progress.ts'
import { draw } from './replay/draw.ts'
import { linesOut } from './replay/lines-out.ts'
import { metricsText } from './replay/metrics-text.ts'
import { type PartThread, partsFor, startPart } from './replay/parts.ts'
import { readHistory } from './replay/read-history.ts'
import { grouped, minuteOf } from './text.ts'

interface Options {
  readonly in: string
  readonly out: string
  readonly weights?: string
  readonly split: number
  readonly depth: number
  readonly baselines: boolean
  readonly threads?: number
  readonly json?: boolean
}

const rankingsFile = 'rankings.ndjson'
const metricsFile = 'metrics.json'
const reportFile = 'report.html'
const ownFiles: readonly string[] = [rankingsFile, metricsFile, reportFile]
/** There while it is replayed, and after it was killed. */
const partFile = (part: number) => `rankings.part-${part}.ndjson`
const partFiles = /^rankings\.part-\d+\.ndjson$/

export function replay(command: Command): void {
  command
    .requiredOption(
      '--in <dir>',
      'folder with partner-profiles.ndjson, rfis.ndjson, referral-commands.ndjson and referrals.ndjson; only the RFIs are required',
    )
    .requiredOption('--out <dir>', `folder for ${ownFiles.join(', ')}; made if there is none`)
    .option('--weights <file>', `a weight release (default: the one shipped, ${defaultRelease.weightsId})`)
    .option('--split <share>', 'share of the RFIs, the earliest, that only teach', share, 0.5)
    .option('--depth <n>', 'partners of each ranking to write', count, 20)
    .option('--no-baselines', 'leave out the simple orders that ours is compared with')
    .option(
      '--threads <n>',
      'parts to replay side by side (default: by the cores and the history, at most 4)',
      count,
    )
    .option('--json', 'for machines: what is in metrics.json, on one line')
    .addHelpText(
      'after',
      '\nA history through the ranking, without a broker or a database: each RFI is ranked by what was known before it, then' +
        '\nwhat the log says happened is learnt at its own time. The RFIs after the split are counted and written.' +
        '\nThe same files give the same bytes but for eventsPerSecond.',
    )
    .action(run)
}

async function run(options: Options): Promise<void> {
  const release = options.weights === undefined ? defaultRelease : readRelease(options.weights)
  prepare(options.out)
  const started = performance.now()
  const parts = partsFor(options.in, options.threads)
  const { in: directory, depth, baselines } = options
  // At once: while the first part is replayed nothing else can be done here.
  const others = Array.from({ length: parts - 1 }, (_, at) =>
    startPart({
      ...{ directory, release, split: options.split, depth, baselines, parts, part: at + 1 },
      path: join(options.out, partFile(at + 2)),
    }),
  )
  const { history, chronicle, figures } = await replayed(options, release, others)
  const seconds = (performance.now() - started) / 1000
  const { split, rfis, events, ...measured } = figures
  const eventsPerSecond = Math.round(events / seconds)
  const metrics = { split, rfis, events, eventsPerSecond, ...measured }
  writeFileSync(join(options.out, metricsFile), `${JSON.stringify(metrics, null, 2)}\n`)
  const report = reportPage({
    figures,
    release: { ...release, hash: releaseHash(release) },
    readings: history.readings,
    ignored: chronicle.ignored,
    baselines: Object.fromEntries(baselinesOf(options).map(({ name, how }) => [name, how])),
    charts: await draw(chartsOf(figures)),
  })
  writeFileSync(join(options.out, reportFile), report)
  if (options.json === true) printJson(metrics)
  else
    print(
      `${metricsText(figures)}\n\n${grouped(events)} lines replayed; ${ownFiles.join(', ')} are in ${options.out}`,
    )
}

function baselinesOf({ baselines }: Options) {
  return baselines ? newBaselines() : []
}

/** The first part is replayed here, the others by threads meanwhile; all written and counted in the order of the RFIs. */
async function replayed(options: Options, release: Release, others: readonly PartThread[]) {
  try {
    const history = await readHistory(options.in)
    tellFaults(history)
    if (history.rfis.length === 0)
      throw new Failure(
        `${join(options.in, 'rfis.ndjson')} holds no RFI; one JSON object a line is needed, in UTF-8`,
      )
    const chronicle = chronicleOf(history)
    tellIgnored(chronicle)
    const ranker = releaseRanker(release)
    const baselines = baselinesOf(options)
    const marks = new Marks(
      ranker.features,
      baselines.map(({ name }) => name),
    )
    const parts = others.length + 1
    const bar = progressOf(
      parts === 1 ? 'replaying' : `replaying (1 of ${parts} parts at once)`,
      chronicle.steps.length,
    )
    const out = linesOut(join(options.out, rankingsFile))
    try {
      replayPart(chronicle, {
        ...{ ranker, baselines, split: options.split, depth: options.depth, part: 0, parts },
        write: line => out.write(line),
        mark: mark => marks.add(mark),
        progress: (done, at) => bar.to(done, minuteOf(toTimestamp(at))),
      })
      for (const { path, marks: theirs } of others) {
        for (const mark of await theirs) marks.add(mark)
        out.append(path)
      }
    } finally {
      bar.end()
      out.close()
    }
    return { history, chronicle, figures: { ...extentOf(chronicle, options.split), ...marks.figures() } }
  } finally {
    for (const other of others) await other.stop()
    for (const { path } of others) rmSync(path, { force: true })
  }
}

/** Nothing of anybody else's is written over, and nothing of a former run is left to be taken for this one's. */
function prepare(directory: string): void {
  mkdirSync(directory, { recursive: true })
  const there = readdirSync(directory)
  const others = there.filter(name => !ownFiles.includes(name) && !partFiles.test(name))
  if (others.length > 0)
    throw new Failure(
      `${directory} holds ${others.length} other file${others.length === 1 ? '' : 's'} (${others[0]}); name a folder of its own with --out`,
    )
  for (const name of there) rmSync(join(directory, name))
}

function readRelease(path: string): Release {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Failure(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = parseRelease(value)
  if (parsed.ok) return parsed.release
  const faults = parsed.faults.map(
    ({ field, found, expected }) => `${field === '' ? 'it' : field}: ${found}, expected ${expected}`,
  )
  throw new Failure(`${path} is no weight release\n${faults.join('\n')}`)
}

function tellFaults({ readings }: History): void {
  for (const [file, { lines, skipped, faults }] of Object.entries(readings)) {
    if (skipped === 0) continue
    process.stderr.write(`${file}: ${skipped} of ${lines} lines skipped\n`)
    for (const { line, field, found, expected } of faults)
      process.stderr.write(
        `  line ${line}: ${field === '' ? 'the line' : field}: ${found}, expected ${expected}\n`,
      )
  }
}

const ignoredWords: Readonly<Record<IgnoredCode, string>> = {
  'unknown-rfi': 'for RFIs that are not in the log',
  test: 'of or for test RFIs',
  repeated: 'of what was there before',
}

/** What is well-formed and still tells nothing: a log that has its ids mixed up would else look like one where nobody answered. */
function tellIgnored({ ignored }: Chronicle): void {
  for (const code of ignoredCodes) {
    if (ignored[code] === 0) continue
    process.stderr.write(
      `${grouped(ignored[code])} ${ignored[code] === 1 ? 'line' : 'lines'} ${ignoredWords[code]} left out\n`,
    )
  }
}

/** From 0 to below 1: at least the latest RFI is ranked. */
function share(text: string): number {
  if (!/^(0|0?\.\d+|0\.0*)$/.test(text))
    throw new InvalidArgumentError('a share from 0 to below 1 is needed, such as 0.5.')
  return Number(text)
}

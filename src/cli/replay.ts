import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { toTimestamp } from '../domain/time.ts'
import { defaultRelease, parseRelease, type Release } from '../ranking/release.ts'
import { releaseHash } from '../roles/release-hash.ts'
import { newBaselines } from '../tuning/baselines/catalogue.ts'
import { chartsOf } from '../tuning/charts.ts'
import { chronicleOf } from '../tuning/chronicle.ts'
import type { History } from '../tuning/history.ts'
import { releaseRanker } from '../tuning/release-ranker.ts'
import { replay as replayChronicle } from '../tuning/replay.ts'
import { reportPage } from '../tuning/report.ts'
import { Failure } from './failure.ts'
import { count } from './options.ts'
import { print, printJson } from './output.ts'
import { progressOf } from './progress.ts'
import { draw } from './replay/draw.ts'
import { linesOut } from './replay/lines-out.ts'
import { metricsText } from './replay/metrics-text.ts'
import { readHistory } from './replay/read-history.ts'
import { grouped, minuteOf } from './text.ts'

interface Options {
  readonly in: string
  readonly out: string
  readonly weights?: string
  readonly split: number
  readonly depth: number
  readonly baselines: boolean
  readonly json?: boolean
}

const rankingsFile = 'rankings.ndjson'
const metricsFile = 'metrics.json'
const reportFile = 'report.html'
const ownFiles: readonly string[] = [rankingsFile, metricsFile, reportFile]

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
  const history = await readHistory(options.in)
  tellFaults(history)
  const chronicle = chronicleOf(history)
  const baselines = options.baselines ? newBaselines() : []
  const bar = progressOf('replaying', chronicle.steps.length)
  const out = linesOut(join(options.out, rankingsFile))
  const figures = (() => {
    try {
      return replayChronicle(chronicle, {
        ranker: releaseRanker(release),
        baselines,
        split: options.split,
        depth: options.depth,
        write: line => out.write(line),
        progress: (done, at) => bar.to(done, minuteOf(toTimestamp(at))),
      })
    } finally {
      bar.end()
      out.close()
    }
  })()
  const seconds = (performance.now() - started) / 1000
  const { split, rfis, events, ...others } = figures
  const eventsPerSecond = Math.round(events / seconds)
  const metrics = { split, rfis, events, eventsPerSecond, ...others }
  writeFileSync(join(options.out, metricsFile), `${JSON.stringify(metrics, null, 2)}\n`)
  const report = reportPage({
    figures,
    release: { ...release, hash: releaseHash(release) },
    readings: history.readings,
    ignored: chronicle.ignored,
    baselines: Object.fromEntries(baselines.map(({ name, how }) => [name, how])),
    charts: await draw(chartsOf(figures)),
  })
  writeFileSync(join(options.out, reportFile), report)
  if (options.json === true) printJson(metrics)
  else
    print(
      `${metricsText(figures)}\n\n${grouped(events)} lines replayed; ${ownFiles.join(', ')} are in ${options.out}`,
    )
}

/** Nothing of anybody else's is written over, or left to be taken for ours. */
function prepare(directory: string): void {
  mkdirSync(directory, { recursive: true })
  const others = readdirSync(directory).filter(name => !ownFiles.includes(name))
  if (others.length > 0)
    throw new Failure(
      `${directory} holds ${others.length} other file${others.length === 1 ? '' : 's'} (${others[0]}); name a folder of its own with --out`,
    )
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

/** From 0 to below 1: at least the latest RFI is ranked. */
function share(text: string): number {
  if (!/^(0|0?\.\d+|0\.0*)$/.test(text))
    throw new InvalidArgumentError('a share from 0 to below 1 is needed, such as 0.5.')
  return Number(text)
}

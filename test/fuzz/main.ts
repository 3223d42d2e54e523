/** Hostile input in any number: `npm run fuzz -- --records 200000 --seed 1`. Exits 1 when anything is wrong. */
import { parseArgs } from 'node:util'
import { progressOf } from '../../src/cli/progress.ts'
import { renderTable } from '../../src/cli/table.ts'
import { grouped } from '../../src/cli/text.ts'
import { type FuzzReport, fuzz, mb } from './run.ts'

const help = `npm run fuzz -- [--records N] [--seed S] [--json]

Sends N hostile records (20,000) to every input topic of a worker in a temporary folder and accounts for each of them;
then reads N/20 hostile environments. The same seed sends the same records.
Exits 0 when every record has one outcome, none takes more than 100 ms and memory doesn't grow; else 1. 2: wrong usage.
`

function countOf(text: string, name: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  process.stderr.write(`--${name} is ${JSON.stringify(text)}, expected a whole number from 1\n\n${help}`)
  process.exit(2)
}

function options() {
  try {
    return parseArgs({
      options: {
        records: { type: 'string', default: '20000' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${help}`)
    process.exit(2)
  }
}

function text(report: FuzzReport): string {
  const {
    table,
    memory,
    slowest,
    unexplained,
    seconds,
    records,
    worked,
    seed,
    digest,
    disk,
    unaccounted,
    problems,
  } = report
  const rows = renderTable(
    [
      { title: 'topic', value: row => row.topic },
      { title: 'outcome', value: row => row.outcome },
      { title: 'records', align: 'right', value: row => grouped(row.count) },
    ],
    table,
    null,
  )
  const [slow] = slowest
  return [
    rows,
    '',
    `sent ${grouped(records)} with seed ${seed} (${digest.slice(0, 16)}), worked ${grouped(worked)} with what the worker wrote itself, in ${grouped(Math.round(seconds))} s, ${mb(disk)} of disk`,
    slow === undefined
      ? ''
      : `slowest record ${slow.ms.toFixed(0)} ms (${slow.place}, ${grouped(slow.bytes)} bytes); of a batch (${unexplained.place}) beyond its records ${unexplained.ms.toFixed(0)} ms`,
    `memory ${memory.map(({ at, heap, rss }) => `${at} ${mb(heap)} (RSS ${mb(rss)})`).join(', ')}`,
    `unaccounted ${unaccounted}`,
    ...problems.map(problem => `WRONG: ${problem}`),
  ].join('\n')
}

const { records, seed, json, help: asked } = options()
if (asked) {
  process.stdout.write(help)
  process.exit(0)
}
const count = countOf(records, 'records')
const progress = progressOf('fuzz', count)
const report = await fuzz({
  records: count,
  seed: countOf(seed, 'seed'),
  progress: (done, note) => progress.to(done, note),
})
progress.end()
process.stdout.write(`${json ? JSON.stringify(report, null, 2) : text(report)}\n`)
process.exitCode = report.unaccounted === 0 && report.problems.length === 0 ? 0 : 1

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { historyOf, mergeHistories } from '../lanes/timeline.ts'
import { topics } from '../roles/topics.ts'
import { countLines } from './counts.ts'
import { answersIn } from './demo/answers.ts'
import { freshFolder } from './demo/own-folder.ts'
import { responderOn } from './demo/responder.ts'
import type { Folder } from './folder.ts'
import { type FunnelRow, sumFunnel } from './funnel-rows.ts'
import { funnelTable } from './funnel-table.ts'
import { commandLine, fromHere } from './invocation.ts'
import { textLinesOf } from './lines.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { hint, print, printJson, styled } from './output.ts'
import { type RfiReport, reportOn } from './rfi-report.ts'
import { rfiText } from './rfi-text.ts'
import { runHistory } from './run-history.ts'

const sample = fileURLToPath(new URL('../../examples/tenders/sample/', import.meta.url))
const seed = 'tsuchiura'
const madeUp = 'Bids (accepted), wins and losses are real; answer times, declines and silence are made up.'
const defaultFolder = '.data/demo'

export function demo(command: Command): void {
  addCommonOptions(command, { data: defaultFolder })
    .addHelpText(
      'after',
      '\n300 tenders of a Japanese city (examples/tenders) are routed to the firms known by then. A firm that really bid' +
        '\naccepts when it did, and wins or loses as it did; what the others answer is drawn by a seeded hash.',
    )
    .action(async (options: CommonOptions) => {
      // Not ROUTER_DATA: that folder may be a worker's.
      const config = configOf({ data: defaultFolder, ...options })
      freshFolder(config.data)
      hint('300 real tenders, the firms that knew of them, and a year and a half of time going by …')
      const started = performance.now()
      const { history, answers, askedAt } = await readSample()
      const { counts, rows, report } = await runHistory(
        {
          config,
          logger: await loggerOf(config),
          history,
          settle: true,
          responder: folder => responderOn(folder, { answers, askedAt, seed }),
        },
        async (folder, counts) => ({ counts, ...(await lookInto(folder)) }),
      )
      const seconds = Math.round((performance.now() - started) / 100) / 10
      if (options.json === true) printJson({ ...counts, seconds, data: config.data })
      else
        print(
          [
            styled('bold', `${counts.rfis} tenders in ${seconds} s`),
            countLines(counts),
            madeUp,
            styled('bold', 'The funnel'),
            funnelTable(rows, null),
            ...(report === null ? [] : [rfiText(report)]),
            whereToLook(config.data, report),
          ].join('\n\n'),
        )
    })
}

async function readSample() {
  const lines = (topic: string) => textLinesOf(join(sample, `${topic}.ndjson`))
  const profiles = historyOf(topics.profiles, await lines(topics.profiles), 'profileId')
  const rfiLines = await lines(topics.rfis)
  const rfis = historyOf(topics.rfis, rfiLines, 'rfiId')
  return {
    history: mergeHistories([profiles, rfis]),
    answers: answersIn(await lines(topics.commands)),
    askedAt: new Map(rfis.map(({ key, at }) => [key ?? '', new Date(at).toISOString()])),
  }
}

/** The funnel, and the RFI that shows most: one that was won, with declines and silence beside. */
async function lookInto(folder: Folder): Promise<{ rows: FunnelRow[]; report: RfiReport | null }> {
  const rows = sumFunnel(await folder.store.find('cells', { where: { kind: 'funnel' } }), null)
  const ends = new Map<string, Set<string>>()
  for (const { rfiId, substatus } of await folder.store.find('referrals', { where: {} }))
    ends.set(rfiId, (ends.get(rfiId) ?? new Set()).add(substatus))
  const worth = (of: ReadonlySet<string>) => (of.has('Won') ? 10 : 0) + of.size
  const [best] = [...ends].sort(
    ([one, its], [other, others]) => worth(others) - worth(its) || (one < other ? -1 : 1),
  )
  return {
    rows,
    report: best === undefined ? null : await reportOn({ ...folder, codec: jsonCodec }, best[0]),
  }
}

function whereToLook(data: string, report: RfiReport | null): string {
  const folder = ['--data', fromHere(data)]
  const winner = report?.referrals.find(({ substatus }) => substatus === 'Won')
  return [
    `${styled('bold', 'The data lies in')} ${fromHere(data)}. Try next:`,
    `  ${commandLine('funnel', '--by', 'month', ...folder)}`,
    winner === undefined
      ? `  ${commandLine('status', ...folder)}`
      : `  ${commandLine('inbox', winner.partnerId, '--tab', 'active,archived', ...folder)}`,
    `  ${commandLine('consume', 'referral-status', '--from-beginning', '--max', '3', ...folder)}`,
  ].join('\n')
}

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { historyOf, mergeHistories } from '../lanes/timeline.ts'
import { topics } from '../roles/topics.ts'
import { countLines } from './counts.ts'
import { answersIn } from './demo/answers.ts'
import { freshFolder } from './demo/own-folder.ts'
import { responderOn } from './demo/responder.ts'
import {
  changedProfileLine,
  formerProfileLine,
  type LeftOut,
  leftOutIn,
  lookAgain,
} from './demo/why-not-me.ts'
import { type Explanation, explanationOf, verificationText } from './explain.ts'
import type { Folder } from './folder.ts'
import { type FunnelRow, readFunnel } from './funnel-rows.ts'
import { funnelTable } from './funnel-table.ts'
import { commandLine, fromHere } from './invocation.ts'
import { textLinesOf } from './lines.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { hint, print, printJson, styled } from './output.ts'
import { type RfiReport, reportOn } from './rfi-report.ts'
import { rfiText } from './rfi-text.ts'
import { type HistoryRun, runHistory } from './run-history.ts'
import { clean, scoreText } from './text.ts'
import type { WhyNotReport } from './why-not-text.ts'

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
      const logger = await loggerOf(config)
      const { counts, rows, report, explanation, leftOut } = await runHistory(
        {
          config,
          logger,
          history,
          settle: true,
          responder: folder => responderOn(folder, { answers, askedAt, seed }),
        },
        async (folder, counts) => ({ counts, ...(await lookInto(folder)) }),
      )
      const seconds = Math.round((performance.now() - started) / 100) / 10
      const tried = leftOut === null ? null : await tryOut({ config, logger }, leftOut)
      if (options.json === true)
        printJson({
          ...{ ...counts, seconds, data: config.data, verified: explanation?.verification ?? null },
          shown: { rfiId: report?.rfi.rfiId ?? null, partnerId: winnerIn(report)?.partnerId ?? null },
          whyNot: leftOut === null ? null : whyNotInShort(leftOut, tried),
        })
      else
        print(
          [
            styled('bold', `${counts.rfis} tenders in ${seconds} s`),
            countLines(counts),
            madeUp,
            styled('bold', 'The funnel'),
            funnelTable(rows, null),
            ...(report === null ? [] : [rfiText(report)]),
            ...(explanation?.verification == null
              ? []
              : [
                  `${styled('bold', `The receipt of RFI ${explanation.receipt.rfiId}`)}  ${verificationText(explanation.verification).split('\n')[0]}`,
                ]),
            ...(leftOut === null ? [] : [whyNotMe(leftOut, tried)]),
            whereToLook(config.data, report, leftOut),
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
async function lookInto(folder: Folder): Promise<{
  rows: FunnelRow[]
  report: RfiReport | null
  explanation: Explanation | null
  leftOut: LeftOut | null
}> {
  const rows = await readFunnel(folder.store, null)
  const ends = new Map<string, Set<string>>()
  for (const { rfiId, substatus } of await folder.store.find('referrals', { where: {} }))
    ends.set(rfiId, (ends.get(rfiId) ?? new Set()).add(substatus))
  const worth = (of: ReadonlySet<string>) => (of.has('Won') ? 10 : 0) + of.size
  const [best] = [...ends].sort(
    ([one, its], [other, others]) => worth(others) - worth(its) || (one < other ? -1 : 1),
  )
  return {
    rows,
    report: best === undefined ? null : await reportOn(folder, best[0]),
    explanation:
      best === undefined ? null : await explanationOf({ ...folder, place: '' }, best[0], { verify: true }),
    leftOut: await leftOutIn(folder),
  }
}

/**
 * Sends the changed profile, lets the worker take it in, and ranks the RFI again: where the partner comes. Then the profile
 * as it was, so that who looks at the folder finds what really was.
 */
async function tryOut(
  { config, logger }: Pick<HistoryRun, 'config' | 'logger'>,
  leftOut: LeftOut,
): Promise<WhyNotReport | null> {
  const line = changedProfileLine(leftOut)
  if (line === null) return null
  const { rfiId, report } = leftOut
  const common = { config, logger, settle: false }
  const tried = await runHistory({ ...common, history: [line] }, folder =>
    lookAgain(folder, { rfiId, partnerId: report.partnerId, at: line.at }),
  )
  await runHistory({ ...common, history: [formerProfileLine(leftOut)] }, async () => undefined)
  return tried
}

function whyNotInShort({ rfiId, report }: LeftOut, tried: WhyNotReport | null): object {
  const { partnerId, standing, enough } = report
  return { rfiId, partnerId, standing, enough: enough[0]?.what ?? null, tried: tried?.standing ?? null }
}

function whyNotMe({ rfiId, name, report, before }: LeftOut, tried: WhyNotReport | null): string {
  const { partnerId, standing, enough, asOf } = report
  const found = tried?.standing
  return [
    `${styled('bold', 'Why not me?')}  ${clean(`${name} (${partnerId})`)} was not chosen for RFI ${rfiId}: it scored ${scoreText(before.score)} on ${dayOf(before.at)}.`,
    `  By ${dayOf(asOf)} it scores ${scoreText(standing.score ?? 0)} where ${scoreText(standing.needed ?? 0)} is needed. One thing would be enough: ${clean(enough[0]?.what ?? '')}.`,
    `  Tried: its profile was sent with that, and ranked again it ${found?.listed === true ? `is on the list, at place ${found.place}` : 'is still not on the list'}.`,
  ].join('\n')
}

function dayOf(timestamp: string): string {
  return timestamp.slice(0, 10)
}

function winnerIn(report: RfiReport | null): RfiReport['referrals'][number] | undefined {
  return report?.referrals.find(({ substatus }) => substatus === 'Won')
}

function whereToLook(data: string, report: RfiReport | null, leftOut: LeftOut | null): string {
  const folder = ['--data', fromHere(data)]
  const winner = winnerIn(report)
  return [
    `${styled('bold', 'The data lies in')} ${fromHere(data)}. Try next:`,
    `  ${commandLine('funnel', '--by', 'month', ...folder)}`,
    winner === undefined
      ? `  ${commandLine('status', ...folder)}`
      : `  ${commandLine('inbox', winner.partnerId, '--tab', 'active,archived', ...folder)}`,
    ...(leftOut === null
      ? []
      : [`  ${commandLine('explain', leftOut.rfiId, '--partner', leftOut.report.partnerId, ...folder)}`]),
    `  ${commandLine('consume', 'referral-status', '--from-beginning', '--max', '3', ...folder)}`,
  ].join('\n')
}

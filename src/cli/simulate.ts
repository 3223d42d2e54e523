import { join } from 'node:path'
import type { Command } from 'commander'
import { type HistoryLine, historyOf, mergeHistories } from '../lanes/timeline.ts'
import { type Topic, topics } from '../roles/topics.ts'
import { countLines } from './counts.ts'
import { Failure } from './failure.ts'
import { isEmptyOrMissing } from './folder.ts'
import { textLinesOf } from './lines.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { print, printJson } from './output.ts'
import { keyFields } from './records.ts'
import { runHistory } from './run-history.ts'

interface Options extends CommonOptions {
  readonly in: string
  readonly settle?: boolean
}

/** Of lines of the same moment, those of the topic further up come first. */
const order: readonly Topic[] = [topics.profiles, topics.rfis, topics.commands]

export function simulate(command: Command): void {
  addCommonOptions(command)
    .requiredOption('--in <dir>', `folder with ${order.map(fileOf).join(', ')}; only the RFIs are required`)
    .option('--settle', 'go on after the last line until no timer is left')
    .addHelpText(
      'after',
      '\nEvery line happens at its occurredAt, and so do the timers in between: the same files give the same folder.' +
        '\nCommands for referrals that were not routed this time are rejected and counted.',
    )
    .action(async (options: Options) => {
      const config = configOf(options)
      if (!isEmptyOrMissing(config.data))
        throw new Failure(
          `${config.data} is not empty, and a simulation needs a folder of its own; remove it or name another with --data`,
        )
      const history = await historyIn(options.in)
      const started = performance.now()
      const counts = await runHistory(
        { config, logger: await loggerOf(config), history, settle: options.settle === true },
        async (_folder, counts) => counts,
      )
      const seconds = Math.round((performance.now() - started) / 100) / 10
      if (options.json === true) printJson({ ...counts, seconds, data: config.data })
      else
        print(
          `${countLines(counts)}\n${counts.rejectedCommands === 0 ? '' : 'rejected: what the log says of referrals that this run did not route\n'}\n${history.length} lines in ${seconds} s; the data lies in ${config.data}`,
        )
    })
}

function fileOf(topic: Topic): string {
  return `${topic}.ndjson`
}

/** The three files of a folder merged by time. */
export async function historyIn(directory: string): Promise<HistoryLine[]> {
  const histories: HistoryLine[][] = []
  for (const topic of order) {
    const path = join(directory, fileOf(topic))
    histories.push(historyOf(topic, await linesIn(path, topic === topics.rfis), keyFields[topic] ?? ''))
  }
  return mergeHistories(histories)
}

async function linesIn(path: string, required: boolean): Promise<string[]> {
  try {
    return await textLinesOf(path)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (missing && !required) return []
    throw new Failure(
      missing
        ? `there is no ${path}; --in names the folder that holds it`
        : `${path} can't be read: ${error instanceof Error ? error.message : String(error)}; --in names the folder that holds it`,
    )
  }
}

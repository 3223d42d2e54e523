import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { toTimestamp } from '../domain/time.ts'
import { openToRead, withFolder } from './folder.ts'
import { addCommonOptions, type CommonOptions, configOf, count } from './options.ts'
import { printLine } from './output.ts'
import { topicOf } from './produce.ts'
import { jsonOf, readTopic, type TopicRecord } from './records.ts'

interface Options extends CommonOptions {
  readonly fromBeginning?: boolean
  readonly max?: number
  readonly follow?: boolean
}

/** ms between two looks for new records. */
const pause = 100

export function consume(command: Command): void {
  addCommonOptions(command.argument('<topic>'))
    .option('--from-beginning', 'what is there, up to its end')
    .option('--follow', 'with --from-beginning: then wait for new records')
    .option('--max <n>', 'end after so many', count)
    .addHelpText(
      'after',
      '\nWithout --from-beginning it waits for new records, until interrupted or --max is reached.' +
        '\nOne JSON object a line: topic, partition, offset, timestamp, key, headers, value; for a value that is no JSON, base64.',
    )
    .action(async (name: string, options: Options) => {
      const topic = topicOf(name)
      const { fromBeginning = false, max = Number.POSITIVE_INFINITY } = options
      const follow = options.follow === true || !fromBeginning
      const interrupted = new AbortController()
      const interrupt = () => interrupted.abort()
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
      await withFolder(openToRead(configOf(options)), async ({ log }) => {
        const reader = await readTopic(log, topic, fromBeginning ? 'beginning' : 'end')
        let printed = 0
        while (!interrupted.signal.aborted) {
          for (const record of reader.available()) {
            await printLine(JSON.stringify({ topic, ...shown(record) }))
            printed += 1
            if (printed >= max || interrupted.signal.aborted) return
          }
          if (!follow) return
          await systemTime.sleep(pause, interrupted.signal)
        }
      }).finally(() => process.off('SIGINT', interrupt).off('SIGTERM', interrupt))
    })
}

function shown({ partition, offset, timestamp, key, headers, value }: TopicRecord): object {
  const json = jsonOf(value)
  return {
    partition,
    offset,
    timestamp: toTimestamp(timestamp),
    key: key === null ? null : new TextDecoder().decode(key),
    headers,
    ...(json.ok
      ? { value: json.value }
      : { value: null, base64: Buffer.from(value ?? []).toString('base64') }),
  }
}

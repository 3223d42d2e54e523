import type { Command } from 'commander'
import { toTimestamp } from '../domain/time.ts'
import type { Stretch, TopicRecord } from '../ports/log.ts'
import type { Topic } from '../roles/topics.ts'
import type { Backend } from './backend.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count } from './options.ts'
import { printLine } from './output.ts'
import { topicOf } from './produce.ts'
import { readValue } from './records.ts'

interface Options extends CommonOptions {
  readonly fromBeginning?: boolean
  readonly max?: number
  readonly follow?: boolean
  readonly type?: string
}

export function consume(command: Command): void {
  addCommonOptions(command.argument('<topic>'))
    .option('--from-beginning', 'what is there, up to its end')
    .option('--follow', 'with --from-beginning: then wait for new records')
    .option('--max <n>', 'end after so many', count)
    .option('--type <type>', 'only events of this kind, as their header ce_type says: referral.accepted')
    .addHelpText(
      'after',
      '\nWithout --from-beginning it waits for new records, until interrupted or --max is reached.' +
        '\nOne JSON object a line: topic, partition, offset, timestamp, key, headers, value; for a value that no one can read, base64.',
    )
    .action(async (name: string, options: Options) => {
      const topic = topicOf(name)
      const { fromBeginning = false, max = Number.POSITIVE_INFINITY } = options
      const follow = options.follow === true || !fromBeginning
      const interrupted = new AbortController()
      const interrupt = () => interrupted.abort()
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
      await withBackend(configOf(options), { access: 'read', unknownSchemaPatience: 0 }, async backend => {
        const wanted = (stretch: Stretch): Stretch => ({
          ...stretch,
          start: fromBeginning ? stretch.start : stretch.end,
          end: follow ? Number.POSITIVE_INFINITY : stretch.end,
        })
        const stretches = (await backend.log.stretches([topic])).map(wanted)
        let printed = 0
        for await (const record of backend.log.scan(stretches, interrupted.signal)) {
          if (options.type !== undefined && record.headers.ce_type !== options.type) continue
          await printLine(JSON.stringify(await shown(backend, topic, record)))
          printed += 1
          if (printed >= max || interrupted.signal.aborted) return
        }
      }).finally(() => process.off('SIGINT', interrupt).off('SIGTERM', interrupt))
    })
}

async function shown(
  backend: Backend,
  topic: Topic,
  { partition, offset, timestamp, key, headers, value }: TopicRecord,
): Promise<object> {
  const read = await readValue(backend, topic, value)
  return {
    topic,
    partition,
    offset,
    timestamp: toTimestamp(timestamp),
    key: key === null ? null : new TextDecoder().decode(key),
    headers,
    ...(read.ok
      ? { value: read.value }
      : { value: null, base64: Buffer.from(value ?? []).toString('base64') }),
  }
}

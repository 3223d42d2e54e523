import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { persist } from '../lanes/retry.ts'
import { closest } from '../ops/closest.ts'
import type { OutgoingRecord } from '../ports/log.ts'
import { isTopic, type Topic, topicNames, topics } from '../roles/topics.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure, wrongUsage } from './failure.ts'
import { isDataFolder } from './folder.ts'
import { lineBlocksOf } from './lines.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { print, printJson } from './output.ts'
import { progressOf } from './progress.ts'
import { jsonOf, keyFields } from './records.ts'
import { grouped } from './text.ts'

interface Options extends CommonOptions {
  readonly anyTopic?: boolean
  readonly key?: string
}

/** What others send; the rest is the worker's own. */
const inputs: readonly Topic[] = [topics.profiles, topics.weights, topics.rfis, topics.commands]

const headers = { 'content-type': 'application/json' }

export function produce(command: Command): void {
  addCommonOptions(
    command
      .argument('<topic>')
      .argument('<file>', 'one JSON object a line, or one in all; - for standard input'),
  )
    .option(
      '--key <key>',
      'of every record, whatever it holds (ranking-weights: the slot, live unless given)',
    )
    .option('--any-topic', 'also to the topics that the worker writes itself')
    .addHelpText(
      'after',
      `\nTopics and the field that is the key:\n${inputs
        .map(topic => `  ${topic.padEnd(20)} ${keyFields[topic] ?? '–'}`)
        .join('\n')}` +
        '\n\nWorks while a worker runs on the folder. A line for them that is no JSON object with its key is sent as' +
        '\nit is, and becomes a dead letter. The line null with --key withdraws what stands under the key.',
    )
    .action(async (topic: string, file: string, options: Options) => {
      const known = topicOf(topic)
      if (!inputs.includes(known) && options.anyTopic !== true)
        throw wrongUsage(
          `${known} is written by the worker itself; input goes to ${inputs.join(', ')}, and --any-topic sends elsewhere all the same`,
        )
      const config = configOf(options)
      const size = await sizeOf(file)
      const logger = await loggerOf(config)
      const made = !isOnServers(config) && !isDataFolder(config.data)
      if (!isOnServers(config)) keepFromDemo(config.data, 'produce')
      const key = options.key ?? (known === topics.weights ? 'live' : null)
      const bar = progressOf(`sending to ${known}`, size)
      const done = { sent: 0, malformed: 0, bytes: 0, first: null as MalformedLine | null }
      const place = await withBackend(
        config,
        { access: 'write', logger },
        async ({ log, place, workers }) => {
          if (made) process.stderr.write(`made ${config.data}; no worker runs there yet\n`)
          // On servers whoever produces may not be allowed to see who is in the workers' groups.
          else if (!isOnServers(config) && (await workers()).length === 0)
            process.stderr.write(`no worker runs on ${config.data}: what is sent waits for the next\n`)
          for await (const lines of recordsIn(file, size)) {
            const records = lines.map(line => recordOf(known, line, key))
            // A worker that has the folder for a moment is waited for.
            await persist(() => log.producer.send(records), { time: systemTime, logger, what: 'the log' })
            for (const [at, record] of records.entries()) {
              if (!isMalformed(known, record)) continue
              done.malformed += 1
              done.first ??= { number: done.sent + at + 1, why: whyMalformed(known, record) }
            }
            done.sent += lines.length
            for (const line of lines) done.bytes += line.length + 1
            bar.to(size === null ? done.sent : done.bytes, `${grouped(done.sent)} records`)
          }
          return place
        },
      ).finally(() => bar.end())
      const { sent, malformed, first } = done
      if (options.json === true) printJson({ topic: known, sent, malformed })
      else {
        const dead = `; ${grouped(malformed)} malformed${inputs.includes(known) ? ', to be dead letters' : ''}`
        const records = sent === 1 ? 'record' : 'records'
        print(`sent ${grouped(sent)} ${records} to ${known} in ${place}${malformed === 0 ? '' : dead}`)
        if (first !== null) process.stderr.write(`line ${grouped(first.number)}: ${first.why}\n`)
      }
    })
}

/** The topic of that name, or the usage error that lists them. */
export function topicOf(name: string): Topic {
  if (isTopic(name)) return name
  const meant = closest(name, topicNames)
  throw wrongUsage(
    `there is no topic ${JSON.stringify(name)}${meant === null ? '' : `, did you mean ${meant}?`}; there are ${topicNames.join(', ')}`,
  )
}

/** Bytes up to which a file is looked at as a whole. */
const mostWhole = 1024 * 1024

/** Its lines; but of a file that is one JSON object over several lines that one, as people write them by hand. */
async function* recordsIn(file: string, size: number | null): AsyncGenerator<readonly Uint8Array[]> {
  if (size !== null && size <= mostWhole) {
    const whole = await readFile(file)
    const json = whole.includes(newline) ? jsonOf(whole) : null
    if (json?.ok === true && json.value !== null && !Array.isArray(json.value)) return yield [whole]
  }
  yield* lineBlocksOf(file)
}

const newline = 0x0a

async function sizeOf(file: string): Promise<number | null> {
  if (file === '-') return null
  try {
    const found = await stat(file)
    if (found.isDirectory()) throw new Failure(`${file} is a folder; name a file in it`)
    return found.isFile() ? found.size : null
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}; name a file, or - for standard input`,
    )
  }
}

function recordOf(topic: Topic, line: Uint8Array, key: string | null): OutgoingRecord {
  const json = jsonOf(line)
  const field = keyFields[topic]
  const found =
    json.ok && field !== null && json.value !== null && typeof json.value === 'object'
      ? (json.value as Record<string, unknown>)[field]
      : null
  return { topic, key: key ?? (typeof found === 'string' ? found : null), value: line, headers }
}

interface MalformedLine {
  /** Among the lines that are not empty, from 1. */
  readonly number: number
  readonly why: string
}

/** What to do about a line, in words. Never what it holds: that may be a customer's name. */
function whyMalformed(topic: Topic, { value }: OutgoingRecord): string {
  const json = jsonOf(value)
  if (!json.ok)
    return `no JSON value in UTF-8${json.position === undefined ? '' : `; it breaks at character ${json.position}`}. Each line is a record of its own; jq -c . FILE makes one line of one that goes over several`
  if (json.value === null || typeof json.value !== 'object') return 'no JSON object'
  return `without "${keyFields[topic]}", the text that is its key`
}

/** As far as can be seen here: no JSON object (or null), or without the key it needs. Shapes are the worker's to judge. */
function isMalformed(topic: Topic, { key, value }: OutgoingRecord): boolean {
  const json = jsonOf(value)
  return !json.ok || typeof json.value !== 'object' || (key === null && keyFields[topic] !== null)
}

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { kafkaJars } from '../../support/servers/packages.ts'
import { findJava } from '../../support/servers/tools.ts'
import { type Client, type Got, inOrder, type Sent } from './client.ts'

/** A line of `kafka-consumer-groups --describe`. */
export interface GroupLine {
  readonly topic: string
  readonly partition: number
  readonly current: number
  readonly end: number
  readonly lag: number
  readonly client: string
}

export interface JavaConsole extends Client {
  describeGroup(group: string): Promise<GroupLine[]>
}

const nothing = '<null>'
/** Between the parts of a line; neither JSON nor headers hold it. */
const tab = '\t'
/** After each record shown: Avro may hold a line's end. */
const end = '<end>\n'

/** The console tools that come with Kafka, as `kafka-console-producer` and so on would start them; or why there are none. */
export async function javaConsole(
  brokers: string,
  { prefix }: { readonly prefix: string },
): Promise<JavaConsole | string> {
  const java = await findJava()
  if (!java.ok) return java.why
  let jars: string
  try {
    jars = await kafkaJars()
  } catch (error) {
    return String(error)
  }
  const run = (tool: string, parts: readonly string[], input = '') =>
    runJava(
      java.command,
      [
        ...['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', jars],
        ...[`org.apache.kafka.tools.${tool}`, '--bootstrap-server', brokers, ...parts],
      ],
      input,
    )
  return {
    name: "Kafka's console tools",
    sendsNull: true,
    async send(topic, records, compression) {
      const properties = [
        'parse.headers=true',
        'parse.key=true',
        `key.separator=${tab}`,
        `null.marker=${nothing}`,
      ]
      const words = [
        '--topic',
        topic,
        '--compression-codec',
        compression,
        ...withEach('--property', properties),
      ]
      await run('ConsoleProducer', words, records.map(asLine).join(''))
    },
    async read(topic, count) {
      const shown = ['timestamp', 'partition', 'offset', 'headers', 'key', 'value'].map(
        part => `print.${part}=true`,
      )
      const properties = [
        ...shown,
        `key.separator=${tab}`,
        `null.literal=${nothing}`,
        `line.separator=${end}`,
      ]
      const words = [
        ...['--topic', topic, '--from-beginning', '--max-messages', String(count), '--timeout-ms', '20000'],
        ...['--group', `${prefix}console-${randomUUID()}`, ...withEach('--property', properties)],
      ]
      const text = await run('consumer.ConsoleConsumer', words)
      return inOrder(text.split(end).slice(0, -1).map(readLine))
    },
    async describeGroup(group) {
      const text = await run('consumer.group.ConsumerGroupCommand', ['--describe', '--group', group])
      return linesOf(text).flatMap(line => {
        const [name, topic = '', partition, current, end, lag, , , client = ''] = line.trim().split(/\s+/)
        const numbers = {
          partition: Number(partition),
          current: Number(current),
          end: Number(end),
          lag: Number(lag),
        }
        return name === group ? [{ topic, client, ...numbers }] : []
      })
    },
    close: () => Promise.resolve(),
  }
}

const withEach = (flag: string, values: readonly string[]): string[] => values.flatMap(value => [flag, value])

const linesOf = (text: string): string[] => text.split('\n').filter(line => line !== '')

function asLine({ key, value, headers }: Sent): string {
  const pairs = Object.entries(headers ?? {}).map(([name, text]) => `${name}:${text}`)
  return `${[pairs.length === 0 ? nothing : pairs.join(','), key ?? nothing, value ?? nothing].join(tab)}\n`
}

/** Bytes as latin1: `LogAppendTime:1772442840000  Partition:0  Offset:3  ce_id:…,ce_type:…  key  value`. Topics of ours have the log's time. */
function readLine(line: string): Got {
  const [timestamp = '', partition = '', offset = '', headers = '', key = '', ...value] = line.split(tab)
  const numberAfter = (name: string, text: string) => {
    if (!text.startsWith(`${name}:`)) throw new Error(`${name}:… expected, not ${text}`)
    return Number(text.slice(name.length + 1))
  }
  const pairs = headers === 'NO_HEADERS' ? [] : headers.split(',')
  const text = value.join(tab)
  return {
    timestamp: numberAfter('LogAppendTime', timestamp),
    partition: numberAfter('Partition', partition),
    offset: numberAfter('Offset', offset),
    headers: Object.fromEntries(
      pairs.map(pair => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]),
    ),
    key: key === nothing ? null : bytesOf(key).toString(),
    value: text === nothing ? null : bytesOf(text),
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

function runJava(command: string, words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 60_000, maxBuffer: 64 * 1024 * 1024, encoding: 'latin1' } as const
    const child = execFile(command, words, options, (error, out, err) =>
      error ? reject(new Error(`${error.message}: ${err}`)) : resolve(out),
    )
    child.stdin?.on('error', () => undefined).end(input)
  })
}

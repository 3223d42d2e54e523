import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { serverFolder } from './folders.ts'
import { type BrokerPlace, kafkaSettings, type Listener } from './kafka-settings.ts'
import { kafkaJars, kafkaVersion } from './packages.ts'
import { freePort } from './ports.ts'
import { runProcess, type ServerProcess, startProcess, tail } from './process.ts'
import { ready } from './ready.ts'
import { findJava } from './tools.ts'

/** Apache Kafka of our own, on the loopback interface. Brokers are told apart by index, node id − 1. */
export interface LocalKafka {
  /** `host:port,…` of all brokers, also while some are down. */
  readonly brokers: string
  readonly origin: string
  /** Process ids; null for one that is down. */
  ids(): readonly (number | null)[]
  /** SIGKILL; without an index, all. */
  kill(index?: number): Promise<void>
  /** SIGTERM, which hands leadership over first. */
  shutDown(index: number): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(index?: number): void
  resume(index?: number): void
  /** Starts one that is down (kills it first if it isn't) with the same data and port; without an index, all. */
  restart(index?: number): Promise<void>
  /** Ends all and removes their data, unless it was to be kept. */
  stop(): Promise<void>
}

export interface KafkaOptions {
  readonly brokers?: 1 | 3
  /** More lines for `server.properties`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Doors beside the open one, of a single broker. */
  readonly listeners?: readonly Listener[]
  /** Users that log in by SCRAM, as `kafka-storage format --add-scram` takes them. */
  readonly scram?: readonly string[]
  /** Kept when the cluster stops, and used again; else a temporary folder. */
  readonly data?: string
  /** MiB a broker; 384 for one, 256 for three. */
  readonly heap?: number
}

export async function startKafka(options: KafkaOptions = {}): Promise<LocalKafka> {
  const {
    brokers: count = 1,
    settings = {},
    listeners = [],
    scram = [],
    heap = count === 1 ? 384 : 256,
  } = options
  const java = await findJava()
  if (!java.ok) throw new Error(java.why)
  const jars = await kafkaJars()
  const folder = serverFolder('kafka', options.data)
  const places: BrokerPlace[] = []
  for (let index = 0; index < count; index += 1) {
    const data = join(folder.path, `broker-${index + 1}`)
    places.push({ port: await freePort(), controllerPort: await freePort(), data })
  }
  const file = (index: number) => join(folder.path, `broker-${index + 1}.properties`)
  const processes: (ServerProcess | null)[] = places.map(() => null)
  const indexes = (index?: number) => (index === undefined ? places.map((_, each) => each) : [index])

  // Three are for losing a leader, not for speed: the light compiler alone starts them with less work.
  const compiler = count === 1 ? [] : ['-XX:TieredStopAtLevel=1']
  const launch = async (index: number) => {
    processes[index] = await startProcess({
      command: java.command,
      arguments: [`-Xmx${heap}m`, '-XX:+UseSerialGC', ...compiler, '-cp', jars, 'kafka.Kafka', file(index)],
      folder: folder.path,
      log: join(folder.path, `broker-${index + 1}.log`),
    })
  }
  const answers = async (index: number) => {
    const server = processes[index]
    const place = places[index]
    if (!server || place === undefined) throw new RangeError(`no broker ${index}`)
    const alive = () => processes.filter(other => other !== null && other.ended() === null).length
    await ready(`Kafka's broker ${index}`, server, async () => (await membersAsked(place.port)) >= alive())
  }
  const end = async (index: number, how: 'kill' | 'stop') => {
    await processes[index]?.[how]()
    processes[index] = null
  }
  const stop = async () => {
    const how = options.data === undefined ? 'kill' : 'stop'
    await Promise.all(indexes().map(index => end(index, how)))
    folder.remove()
  }
  try {
    if (places.some(({ data }) => !existsSync(join(data, 'meta.properties'))))
      await format(java.command, jars, places, folder.path, scram)
    places.forEach((_, index) => {
      writeFileSync(file(index), kafkaSettings(places, index, settings, listeners))
    })
    await Promise.all(indexes().map(launch))
    await Promise.all(indexes().map(answers))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    brokers: places.map(({ port }) => `127.0.0.1:${port}`).join(','),
    origin: `Apache Kafka ${kafkaVersion}, local${count === 1 ? '' : `, ${count} brokers`}`,
    ids: () => processes.map(server => (server === null || server.ended() !== null ? null : server.id)),
    kill: async index => {
      await Promise.all(indexes(index).map(each => end(each, 'kill')))
    },
    shutDown: index => end(index, 'stop'),
    pause: index => {
      for (const each of indexes(index)) processes[each]?.signal('SIGSTOP')
    },
    resume: index => {
      for (const each of indexes(index)) processes[each]?.signal('SIGCONT')
    },
    restart: async index => {
      await Promise.all(indexes(index).map(each => end(each, 'kill')))
      await Promise.all(indexes(index).map(launch))
      await Promise.all(indexes(index).map(answers))
    },
    stop,
  }
}

/** Formats the folders of all brokers in one run of the tool (1.5 s each otherwise), then tells each whose it is. */
async function format(
  java: string,
  jars: string,
  places: readonly BrokerPlace[],
  folder: string,
  scram: readonly string[],
): Promise<void> {
  const log = join(folder, 'format.log')
  const settings = join(folder, 'format.properties')
  const [first] = places
  if (first === undefined) return
  for (const { data } of places) mkdirSync(data, { recursive: true })
  const all = places.map(({ data }) => data).join(',')
  writeFileSync(settings, kafkaSettings([first], 0, { 'log.dirs': all }))
  // One that begins with a dash would be taken for an option.
  const clusterId = Buffer.from(crypto.randomUUID().replaceAll('-', ''), 'hex')
    .toString('base64url')
    .replace(/^[-_]/, 'A')
  const tool = [
    '-Xmx128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    jars,
    'kafka.tools.StorageTool',
  ]
  const users = scram.flatMap(user => ['--add-scram', user])
  const parts = [...tool, 'format', '--ignore-formatted', '-t', clusterId, '-c', settings, ...users]
  await runProcess({ command: java, arguments: parts, folder, log })
  places.forEach(({ data }, index) => {
    const meta = join(data, 'meta.properties')
    if (!existsSync(meta)) throw new Error(`${data} was not formatted: ${tail(log)}`)
    writeFileSync(meta, readFileSync(meta, 'utf8').replace(/^node\.id=.*$/m, `node.id=${index + 1}`))
  })
}

/** How many brokers this one knows to be there; rejects while it doesn't answer. */
async function membersAsked(port: number): Promise<number> {
  // Not kafkajs, which would print its warning about negative timeouts into every vitest run.
  const admin = new Admin({
    clientId: 'readiness',
    bootstrapBrokers: [`127.0.0.1:${port}`],
    retries: 0,
    connectTimeout: 1000,
    timeout: 2000,
  })
  try {
    return (await admin.metadata({ topics: [] })).brokers.size
  } finally {
    await admin.close()
  }
}

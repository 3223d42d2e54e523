import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Command, Option } from 'commander'
import { lockFolder } from '../adapters/embedded/worker-lock.ts'
import { systemTime } from '../adapters/system-time.ts'
import { toTimestamp } from '../domain/time.ts'
import { Interrupted, persist } from '../lanes/retry.ts'
import type { Config } from '../ops/config.ts'
import { type Health, serveHealth } from '../ops/health.ts'
import { defaultRelease } from '../ranking/release.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import type { Backend } from './backend.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure } from './failure.ts'
import { LaneLines } from './lane-lines.ts'
import { lanesTold } from './lanes-told.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count, loggerOf, someOf } from './options.ts'
import { print, printJson, whenReaderLeaves } from './output.ts'
import { Stopping } from './stopping.ts'
import { sumCounts } from './sum-counts.ts'
import { defaultThreads, RoleThread, shareOut } from './threads.ts'
import { inWords, type Said } from './worker-lines.ts'

const withoutSecret =
  'ROUTER_CUSTOMER_SECRET is not set, so whoever reads the store can test which customer a hash stands for; set it to any long random text and keep it'

interface Options extends CommonOptions {
  readonly roles: readonly RoleName[]
  readonly eventTime?: boolean
  readonly stopWithin: number
  readonly threads?: number
  readonly healthPort?: string
  readonly healthHost?: string
}

export function worker(command: Command): void {
  addCommonOptions(command, { logLevel: 'info' })
    .addOption(
      new Option('--roles <names>', `some of ${roleNames.join(',')}`)
        .argParser(someOf(roleNames))
        .default(roleNames, 'all'),
    )
    .option('--event-time', "everything happens at its record's time: for runs that come out the same again")
    .addOption(new Option('--stop-within <seconds>', 'how long a stop may take').argParser(count).default(20))
    .addOption(
      new Option(
        '--threads <n>',
        `threads that share the partitions (default: ${defaultThreads(false)}, on servers 1)`,
      ).argParser(count),
    )
    .option('--health-port <port>', 'answer GET /health/live and /health/ready there (0: any free port)')
    .option('--health-host <address>', 'where to listen for that (default: 127.0.0.1)')
    .addHelpText(
      'after',
      '\n"ready" says that it has its tables and its share of the partitions, and that no lane is halted.' +
        '\nSIGTERM or SIGINT stops it: nothing new is taken, what is under way is finished. A second one ends it at once;' +
        '\nwhat was under way is then done by the next start. A lane that can not go on halts: the worker is not' +
        '\nready then, status names the lane, and "lanes resume" lets it go on. While one is halted, the worker ends with 1.',
    )
    .action(async (options: Options) => {
      const config = configOf(options, { logLevel: 'info' })
      whenReaderLeaves('go-on')
      await (isOnServers(config) ? runWorker(config, options) : runOnFolder(config, options))
    })
}

/** One worker at a time has a folder. */
async function runOnFolder(config: Config, options: Options): Promise<void> {
  const lock = lockFolder(config.data)
  try {
    keepFromDemo(config.data, 'a worker')
    await runWorker(config, options)
  } finally {
    lock.release()
  }
}

async function runWorker(config: Config, options: Options): Promise<void> {
  const { roles, eventTime = false, stopWithin, threads } = options
  const onServers = isOnServers(config)
  const laneLines = new LaneLines(print)
  const eachLane = config.logLevel === 'debug'
  const tell = (said: Said) => {
    if (options.json === true) return printJson(said)
    if (said.event === 'lane' && !eachLane) return
    laneLines.flush()
    print(inWords(said))
  }
  const logger = await loggerOf(config)
  const stopping = new Stopping(stopWithin * 1000)
  const shares = shareOut(roles, threads ?? defaultThreads(onServers))
  const told = lanesTold({
    logger,
    roles,
    threads: shares.length,
    now: systemTime.now,
    tell,
    lanesChanged: lanes => {
      if (options.json !== true && !eachLane) laneLines.changed(lanes)
    },
  })
  stopping.signal.addEventListener('abort', () => {
    told.stopping()
    laneLines.drop()
  })
  let running: readonly RoleThread[] = []
  const look = (): Health => ({
    state: told.state,
    roles,
    lanes: told.running,
    halted: told.halts,
    stuck: running.flatMap(({ stuck }) => stuck),
    since: toTimestamp(told.since),
  })
  const health =
    config.health === null ? null : await serveHealth({ ...config.health, look, logger }).catch(refused)
  try {
    await withBackend(config, { access: 'write', logger }, async backend => {
      const waiting = { time: systemTime, logger, signal: stopping.signal }
      const on = health === null ? backend.on : { ...backend.on, health: `${health.address}/health/ready` }
      tell({ event: 'started', roles, pid: process.pid, on })
      if (config.customerSecret === '' && roles.includes('router'))
        logger.warn({ variable: 'ROUTER_CUSTOMER_SECRET', reason: withoutSecret }, 'customer-secret-not-set')
      await persist(() => backend.prepare(), { ...waiting, what: 'what a worker needs' })
      const weightsId = await persist(() => weightsInForce(backend), { ...waiting, what: 'weights' })
      tell({ event: 'weights', weightsId })
      // A folder's lock keeps other workers away: the next one need not wait for the clock's lease to end.
      const holder = onServers ? `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}` : 'embedded'
      running = shares.map(share => new RoleThread({ ...share, config, eventTime, holder }, told.logger))
      await stopping.run(running)
      const counts = sumCounts(running.flatMap(thread => thread.counts))
      tell({ event: 'stopped', counts, halted: told.halts.map(({ lane }) => lane) })
      if (told.halts.length > 0) process.exitCode = 1
    })
  } catch (error) {
    // Told to stop while a server was waited for: nothing was under way.
    if (!(error instanceof Interrupted)) throw error
    tell({ event: 'stopped', counts: {}, halted: [] })
  } finally {
    stopping.end()
    await health?.close()
  }
}

function refused(error: unknown): never {
  throw new Failure(`--health-port: ${error instanceof Error ? error.message : String(error)}`)
}

async function weightsInForce({ store }: Backend): Promise<string> {
  const live = (await store.get('weights', ['live'])).get('live')
  return (live?.release ?? defaultRelease).weightsId
}

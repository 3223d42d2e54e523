import { type Command, Option } from 'commander'
import { lockFolder } from '../adapters/embedded/worker-lock.ts'
import type { Config } from '../ops/config.ts'
import type { Logger } from '../ports/logger.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure } from './failure.ts'
import { openToWrite, withFolder } from './folder.ts'
import { forgetHalts, type Halt, writeHalts } from './halts.ts'
import { lanesOf } from './lanes.ts'
import { lanesTold } from './lanes-told.ts'
import { addCommonOptions, type CommonOptions, configOf, count, loggerOf, someOf } from './options.ts'
import { print, printJson, whenReaderLeaves } from './output.ts'
import { defaultThreads, RoleThread, shareOut } from './threads.ts'
import { inWords, type Said } from './worker-lines.ts'

const withoutSecret =
  'ROUTER_CUSTOMER_SECRET is not set, so whoever reads the store can test which customer a hash stands for; set it to any long random text and keep it'

interface Options extends CommonOptions {
  readonly roles: readonly RoleName[]
  readonly eventTime?: boolean
  readonly stopWithin: number
  readonly threads: number
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
      new Option('--threads <n>', 'threads that share the partitions')
        .argParser(count)
        .default(defaultThreads()),
    )
    .addHelpText(
      'after',
      '\nSIGTERM or SIGINT stops it: nothing new is taken, what is under way is finished. A second one ends it at once;' +
        '\nwhat was under way is then done by the next start. A lane that can not go on halts: there is no "ready" then,' +
        '\nstatus names it, and the worker ends with 1.',
    )
    .action(async (options: Options) => {
      const config = configOf(options, { logLevel: 'info' })
      if (config.servers.length > 0)
        throw new Failure(
          `this build runs embedded only, and ${config.servers.join(' and ')} ask for servers; unset them to run on the folder ${config.data}`,
        )
      whenReaderLeaves('go-on')
      await runWorker(config, options)
    })
}

async function runWorker(config: Config, options: Options): Promise<void> {
  const { roles, eventTime = false, stopWithin, threads } = options
  const { data, partitions, customerSecret, logLevel } = config
  const tell = (said: Said) => {
    if (options.json === true) printJson(said)
    else if (said.event !== 'lane' || logLevel === 'debug') print(inWords(said))
  }
  const logger = await loggerOf(config)
  const lock = lockFolder(data)
  try {
    keepFromDemo(data, 'a worker')
    forgetHalts(data)
    await withFolder(openToWrite(config), async folder => {
      tell({ event: 'started', roles, data, pid: process.pid })
      if (customerSecret === '' && roles.includes('router'))
        logger.warn({ variable: 'ROUTER_CUSTOMER_SECRET', reason: withoutSecret }, 'customer-secret-not-set')
      const shares = shareOut(roles, threads)
      const told = lanesTold({
        logger,
        lanes: lanesOf(folder, roles).length,
        threads: shares.length,
        tell,
        halted: halts => keepHalts(data, halts, logger),
      })
      // The folder's lock keeps other workers away: the next one need not wait for the clock's lease to end.
      const common = { data, partitions, eventTime, customerSecret, holder: 'embedded' }
      const running = shares.map(share => new RoleThread({ ...share, ...common }, told.logger))
      await untilStopped(running, stopWithin * 1000)
      const counts = sumCounts(running.flatMap(thread => thread.counts))
      tell({ event: 'stopped', counts, halted: told.halts.map(({ lane }) => lane) })
      if (told.halts.length > 0) process.exitCode = 1
    })
  } finally {
    lock.release()
  }
}

/** For `status`. What can't be written there was said here. */
function keepHalts(directory: string, halts: readonly Halt[], logger: Logger): void {
  try {
    writeHalts(directory, halts)
  } catch (err) {
    logger.warn({ err }, 'halts-not-kept')
  }
}

/** Runs until a signal comes, or a thread can't go on, and then stops them all. */
async function untilStopped(threads: readonly RoleThread[], deadline: number): Promise<void> {
  let stopping: Promise<unknown> | null = null
  const stopAll = () => {
    stopping ??= Promise.allSettled(threads.map(thread => thread.stop(deadline)))
    return stopping
  }
  const stop = () => {
    if (stopping !== null) giveUp('stopped at once')
    void stopAll()
    setTimeout(() => giveUp('the stop took too long'), deadline + 5_000).unref()
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  try {
    await Promise.all(threads.map(thread => thread.run()))
  } finally {
    await stopAll()
    process.off('SIGTERM', stop).off('SIGINT', stop)
  }
}

function giveUp(why: string): never {
  process.stderr.write(`referral-router: ${why}; what was under way is done by the next start\n`)
  process.exit(1)
}

function sumCounts(lanes: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of lanes)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
  return sums
}

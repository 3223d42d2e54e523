import { type Command, Option } from 'commander'
import { lockFolder } from '../adapters/embedded/worker-lock.ts'
import type { Config } from '../ops/config.ts'
import type { Logger } from '../ports/logger.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure } from './failure.ts'
import { openToWrite, withFolder } from './folder.ts'
import { lanesOf } from './lanes.ts'
import { addCommonOptions, type CommonOptions, configOf, count, loggerOf, someOf } from './options.ts'
import { print, printJson, whenReaderLeaves } from './output.ts'
import { defaultThreads, RoleThread, shareOut } from './threads.ts'

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
        '\nwhat was under way is then done by the next start.',
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
  const tell = options.json === true ? printJson : (said: Said) => print(inWords(said))
  const logger = await loggerOf(config)
  const lock = lockFolder(config.data)
  keepFromDemo(config.data)
  try {
    await withFolder(openToWrite(config), async folder => {
      tell({ event: 'started', roles, data: config.data, pid: process.pid })
      if (config.customerSecret === '' && roles.includes('router'))
        logger.info({ variable: 'ROUTER_CUSTOMER_SECRET' }, 'customer-secret-not-set')
      const expected = lanesOf(folder, roles).length
      const shares = shareOut(roles, threads)
      const told = lanesTold(logger, { lanes: expected, threads: shares.length }, tell)
      const running = shares.map(
        share =>
          new RoleThread(
            {
              ...share,
              data: config.data,
              partitions: config.partitions,
              eventTime,
              customerSecret: config.customerSecret,
              // The folder's lock keeps other workers away: the next one need not wait for the clock's lease to end.
              holder: 'embedded',
            },
            told,
          ),
      )
      await untilStopped(running, stopWithin * 1000)
      tell({ event: 'stopped', counts: sumCounts(running.flatMap(({ counts }) => counts)) })
    })
  } finally {
    lock.release()
  }
}

type Said =
  | {
      readonly event: 'started'
      readonly roles: readonly string[]
      readonly data: string
      readonly pid: number
    }
  | { readonly event: 'lane'; readonly lane: string; readonly state: string; readonly offset: number }
  | { readonly event: 'halted'; readonly lane: string; readonly reason: string }
  | { readonly event: 'ready' }
  | { readonly event: 'stopped'; readonly counts: Readonly<Record<string, number>> }

function inWords(said: Said): string {
  switch (said.event) {
    case 'started':
      return `roles ${said.roles.join(', ')}\ndata ${said.data}`
    case 'lane':
      return `lane ${said.lane} ${said.state} at ${said.offset}`
    case 'halted':
      return `lane ${said.lane} halted: ${said.reason}`
    case 'ready':
      return 'ready'
    case 'stopped': {
      const counts = Object.entries(said.counts).map(([name, count]) => `${name} ${count}`)
      return counts.length === 0 ? 'stopped' : `stopped: ${counts.join(', ')}`
    }
  }
}

/** Passes everything on, and tells of lanes as they come; `ready` once all that are expected have. */
function lanesTold(
  logger: Logger,
  expected: { readonly lanes: number; readonly threads: number },
  tell: (said: Said) => void,
): Logger {
  const settled = new Set<string>()
  let [tablesRead, told] = [0, false]
  const readyYet = () => {
    if (told || tablesRead < expected.threads || settled.size < expected.lanes) return
    told = true
    tell({ event: 'ready' })
  }
  return {
    debug(fields, event) {
      logger.debug(fields, event)
      if (event !== 'lane' || !isLaneState(fields) || fields.state !== 'running') return
      settled.add(fields.lane)
      tell({ event: 'lane', ...fields })
      readyYet()
    },
    info(fields, event) {
      logger.info(fields, event)
      if (event === 'ready') tablesRead += 1
      readyYet()
    },
    warn: (fields, event) => logger.warn(fields, event),
    error(fields, event) {
      logger.error(fields, event)
      if (event !== 'lane-halted' || !isHalt(fields)) return
      settled.add(fields.lane)
      tell({ event: 'halted', lane: fields.lane, reason: fields.reason })
      readyYet()
    },
  }
}

function isLaneState(fields: object): fields is { lane: string; state: string; offset: number } {
  return 'lane' in fields && 'state' in fields && 'offset' in fields
}

function isHalt(fields: object): fields is { lane: string; reason: string } {
  return 'lane' in fields && 'reason' in fields
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

import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { Failure, wrongUsage } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type Status, statusOf } from './status-report.ts'
import { statusText } from './status-text.ts'
import { grouped } from './text.ts'

interface StatusOptions extends CommonOptions {
  readonly check?: boolean
  /** Seconds; true for `patience`. */
  readonly wait?: string | true
}

/** Seconds that are waited at the most. */
const patience = 60
/** ms between two looks: longer than it takes until what was projected is in every worker's tables. */
const pause = 1500

export function status(command: Command): void {
  addCommonOptions(command)
    .option('--check', 'say nothing when all is well, else say what is not and exit with 1')
    .option(
      '--wait [seconds]',
      `until workers run every role and have read all that was sent; exits with 1 after so long (${patience})`,
    )
    .addHelpText(
      'after',
      '\nNot well is: a halted lane, a role that no worker runs, a batch whose records have not been handed to the log for' +
        '\nmore than a minute. With --json, --check prints everything all the same, and --json names each lane.',
    )
    .action(async (options: StatusOptions) => {
      const seconds = options.wait === undefined ? 0 : secondsOf(options.wait)
      const found = await settled(() => withBackend(configOf(options), { access: 'read' }, statusOf), seconds)
      if (options.json === true) printJson(found)
      else if (options.check !== true) print(statusText(found, { now: systemTime.now() }))
      if (options.check === true && !found.ready) throw new Failure(found.problems.join('; '))
      if (options.wait !== undefined && !isSettled(found))
        throw new Failure(
          `not settled after ${seconds} s: ${found.ready ? `${grouped(lagOf(found))} records are still to be read` : found.problems.join('; ')}`,
        )
    })
}

function secondsOf(given: string | true): number {
  const seconds = given === true ? patience : Number(given)
  if (!(seconds >= 0 && seconds <= 86_400)) throw wrongUsage('--wait takes seconds, from 0 to 86400')
  return seconds
}

/** Looks until two looks in a row find nothing left to read, or the time is up. */
async function settled(look: () => Promise<Status>, seconds: number): Promise<Status> {
  const deadline = performance.now() + seconds * 1000
  let wasSettled = false
  for (;;) {
    const found = await look()
    if (seconds === 0 || (wasSettled && isSettled(found)) || performance.now() > deadline) return found
    wasSettled = isSettled(found)
    await systemTime.sleep(pause)
  }
}

function isSettled(found: Status): boolean {
  return found.ready && lagOf(found) === 0
}

function lagOf({ roles }: Status): number {
  return roles.reduce((sum, { lag }) => sum + lag, 0)
}

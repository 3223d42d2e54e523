import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { statusOf } from './status-report.ts'
import { statusText } from './status-text.ts'

interface StatusOptions extends CommonOptions {
  readonly check?: boolean
}

export function status(command: Command): void {
  addCommonOptions(command)
    .option('--check', 'say nothing when all is well, else say what is not and exit with 1')
    .addHelpText(
      'after',
      '\nNot well is: a halted lane, a role that no worker runs, a batch whose records have not been handed to the log for' +
        '\nmore than a minute. With --json, --check prints everything all the same, and --json names each lane.',
    )
    .action(async (options: StatusOptions) => {
      const found = await withBackend(configOf(options), { access: 'read' }, statusOf)
      if (options.json === true) printJson(found)
      else if (options.check !== true) print(statusText(found, { now: systemTime.now() }))
      if (options.check === true && !found.ready) throw new Failure(found.problems.join('; '))
    })
}

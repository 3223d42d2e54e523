import type { Command } from 'commander'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { reportOn } from './rfi-report.ts'
import { rfiText } from './rfi-text.ts'
import { tips } from './tips.ts'

export function rfi(command: Command): void {
  addCommonOptions(command.argument('<rfiId>')).action(async (rfiId: string, options: CommonOptions) => {
    const config = configOf(options)
    const { report, place } = await withBackend(config, { access: 'read' }, async backend => ({
      report: await reportOn(backend, rfiId),
      place: backend.place,
    }))
    if (report === null)
      throw new Failure(`there is no RFI ${JSON.stringify(rfiId)} in ${place}; ${tips.rfis()}`)
    if (options.json === true) printJson(report)
    else print(rfiText(report))
  })
}

import { tmpdir } from 'node:os'
import { Argument, type Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { rebuild as rebuildFrom } from '../lanes/rebuild/rebuild.ts'
import { persist } from '../lanes/retry.ts'
import { projections } from '../roles/rebuild/projections.ts'
import { Failure } from './failure.ts'
import { isDataFolder, openToRead } from './folder.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type Progress, progressOf } from './progress.ts'
import { openBeside } from './rebuild-folder.ts'
import { rebuildText } from './rebuild-text.ts'

interface Options extends CommonOptions {
  readonly check?: boolean
  readonly scratch?: string
}

export function rebuild(command: Command): void {
  addCommonOptions(
    command.addArgument(
      new Argument('<projection>', 'which read model, or all of them').choices([...projections, 'all']),
    ),
  )
    .option('--check', 'compare only: nothing is exchanged')
    .option(
      '--scratch <dir>',
      'where the rebuilt one lies meanwhile, about as large as the live one (default: the data folder, or on servers the folder for temporary files)',
    )
    .addHelpText(
      'after',
      '\nMade again from the journal, beside the live one, and compared with it, document by document. What differs is' +
        '\nnamed and exchanged, in transactions on the position of the lane that writes it; that lane goes on under a new epoch.' +
        '\nWorkers may run meanwhile. Exits 1 when anything differed, was exchanged or not. Stopped or killed at any moment,' +
        '\nit leaves nothing half done: the next run begins anew. Needs a journal of which nothing was removed.',
    )
    .action(async (name: string, options: Options) => {
      const config = configOf(options)
      const servers = isOnServers(config)
      if (!servers && !isDataFolder(config.data)) await openToRead(config)
      const logger = await loggerOf(config)
      const stopping = new AbortController()
      const stop = () =>
        stopping.abort(
          new Failure('stopped; what was not exchanged is as it was, and the next run begins anew'),
        )
      process.once('SIGINT', stop).once('SIGTERM', stop)
      const beside = await openBeside(options.scratch ?? (servers ? tmpdir() : config.data))
      let bar: { readonly stage: string; readonly progress: Progress } | null = null
      const result = await withBackend(config, { access: 'write', logger }, async backend => {
        if (servers) await persist(() => backend.prepare(), { time: systemTime, logger, what: 'rebuild' })
        return rebuildFrom({
          ...backend,
          beside: beside.store,
          projection: name === 'all' ? null : name,
          exchange: options.check !== true,
          signal: stopping.signal,
          progress(stage, done, total) {
            if (bar?.stage !== stage) {
              bar?.progress.end()
              bar = { stage, progress: progressOf(stage, total) }
            }
            bar.progress.to(done)
          },
        })
      }).finally(async () => {
        bar?.progress.end()
        process.off('SIGINT', stop).off('SIGTERM', stop)
        await beside.remove()
      })
      if (options.json === true) printJson({ projection: name, ...result })
      else print(rebuildText(name, result, { check: options.check === true }))
      const total = Object.values(result.differences).reduce((sum, count) => sum + count, 0)
      if (total > 0 || result.unsettled.length > 0 || result.lacking.count > 0) process.exitCode = 1
    })
}

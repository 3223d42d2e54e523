import type { Command } from 'commander'
import type { PartnerId } from '../domain/ids.ts'
import { currentTables, presentOf } from './current-tables.ts'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, moment } from './options.ts'
import { print, printJson } from './output.ts'
import { scorecardOf } from './scorecard-report.ts'
import { scorecardText } from './scorecard-text.ts'
import { tips } from './tips.ts'

interface Options extends CommonOptions {
  readonly at?: number
}

export function scorecard(command: Command): void {
  addCommonOptions(command.argument('<partnerId>'))
    .option('--at <time>', 'let what is known age until then (default: now)', moment)
    .addHelpText(
      'after',
      '\nVisibility is the part of any score that is the partner’s own. Rates count recent offers more, by the half-life of' +
        '\nthe release in force, and lean on everybody’s while there are few. --at a time before some of it leaves none of it out.',
    )
    .action(async (id: string, { at, ...options }: Options) => {
      const config = configOf(options)
      const partnerId = id as PartnerId
      const { card, place } = await withBackend(config, { access: 'read' }, async ({ store, place }) => {
        const tables = await currentTables(store)
        return {
          place,
          card: await scorecardOf(store, tables, { partnerId, at: at ?? (await presentOf(store)) }),
        }
      })
      if (card === null)
        throw new Failure(
          `nothing is known of a partner ${JSON.stringify(id)} in ${place}; ${tips.profiles()}`,
        )
      if (options.json === true) printJson(card)
      else print(scorecardText(card))
    })
}

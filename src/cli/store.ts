import type { Command } from 'commander'
import type { MigrationEntry, MigrationReport } from '../adapters/mongo/migrate.ts'
import { Failure } from './failure.ts'
import { addCommonOptions, type CommonOptions, configOf, count, loggerOf } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { type Column, renderTable } from './table.ts'

interface Options extends CommonOptions {
  readonly keepSent?: number
}

const day = 24 * 60 * 60

export function store(command: Command): void {
  const migrate = command
    .command('migrate')
    .description('makes the collections and indexes that are missing; the others stay as they are')
  addCommonOptions(migrate)
    .option(
      '--keep-sent <days>',
      'let MongoDB remove journal entries so many days after they were sent (default: they are kept)',
      count,
    )
    .addHelpText('after', '\nCan be called at any time, also while workers run.')
    .action(migrateStore)
}

async function migrateStore(options: Options): Promise<void> {
  const config = configOf(options)
  const { mongodb } = config
  if (mongodb === null) throw new Failure('MONGODB_URI is not set; a data folder needs no migration')
  const [{ migrate }, { collections }, logger] = await Promise.all([
    import('../adapters/mongo/migrate.ts'),
    import('../roles/collections.ts'),
    loggerOf(config),
  ])
  const report = await migrate(collections, {
    ...mongodb,
    logger,
    ...(options.keepSent === undefined ? {} : { sentAtTtl: options.keepSent * day }),
  })
  if (options.json === true) printJson(report)
  else print(reportText(report))
}

const columns: readonly Column<MigrationEntry>[] = [
  { title: 'collection', value: ({ collection }) => collection },
  { title: 'index', value: ({ index }) => index ?? '–' },
  { title: 'state', value: ({ state }) => state },
  { title: 'detail', flexible: true, value: ({ detail }) => detail ?? '' },
]

function reportText({ place, entries }: MigrationReport): string {
  const of = (state: MigrationEntry['state']) => entries.filter(entry => entry.state === state)
  const telling = entries.filter(({ state }) => state !== 'there')
  const differs = of('differs').length
  return [
    `${place}: ${of('made').length} made, ${of('there').length} were there`,
    ...(telling.length === 0 ? [] : ['', renderTable(columns, telling)]),
    ...(differs === 0
      ? []
      : [
          '',
          styled(
            'yellow',
            `${differs} differ and were left alone: drop an index that does and migrate again; change a collection's own settings with collMod, never drop it`,
          ),
        ]),
  ].join('\n')
}

import type { Command } from 'commander'
import type { MigrationEntry, MigrationReport } from '../adapters/mongo/migrate.ts'
import { Failure } from './failure.ts'
import { isOnServers, withBackend } from './open-backend.ts'
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
    .description('makes the collections and indexes that are missing, and anew the indexes that differ')
  addCommonOptions(migrate)
    .option(
      '--keep-sent <days>',
      'let MongoDB remove journal entries so many days after they were sent (default: it stays as it is, at first that they are kept)',
      count,
    )
    .addHelpText(
      'after',
      '\nCan be called at any time, also while workers run; queries are slow while an index is made anew.' +
        '\nThe journal is what workers sent, without contact data: with --keep-sent it stays small, and what is no longer' +
        '\nin it can not be rebuilt from. To keep entries again, drop the index of journal on sentAt.' +
        '\nRFIs that could not be read lie in the collection dead for 7 days; MongoDB removes them by itself.',
    )
    .action(migrateStore)

  addCommonOptions(
    command
      .command('adopt')
      .description('notes that the database belongs to what the environment names now')
      .addHelpText(
        'after',
        '\nThe first worker notes the Kafka cluster, the topic prefix, whether values are Avro and which customer secret it has;' +
          '\nothers must have the same. After a cluster was made anew: adopt, start the workers, then lanes resume --all.',
      ),
  ).action(adoptDatabase)
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

async function adoptDatabase(options: CommonOptions): Promise<void> {
  const config = configOf(options)
  if (!isOnServers(config)) throw new Failure('a data folder belongs to itself: there is nothing to adopt')
  const { place, changed } = await withBackend(config, { access: 'write' }, async backend => ({
    place: backend.place,
    changed: await backend.adopt(),
  }))
  if (options.json === true) printJson({ place, changed })
  else print([`${place}: ${changed.length === 0 ? 'as it was' : 'noted'}`, ...changed].join('\n'))
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
  const mended = of('mended').length
  const advice = [
    ...of('unfit').map(
      ({ collection }) =>
        `${collection} can't do its work and was left alone: rename it, migrate again, and copy its documents over`,
    ),
    ...of('validated').map(
      ({ collection }) => `${collection} has a validator, which was left alone: what it refuses halts a lane`,
    ),
  ]
  return [
    `${place}: ${of('made').length} made, ${mended === 0 ? '' : `${mended} made anew, `}${of('there').length} were there`,
    ...(telling.length === 0 ? [] : ['', renderTable(columns, telling)]),
    ...(advice.length === 0 ? [] : ['', ...advice.map(line => styled('yellow', line))]),
  ].join('\n')
}

import type { Command } from 'commander'
import type { Config } from '../ops/config.ts'
import type { Durability } from '../roles/topic-settings.ts'
import { Failure } from './failure.ts'
import { inputsOf } from './lane-places.ts'
import { addCommonOptions, type CommonOptions, configOf, count } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { grouped } from './text.ts'
import { type TopicDifference, type TopicsAdmin, withTopicsAdmin } from './topics-admin.ts'

interface Options extends CommonOptions {
  readonly partitions?: number
  readonly replication?: number
}

export function topics(command: Command): void {
  const subcommand = (name: string, description: string) =>
    addCommonOptions(command.command(name).description(description))

  withReplication(
    subcommand('create', 'makes the topics that are missing; the others stay as they are').option(
      '--partitions <n>',
      'of each new topic (default: $ROUTER_PARTITIONS, else as many as the others have, else 24)',
      count,
    ),
  ).action((options: Options) => run(options, create))

  withReplication(
    subcommand('check', 'says where the topics are not as they should be; exits 1 then').option(
      '--partitions <n>',
      'that each topic should have (default: as many as most have)',
      count,
    ),
  )
    .addHelpText(
      'after',
      "\nWith MONGODB_URI the partition counts are held against those that workers have recorded. Settings change with Kafka's own" +
        '\nkafka-configs.sh --alter, replication with kafka-reassign-partitions.sh, partitions with: topics grow',
    )
    .action((options: Options) => run(options, check))

  subcommand('grow', 'gives every topic more partitions, once all that is in them was read')
    .requiredOption('--partitions <n>', 'that each topic shall have', count)
    .addHelpText(
      'after',
      '\nStop whoever sends referral-commands, let the workers read to the end (status), stop them, grow, start all again.' +
        '\nRefuses as long as something is in the way, and says what. Can be called again if it broke off.',
    )
    .action((options: Options) => run(options, grow))
}

function withReplication(command: Command): Command {
  return command.option(
    '--replication <n>',
    'copies of each partition (default: 3; 1 where there are fewer than 3 brokers)',
    count,
  )
}

async function run(
  options: Options,
  work: (admin: TopicsAdmin, options: Options, config: Config) => Promise<void>,
): Promise<void> {
  const config = configOf(options)
  await withTopicsAdmin(config, admin => work(admin, options, config))
}

async function create(admin: TopicsAdmin, { partitions, replication, json }: Options, config: Config) {
  const done = await admin.create({ partitions: partitions ?? config.partitions, replication })
  warnOfFew(done)
  if (json === true) return printJson(done)
  const { created, there } = done
  const names = created.map(({ topic }) => topic).join(', ')
  const made = `created ${created.length} with ${created[0]?.partitions} partitions each, kept ${times(done)}: ${names}`
  const left = `${there.length} ${there.length === 1 ? 'topic was' : 'topics were'} there already; "topics check" looks at them`
  print([...(created.length === 0 ? [] : [made]), ...(there.length === 0 ? [] : [left])].join('\n'))
}

async function check(admin: TopicsAdmin, { partitions, replication, json }: Options) {
  const found = await admin.check({ partitions: partitions ?? null, replication })
  warnOfFew(found)
  const { differences, brokers, recorded } = found
  if (differences.length > 0) process.exitCode = 1
  if (json === true) return printJson({ ok: differences.length === 0, ...found })
  const counts = recorded ? '' : '; what workers have recorded was not looked at, as MONGODB_URI is not set'
  print(
    differences.length === 0
      ? `all topics are as they should be, on ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}${counts}`
      : `${renderTable(columns, differences)}\n\n${styled('red', `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`)}${counts}`,
  )
}

async function grow(admin: TopicsAdmin, { partitions, json }: Options) {
  if (partitions === undefined) return
  const outcome = await admin.grow(partitions, inputsOf)
  switch (outcome.kind) {
    case 'refused':
      if (json === true) {
        printJson(outcome)
        process.exitCode = 1
        return
      }
      throw new Failure(['nothing was changed:', ...outcome.reasons].join('\n'))
    case 'grown': {
      if (outcome.arrived > 0)
        process.stderr.write(
          `referral-router: ${grouped(outcome.arrived)} records came in meanwhile; what follows them under their keys may be read first\n`,
        )
      if (json === true) return printJson(outcome)
      const names = outcome.topics.map(({ topic, from }) => `${topic} (from ${from})`).join(', ')
      print(
        outcome.topics.length === 0
          ? `every topic has ${partitions} partitions; recorded`
          : `${partitions} partitions each: ${names}; start the workers again`,
      )
    }
  }
}

const columns: readonly Column<TopicDifference>[] = [
  { title: 'topic', value: ({ topic }) => topic },
  { title: 'setting', value: ({ setting }) => setting },
  { title: 'found', value: ({ found }) => found ?? '–' },
  { title: 'expected', value: ({ expected }) => expected },
]

function warnOfFew(asked: Durability & { readonly brokers: number }): void {
  if (asked.replication >= 3) return
  process.stderr.write(
    `referral-router: ${asked.brokers} ${asked.brokers === 1 ? 'broker' : 'brokers'}: each record kept ${times(asked)}, and gone with a lost disk; production wants 3 copies on 3 brokers, 2 of them in sync\n`,
  )
}

function times({ replication }: Durability): string {
  return replication === 1 ? 'once' : `${replication} times`
}

import { type Command, InvalidArgumentError, Option } from 'commander'
import { faultCodes } from '../domain/shape.ts'
import { parseTimestamp, toTimestamp } from '../domain/time.ts'
import { closest } from '../ops/closest.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import type { Topic } from '../roles/topics.ts'
import { countsOf, type Filter, type PageEnd, pageEndText, pageOf, redrivenAs } from './dead-letter-rows.ts'
import { bytesOf, letterText, redrivenText, shown } from './dead-letter-text.ts'
import { Failure } from './failure.ts'
import { commandLine, samePlace } from './invocation.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count, moment } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { topicOf } from './produce.ts'
import { type RedriveOptions, redriveLetters } from './redrive-letters.ts'
import { type Column, renderTable } from './table.ts'
import { grouped, minuteOf } from './text.ts'

interface ListOptions extends CommonOptions {
  readonly code?: string
  readonly topic?: string
  readonly from?: number
  readonly to?: number
  readonly after?: PageEnd
  readonly limit: number
}

export function deadLetters(command: Command): void {
  const subcommand = (name: string, description: string) =>
    addCommonOptions(command.command(name).description(description))

  withFilter(subcommand('list', 'the newest first, with how many there are of each code'))
    .option('--from <time>', 'records that came at that time or later', moment)
    .option('--to <time>', 'records that came before that time', moment)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(count).default(20))
    .option('--after <place>', 'the next page: as the page before says', pageEnd)
    .addHelpText('after', '\nTimes are those at which the records first came.')
    .action(list)

  subcommand('show', 'all that is known of one: where, when, every fault, and with --bytes what it was')
    .argument('<id>', 'as the list gives it: rfis/3@1024')
    .option('--bytes', 'the original key, headers and value too. They may hold contact data of customers')
    .addHelpText(
      'after',
      '\nThe bytes lie in the store alone: those of an RFI for 7 days, those of a record over 256 KiB not at all.',
    )
    .action(show)

  withFilter(subcommand('redrive', 'send dead letters again, after what they failed by was mended'))
    .argument('[ids...]', 'as the list gives them')
    .option('--all', 'every one there is')
    .option(
      '--yes <n>',
      'with --all, --code or --topic: how many you expect. Nothing is sent if it is another number',
      count,
    )
    .addHelpText(
      'after',
      '\nThe same bytes, key and headers come in by the front door once more, and count as of the time at which they first came:' +
        '\ndeadlines and answer times go by that. What has closed meanwhile stays closed: an answer to a referral that expired while' +
        '\nit lay here is rejected as late. Each has its effect once, however often it is sent. One that fails again is a' +
        '\ndead letter of its own, which names the one it was. --all, --code and --topic without --yes only count.',
    )
    .action((ids: string[], options: RedriveOptions) => redriveLetters(ids, options))
}

function withFilter(command: Command): Command {
  return command
    .addOption(new Option('--code <code>', 'of its first fault').argParser(code))
    .option('--topic <topic>', 'that it came by', (name: string): Topic => topicOf(name))
}

function code(text: string): string {
  if (faultCodes.some(known => known === text)) return text
  const meant = closest(text, faultCodes)
  throw new InvalidArgumentError(
    `${meant === null ? '' : `Did you mean ${meant}? `}There are ${faultCodes.join(', ')}.`,
  )
}

function pageEnd(text: string): PageEnd {
  const [, time = '', id = ''] = /^([^/]+)\/(.+)$/s.exec(text) ?? []
  const timestamp = parseTimestamp(time)
  if (timestamp === null)
    throw new InvalidArgumentError('The place is needed that the page before ends with: <time>/<id>.')
  return { timestamp, id }
}

async function list({ limit, after, ...options }: ListOptions): Promise<void> {
  const filter: Filter = {
    ...(options.code === undefined ? {} : { code: options.code }),
    ...(options.topic === undefined ? {} : { topic: topicOf(options.topic) }),
    ...(options.from === undefined ? {} : { from: toTimestamp(options.from) }),
    ...(options.to === undefined ? {} : { to: toTimestamp(options.to) }),
  }
  const { rows, counts } = await withBackend(configOf(options), { access: 'read' }, async ({ store }) => {
    // One more tells whether there is another page.
    const rows = await pageOf(store, filter, { after: after ?? null, limit: limit + 1 })
    return { rows, counts: await countsOf(store, filter) }
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const shownFirst = page.toSorted(newestFirst)
  const next =
    rows.length > limit && last !== undefined
      ? pageEndText({ timestamp: last.timestamp, id: last._id })
      : null
  if (options.json === true) return printJson({ counts, deadLetters: page.map(shown), next })
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0)
  const isAll = Object.keys(filter).length === 0
  if (total === 0) return print(isAll ? 'no dead letters' : 'no dead letter is like that')
  const byCode = Object.entries(counts).map(([name, each]) => `${name} ${grouped(each)}`)
  print(
    `${styled('bold', `${grouped(total)} ${total === 1 ? 'dead letter' : 'dead letters'}`)}: ${byCode.join(', ')}`,
  )
  if (page.length === 0) return print('none after that place')
  print(`\n${renderTable(columns, shownFirst)}\n`)
  if (next !== null) print(`${grouped(page.length)} shown; the next ones: --after ${next}`)
  print(`More of one: ${commandLine('dead-letters', 'show', shownFirst[0]?._id ?? '', ...samePlace())}`)
}

/** Pages are cut by time and id; within one, offsets go by their number. */
function newestFirst(one: DeadDocument, other: DeadDocument): number {
  if (one.timestamp !== other.timestamp) return one.timestamp < other.timestamp ? 1 : -1
  const byTopic = other.topic.localeCompare(one.topic, 'en')
  return byTopic || other.partition - one.partition || other.offset - one.offset
}

const columns: readonly Column<DeadDocument>[] = [
  { title: 'dead letter', flexible: true, value: ({ _id }) => _id },
  { title: 'came (UTC)', value: ({ timestamp }) => minuteOf(timestamp) },
  { title: 'code', value: ({ code }) => code },
  { title: 'field', flexible: true, value: fieldText },
  { title: 'expected', flexible: true, value: ({ faults }) => faults[0]?.expected ?? '' },
  {
    title: '',
    value: ({ redrivingSince, redriveOf }) =>
      redrivingSince !== null ? 'sent again' : redriveOf !== null ? 'failed again' : '',
  },
]

function fieldText({ faults: [first, ...others] }: DeadDocument): string {
  return `${first?.field ?? ''}${others.length === 0 ? '' : ` and ${others.length} more`}`
}

async function show(id: string, options: CommonOptions & { readonly bytes?: boolean }): Promise<void> {
  const found = await withBackend(configOf(options), { access: 'read' }, async ({ store, place }) => {
    const letter = (await store.get('dead', [id])).get(id)
    return { letter, place, redriven: letter === undefined ? await redrivenAs(store, id) : null }
  })
  const { letter, redriven, place } = found
  if (letter === undefined && redriven === null)
    throw new Failure(
      `there is no dead letter ${JSON.stringify(id)} in ${place}; dead-letters list names them`,
    )
  const { json = false, bytes = false } = options
  if (letter === undefined) {
    if (redriven === null) return
    if (json) printJson(redriven)
    else print(redrivenText(redriven))
    return
  }
  if (json) printJson({ ...shown(letter), ...(bytes ? bytesOf(letter) : {}) })
  else print(letterText(letter, { bytes }))
}

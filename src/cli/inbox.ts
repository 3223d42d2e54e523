import { type Command, Option } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { toMillis } from '../domain/time.ts'
import type { InboxDocument, PartnerCounts } from '../roles/documents/read-models.ts'
import type { Backend } from './backend.ts'
import { cursor, cursorText } from './cursor.ts'
import { Failure } from './failure.ts'
import {
  inboxPage,
  type Page,
  type PageAsked,
  type PageEnd,
  type Tab,
  tabCounts,
  tabs,
} from './inbox-page.ts'
import { commandLine, samePlace } from './invocation.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count, someOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { duration, grouped, minuteOf } from './text.ts'
import { tips } from './tips.ts'

interface Options extends CommonOptions {
  readonly tab?: readonly Tab[]
  readonly search?: string
  readonly limit: number
  readonly after?: PageEnd
}

const flameWords = 'flame: the customer asked to be contacted directly, less than 72 h ago'

/** Rows a search goes through before it asks whether to go on. */
const mostLooked = 2000

/** Rows of a page. */
const usualLimit = 50

export function inbox(command: Command): void {
  addCommonOptions(command.argument('<partnerId>'))
    .addOption(
      new Option(
        '--tab <names>',
        `some of ${tabs.join(',')} (default: new,active; to search all but favorites)`,
      ).argParser(tabsOf),
    )
    .option('--search <text>', 'those with all of its words in need, place, deal or ids')
    .addOption(
      new Option('--limit <n>', 'at most so many, the latest routed first')
        .argParser(count)
        .default(usualLimit),
    )
    .addOption(
      new Option('--after <cursor>', 'the next page, by what the one before ended with').argParser(cursor),
    )
    .addHelpText(
      'after',
      `
Pages stay as they are while referrals come and go: turn them all, and what was there meanwhile is met once. A search goes
from the latest back through ${mostLooked} referrals, and says where to go on; the id of a referral or an RFI is found at once.
${flameWords}.`,
    )
    .action(async (partnerId: string, options: Options) => {
      const config = configOf(options)
      const { search = null, limit, after = null } = options
      const chosen = options.tab ?? (search === null ? ['new', 'active'] : ['new', 'active', 'archived'])
      const asked = { partnerId, tabs: chosen, limit, after, search }
      const { page, counts, place } = await withBackend(
        config,
        { access: 'read' },
        async ({ store, place }) => ({
          page: await pageOf(store, asked),
          counts: await tabCounts(store, partnerId),
          place,
        }),
      )
      if (counts === null && page.rows.length === 0)
        throw new Failure(
          `nothing was ever routed to a partner ${JSON.stringify(partnerId)} in ${place}; ${tips.partners()}`,
        )
      const next = page.next === null ? null : cursorText(page.next)
      if (options.json === true)
        printJson({
          ...{ partnerId, tabs: chosen, counts, search, referrals: page.rows.map(shown) },
          ...{ looked: page.looked, next },
        })
      else print(inboxText(page, { ...asked, counts, next }))
    })
}

function tabsOf(text: string): readonly Tab[] {
  return someOf(tabs)(text.replaceAll('favourites', 'favorites'))
}

/** A search goes on where a page of it found too little. */
async function pageOf(store: Backend['store'], asked: PageAsked): Promise<Page> {
  let { rows, looked, next } = await inboxPage(store, asked)
  while (asked.search !== null && next !== null && rows.length < asked.limit && looked < mostLooked) {
    const more = await inboxPage(store, { ...asked, after: next, limit: asked.limit - rows.length })
    rows = [...rows, ...more.rows]
    looked += more.looked
    next = more.next
  }
  return { rows, looked, next }
}

function inboxText(
  { rows, looked }: Page,
  {
    partnerId,
    tabs: chosen,
    limit,
    search,
    counts,
    next,
  }: PageAsked & { readonly counts: PartnerCounts['tabs'] | null; readonly next: string | null },
): string {
  const inTabs = chosen.join(', ')
  const now = systemTime.now()
  const nothing = search === null ? `Nothing under ${inTabs}.` : `Nothing found under ${inTabs}.`
  const searched = search === null || next === null ? '' : `Looked through ${grouped(looked)}. `
  return [
    ...(counts === null ? [] : [tabs.map(tab => `${tab} ${grouped(counts[tab])}`).join(' · ')]),
    rows.length === 0 ? nothing : renderTable(columnsAt(now), rows),
    ...(rows.length === 0 && search === null ? elsewhere(partnerId, chosen, counts) : []),
    ...(rows.some(row => flame(row, now) !== '') ? [flameWords] : []),
    ...(next === null
      ? []
      : [
          `${searched}More: ${commandLine(
            ...['inbox', partnerId, '--tab', chosen.join(',')],
            ...(search === null ? [] : ['--search', search]),
            ...(limit === usualLimit ? [] : ['--limit', String(limit)]),
            ...['--after', next, ...samePlace()],
          )}`,
        ]),
  ].join('\n\n')
}

/** Where to look, when the tabs that were asked for are empty and others aren't. */
function elsewhere(
  partnerId: string,
  chosen: PageAsked['tabs'],
  counts: PartnerCounts['tabs'] | null,
): string[] {
  const others = tabs.filter(tab => !chosen.includes(tab) && (counts?.[tab] ?? 0) > 0)
  if (others.length === 0) return []
  return [`What there is: ${commandLine('inbox', partnerId, '--tab', others.join(','), ...samePlace())}`]
}

function shown({ _id, tab, favorite, referral, routed }: InboxDocument): object {
  return {
    referralId: _id,
    tab,
    favorite,
    rfiId: referral?.rfiId ?? null,
    substatus: referral?.substatus ?? null,
    routedAt: referral?.routedAt ?? null,
    expiresAt: referral?.expiresAt ?? null,
    flameEndsAt: referral?.flameEndsAt ?? null,
    acceptedAt: referral?.acceptedAt ?? null,
    closedAt: referral?.closedAt ?? null,
    engagement: referral?.engagement ?? null,
    need: routed?.need ?? null,
    customer: routed?.customer ?? null,
    possibleDuplicateOf: routed?.possibleDuplicateOf ?? null,
    flags: routed?.flags ?? [],
    rank: routed?.rank ?? null,
    score: routed?.score ?? null,
  }
}

function columnsAt(now: number): Column<InboxDocument>[] {
  return [
    { title: '', value: ({ favorite }) => (favorite ? '★' : '') },
    { title: 'referral', value: ({ _id }) => _id },
    { title: 'status', value: statusText },
    { title: 'routed (UTC)', value: ({ routedAt }) => (routedAt === null ? '' : minuteOf(routedAt)) },
    { title: 'time left', align: 'right', value: row => timeLeft(row, now) },
    { title: 'flame', value: row => flame(row, now) },
    {
      title: 'customer',
      value: ({ routed }) => [routed?.customer.city, routed?.customer.country].filter(Boolean).join(', '),
    },
    { title: 'need', flexible: true, value: ({ routed }) => needText(routed) },
    { title: 'value', align: 'right', value: ({ referral }) => valueText(referral) },
  ]
}

function statusText({ referral, routed }: InboxDocument): string {
  const duplicateOf = routed?.possibleDuplicateOf ?? null
  // Then nobody was told of it, and its silence counts for nothing.
  const untold = routed?.notifiable === false ? ', not notifiable' : ''
  return `${referral?.substatus ?? ''}${duplicateOf === null ? '' : ', possible duplicate'}${untold}`
}

function timeLeft({ referral }: InboxDocument, now: number): string {
  if (referral?.status !== 'New') return ''
  const left = toMillis(referral.expiresAt) - now
  return left > 0 ? duration(left) : 'over'
}

function flame({ referral }: InboxDocument, now: number): string {
  const end = referral?.flameEndsAt ?? null
  return end !== null && referral?.status !== 'Closed' && toMillis(end) > now ? 'burns' : ''
}

function needText(routed: InboxDocument['routed']): string {
  if (routed === null) return ''
  const { title, description, keywords } = routed.need
  return title ?? description ?? keywords.join(', ')
}

function valueText(referral: InboxDocument['referral']): string {
  const value = referral?.engagement?.value ?? null
  return value === null ? '' : `${value.currency} ${grouped(value.amount)}`
}

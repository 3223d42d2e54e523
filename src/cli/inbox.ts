import { type Command, Option } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { toMillis } from '../domain/time.ts'
import type { InboxDocument } from '../roles/collections.ts'
import type { Backend } from './backend.ts'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, count, someOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { duration, grouped, minuteOf } from './text.ts'

const tabs = ['new', 'active', 'archived', 'favorites'] as const
type Tab = (typeof tabs)[number]

interface Options extends CommonOptions {
  readonly tab: readonly Tab[]
  readonly limit: number
}

export function inbox(command: Command): void {
  addCommonOptions(command.argument('<partnerId>'))
    .addOption(
      new Option('--tab <names>', `some of ${tabs.join(',')}`)
        .argParser(tabsOf)
        .default(['new', 'active'] satisfies Tab[], 'new,active'),
    )
    .addOption(
      new Option('--limit <n>', 'at most so many, the latest routed first').argParser(count).default(50),
    )
    .action(async (partnerId: string, options: Options) => {
      const config = configOf(options)
      const { rows, known, place } = await withBackend(
        config,
        { access: 'read' },
        async ({ store, place }) => {
          const rows = await rowsOf(store, partnerId, options)
          return { rows, place, known: rows.length > 0 || (await store.count('inbox', { partnerId })) > 0 }
        },
      )
      if (!known)
        throw new Failure(
          `nothing was ever routed to a partner ${JSON.stringify(partnerId)} in ${place}; consume referrals --from-beginning shows who was asked`,
        )
      if (options.json === true) printJson({ partnerId, tabs: options.tab, referrals: rows.map(shown) })
      else
        print(
          rows.length === 0
            ? `Nothing under ${options.tab.join(', ')}.`
            : renderTable(columnsAt(systemTime.now()), rows),
        )
    })
}

function tabsOf(text: string): readonly Tab[] {
  return someOf(tabs)(text.replaceAll('favourites', 'favorites'))
}

async function rowsOf(
  store: Backend['store'],
  partnerId: string,
  { tab, limit }: Options,
): Promise<InboxDocument[]> {
  const favorites = tab.includes('favorites')
  const rows = await store.find('inbox', {
    where: { partnerId, ...(favorites ? {} : { tab: { in: tab } }) },
    sort: [['routedAt', -1]],
    // Favourites stand in every tab: the mark itself is not indexed.
    ...(favorites ? {} : { limit }),
  })
  return rows
    .filter(row => (row.tab !== null && tab.includes(row.tab)) || (favorites && row.favorite))
    .slice(0, limit)
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

import type { Notice } from '../domain/notices.ts'
import { toMillis } from '../domain/time.ts'
import { styled } from './output.ts'
import { whyNobody } from './receipt-text.ts'
import { refusalWords } from './refusal-words.ts'
import type { ReferralReport, RfiReport } from './rfi-report.ts'
import { type Column, renderTable } from './table.ts'
import { tellingLines } from './telling-lines.ts'
import { inWordsOf, sizeInWords } from './term-words.ts'
import { clean, duration, grouped, minuteOf, scoreText } from './text.ts'

/** An RFI's report for people. */
export function rfiText(report: RfiReport): string {
  return [
    head(report),
    ...(report.referrals.length === 0 ? [] : [renderTable(columns, report.referrals), why(report)]),
    ...(report.notices.length === 0 ? [] : [told(report)]),
    ...(report.chain.length === 0 ? [] : [chained(report)]),
  ].join('\n\n')
}

function head({ rfi, outcome, receivedAt, receipt }: RfiReport): string {
  const { need, customer, budget, closingAt } = rfi
  const asked = [
    ...need.industries,
    ...need.products,
    ...need.services,
    ...need.solutions,
    ...need.keywords,
  ].join(', ')
  const place = [customer.city, customer.region, customer.country].filter(part => part !== null).join(', ')
  const facts = [
    `from ${place}`,
    customer.size === null ? null : sizeInWords(customer.size),
    budget === null ? null : `budget ${budget.currency} ${grouped(budget.amount)}`,
    closingAt === null ? null : `closes ${minuteOf(closingAt)}`,
  ]
  return [
    `${styled('bold', `RFI ${clean(rfi.rfiId)}`)}  ${outcome}, received ${minuteOf(receivedAt)} UTC by ${rfi.channel}`,
    ...[need.title, need.description, asked === '' ? null : `asks for ${asked}`]
      .filter(line => line !== null && line !== '')
      .map(line => `  ${clean(line ?? '')}`),
    `  ${clean(facts.filter(fact => fact !== null).join(' · '))}`,
    ...(receipt === null ? [] : [`  ${considered(receipt)}`]),
    ...(receipt === null || receipt.population === null || outcome !== 'unroutable'
      ? []
      : whyNobody(receipt)),
  ].join('\n')
}

function considered({
  candidates,
  refused,
  population,
  weightsId,
}: NonNullable<RfiReport['receipt']>): string {
  const whole = refusedWhole(refused)
  if (whole !== null) return `${whole}, so nobody was considered`
  const refusals = Object.entries(refused).map(([code, count]) => `${code} ${grouped(count ?? 0)}`)
  const known = population === null ? '' : ` of ${grouped(population.profiles)} profiles in the country`
  const others = refusals.length === 0 ? '' : `; not asked: ${refusals.join(', ')}`
  return `${grouped(candidates)} candidates${known}, ranked by ${weightsId}${others}`
}

/** In words, why nobody was considered; null when partners were. */
function refusedWhole(reasons: Readonly<Record<string, number | undefined>>): string | null {
  const code = (['no-consent', 'already-expired'] as const).find(each => reasons[each] !== undefined)
  return code === undefined ? null : refusalWords[code]
}

const columns: readonly Column<ReferralReport>[] = [
  { title: '#', align: 'right', value: ({ rank }) => (rank === null ? '' : String(rank)) },
  { title: 'partner', flexible: true, value: ({ partner, partnerId }) => `${partner} (${partnerId})` },
  { title: 'score', align: 'right', value: ({ score }) => (score === null ? '–' : scoreText(score)) },
  { title: 'status', value: statusText },
  { title: 'answered after', align: 'right', value: answeredAfter },
  {
    title: 'value',
    align: 'right',
    value: ({ value }) => (value === null ? '–' : `${value.currency} ${grouped(value.amount)}`),
  },
  { title: 'reason', flexible: true, value: ({ reason }) => reason?.text ?? '' },
]

function statusText({ substatus, possibleDuplicateOf, notifiable }: ReferralReport): string {
  const untold = notifiable === false ? ', not notifiable' : ''
  return `${substatus}${possibleDuplicateOf === null ? '' : ', possible duplicate'}${untold}`
}

function answeredAfter({ substatus, routedAt, acceptedAt, closedAt }: ReferralReport): string {
  const at = acceptedAt ?? (substatus === 'Declined' ? closedAt : null)
  return at === null ? '–' : duration(toMillis(at) - toMillis(routedAt))
}

function why({ rfi, referrals }: RfiReport): string {
  const inWords = inWordsOf(rfi)
  const blocks = referrals.map(({ partner, partnerId, matched, why }) => {
    // Ids come with their namespace, words without.
    const words = [...new Set(matched.map(term => inWords(term.includes(':') ? term : `word:${term}`)))]
    return [
      `  ${clean(`${partner} (${partnerId})`)}${words.length === 0 ? '' : `: ${clean(words.join(', '))}`}`,
      ...tellingLines(why, mostReasons).map(reason => `    ${clean(reason)}`),
    ].join('\n')
  })
  const title = `Why: words in common, then what sets each partner apart (explain ${rfi.rfiId} says all)`
  return [styled('bold', clean(title)), ...blocks].join('\n')
}

const mostReasons = 4

function told({ notices, referrals }: RfiReport): string {
  const names = new Map(referrals.map(({ partnerId, partner }) => [partnerId, `${partner} (${partnerId})`]))
  const nameOf: NameOf = partnerId => names.get(partnerId) ?? partnerId
  const lines = notices.map(
    notice => `  ${minuteOf(notice.occurredAt)}  ${clean(noticeText(notice, nameOf))}`,
  )
  return [styled('bold', 'Notices for the customer'), ...lines].join('\n')
}

function chained({ chain, rfi }: RfiReport): string {
  const lines = chain.map(({ rfiId, receivedAt, outcome, referrals }) => {
    const stand = Object.entries(referrals).map(([substatus, count]) => `${count} ${substatus}`)
    const here = rfiId === rfi.rfiId ? ' (this one)' : ''
    return `  ${minuteOf(receivedAt)}  ${clean(rfiId)}${here}  ${stand.join(', ') || outcome}`
  })
  return [styled('bold', 'The customer chose again'), ...lines].join('\n')
}

type NameOf = (partnerId: ReferralReport['partnerId']) => string

function noticeText(notice: Notice, nameOf: NameOf): string {
  switch (notice.type) {
    case 'rfi.unroutable': {
      const reasons = Object.entries(notice.reasons).map(([code, count]) => `${code} ${grouped(count)}`)
      return `unroutable: ${refusedWhole(notice.reasons) ?? (reasons.join(', ') || 'no profile is known')}`
    }
    case 'customer.no-partner':
      return `${notice.partnerId === null ? '' : `${nameOf(notice.partnerId)} ${notice.cause}, `}${notice.partnerId === null ? 'no partner was found' : 'no partner is left'}; ${toWhom(notice)}`
    case 'customer.choose-another': {
      const next = notice.candidates.map(({ name }) => name).join(', ')
      const choice = next === '' ? 'nobody is next in line' : `next in line: ${next}`
      return `${nameOf(notice.partnerId)} ${notice.cause}, ${notice.othersOpen} still open; ${choice}; ${toWhom(notice)}`
    }
  }
}

function toWhom({ addressee }: Exclude<Notice, { type: 'rfi.unroutable' }>): string {
  return addressee === 'none' ? 'nobody to tell, no contact was given' : `to the ${addressee}`
}

import { toMillis } from '../domain/time.ts'
import type { Rate } from '../ranking/visibility.ts'
import { styled } from './output.ts'
import { partTable } from './part-table.ts'
import { percent } from './receipt-text.ts'
import type { Scorecard } from './scorecard-report.ts'
import { type Column, renderTable } from './table.ts'
import { clean, duration, grouped, minuteOf, scoreText, sums } from './text.ts'

/** A partner's scorecard for people. */
export function scorecardText(card: Scorecard): string {
  const { partnerId, names, at, visibility } = card
  return [
    [
      `${styled('bold', clean(partnerId))}  visibility ${scoreText(visibility.visibility)} under ${clean(visibility.weightsId)}, as of ${minuteOf(at)} UTC`,
      '  visibility: the part of its scores that is its own, whatever is asked for',
      ...(names.length === 0 ? ['  no profile is known'] : names.map(name => `  ${clean(name)}`)),
    ].join('\n'),
    ...(visibility.parts.length === 0 ? [] : [partTable(visibility.parts)]),
    done(card),
    rates(card),
    ...(card.interests.length === 0 ? [] : [interests(card)]),
    waiting(card),
  ].join('\n\n')
}

function done({ evidence, medianAnswerTime, open }: Scorecard): string {
  const { counts, spamBeyondTenth, pastDue } = evidence
  const n = (count: number | undefined) => grouped(count ?? 0)
  const within = (time: number | null) => (time === null ? '–' : `within ${duration(time)}`)
  const lost =
    (counts.lostFit ?? 0) + (counts.lostCustomer ?? 0) + (counts.lostOther ?? 0) + (counts.lostSpam ?? 0)
  return [
    styled('bold', 'What it did, all counted alike'),
    `  offered ${n(counts.offered)}, answered ${n(counts.answered)} (${n(counts.answeredInHour)} within 1 h, ${n(counts.answeredInDay)} within 24 h), left to expire ${n(counts.expired)}${pastDue > 0 ? `, past their time ${n(pastDue)}` : ''}`,
    `  half of its answers came ${within(medianAnswerTime.own)}; of everybody's ${within(medianAnswerTime.population)} (times are known by powers of two)`,
    `  accepted ${n(counts.accepted)}, declined for fit ${n(counts.declinedFit)}, for the customer ${n(counts.declinedCustomer)}, for other reasons ${n(counts.declinedOther)}, as spam ${n(counts.declinedSpam)}${spamBeyondTenth ? ' (more than a tenth)' : ''}`,
    `  won ${n(counts.won)}, lost ${n(lost)}; told value and closing date of ${n(counts.reported)}; open ${n(open.deals)}, worth ${sums(open.value)}`,
  ].join('\n')
}

const rateNames = [
  ['responsiveness', 'answered within 24 h rather than never'],
  ['answer1h', 'answered within 1 h'],
  ['answer24h', 'answered within 24 h'],
  ['acceptance', 'accepted of what fitted'],
  ['accept', 'accepted of all'],
  ['reporting', 'deals reported'],
  ['wins', 'won of deals ended'],
  ['win', 'won of all'],
] as const

interface RateLine {
  readonly what: string
  readonly rate: Rate
}

function rates({ rates }: Scorecard): string {
  const lines = rateNames.map(([name, what]): RateLine => ({ what, rate: rates[name] }))
  const columns: readonly Column<RateLine>[] = [
    { title: 'share, recent ones counting more', value: ({ what }) => what },
    { title: 'its own', align: 'right', value: ({ rate }) => percent(rate.rate) },
    {
      title: '19 times in 20',
      align: 'right',
      value: ({ rate }) => `${percent(rate.low)} – ${percent(rate.high)}`,
    },
    { title: 'from', align: 'right', value: ({ rate }) => (rate.trials / 1_000_000).toFixed(1) },
    { title: "everybody's", align: 'right', value: ({ rate }) => percent(rate.population) },
  ]
  return renderTable(columns, lines)
}

type Interest = Scorecard['interests'][number]

function interests({ interests }: Scorecard): string {
  const of = (title: string, count: (counts: Interest['counts']) => number | undefined) => ({
    title,
    align: 'right' as const,
    value: ({ counts }: Interest) => grouped(count(counts) ?? 0),
  })
  const columns: readonly Column<Interest>[] = [
    { title: 'asked for and answered most', flexible: true, value: ({ words }) => words },
    of('accepted', ({ accepted }) => accepted),
    of('won', ({ won }) => won),
    of('declined for fit', ({ declinedFit }) => declinedFit),
    of('silent', ({ silent }) => silent),
  ]
  return renderTable(columns, interests)
}

/** How many waiting offers are listed. */
const mostShown = 10

function waiting({ waiting, at }: Scorecard): string {
  if (waiting.length === 0) return 'Nothing waits for its answer.'
  const now = toMillis(at)
  const columns: readonly Column<Scorecard['waiting'][number]>[] = [
    { title: 'waiting for its answer', value: ({ referralId }) => referralId },
    { title: 'routed', value: ({ routedAt }) => minuteOf(routedAt) },
    {
      title: 'time left',
      align: 'right',
      value: ({ expiresAt }) => {
        const left = toMillis(expiresAt) - now
        return left > 0 ? duration(left) : 'over'
      },
    },
    { title: 'need', flexible: true, value: ({ title }) => title },
  ]
  const more = waiting.length - mostShown
  const table = renderTable(columns, waiting.slice(0, mostShown))
  return more > 0 ? `${table}\nand ${grouped(more)} more` : table
}

import type { Receipt } from '../ranking/receipt.ts'
import { pageWidth } from './page-width.ts'
import { refusalWords } from './refusal-words.ts'
import { clean, grouped, minuteOf, scoreText } from './text.ts'
import type { WhyNotReport } from './why-not-text.ts'
import { wrapped } from './wrap.ts'

/** What was asked about one partner, answered before anything else is shown: in a line or two. */
export function answerThen(
  receipt: Receipt,
  { partnerId, name, today }: AboutOne & { readonly today: WhyNotReport | null },
): string {
  const who = `${whoOf({ partnerId, name })} was`
  const rfi = `for RFI ${receipt.rfiId}`
  const chosen = (receipt.chosen as readonly string[]).indexOf(partnerId)
  const now = today === null ? '' : ` ${changeIn(today)}`
  if (chosen !== -1) return paragraph(`${who} chosen ${rfi}: ${chosenAs(receipt, chosen)}.`)
  return paragraph(`${who} not chosen ${rfi}: ${whyNot(receipt, partnerId, today)}.${now}`)
}

/** The same for what would come of a request now. */
export function answerNow(report: WhyNotReport, rfiId: string): string {
  const { standing, place, candidates } = report
  const who = `${whoOf(report)} would`
  if (standing.listed)
    return paragraph(
      `${who} be chosen for RFI ${rfiId}: place ${standing.place}, score ${scoreText(standing.score ?? 0)}.`,
    )
  const why =
    place !== null && standing.score !== null && standing.needed !== null
      ? `place ${place} of ${grouped(candidates)}, ${ofNeeded(standing.score, standing.needed, 'is')}`
      : standing.needed === null && standing.code === 'not-chosen'
        ? 'the customer chose others itself'
        : refusalWords[standing.code as keyof typeof refusalWords]
  return paragraph(`${who} not be chosen for RFI ${rfiId}: ${why}. ${changeIn(report)}`)
}

interface AboutOne {
  readonly partnerId: string
  readonly name: string | null
}

function whoOf({ partnerId, name }: AboutOne): string {
  return name === null ? partnerId : `${name} (${partnerId})`
}

function chosenAs({ rule, considered, chosen, candidates }: Receipt, at: number): string {
  if (rule === 'requested') return `place ${at + 1}, as the customer asked for it`
  const row = considered.find(({ partnerId }) => partnerId === chosen[at])
  const next = considered.find(({ partnerId }) => !chosen.includes(partnerId))
  const place = `place ${at + 1} of ${grouped(candidates)} candidates`
  if (row === undefined) return place
  if (rule === 'exploration' || next === undefined) return `${place}, score ${scoreText(row.score)}`
  const [own, others] = apart(row.score, next.score)
  return `${place}, score ${own} (the best of those left out had ${others})`
}

function whyNot(receipt: Receipt, partnerId: string, today: WhyNotReport | null): string {
  const { considered, chosen, candidates, rule, named, refused } = receipt
  const at = considered.findIndex(row => row.partnerId === partnerId)
  const row = considered[at]
  const last = considered.find(each => each.partnerId === chosen.at(-1))
  if (row !== undefined && rule === 'rank' && last !== undefined)
    return `place ${at + 1} of ${grouped(candidates)} candidates, ${ofNeeded(row.score, last.score, 'was')}`
  if (row !== undefined) return `place ${at + 1} of ${grouped(candidates)} candidates`
  const code = named.find(each => each.partnerId === partnerId)?.code
  if (code !== undefined) return refusalWords[code]
  const whole = (['no-consent', 'already-expired'] as const).find(each => refused[each] !== undefined)
  if (whole !== undefined) return `nobody was, as ${refusalWords[whole]}`
  if (rule === 'requested') return 'the customer chose others itself'
  // The receipt has the first and few of the refused by name: as things stand now it is much the same as then.
  const told = today?.standing.code ?? null
  return told === null
    ? `not among the first ${considered.length} of ${grouped(candidates)} candidates`
    : refusalWords[told as keyof typeof refusalWords]
}

function changeIn({ standing, enough, closest, tried, asOf }: WhyNotReport): string {
  const when = `As of ${minuteOf(asOf)} UTC`
  if (standing.listed) return `${when} it would be, at place ${standing.place}.`
  const [smallest] = enough
  if (smallest !== undefined)
    return `${when} the smallest change that would do: ${smallest.what} (place ${smallest.outcome.place ?? '–'}).`
  return closest === null
    ? `${when} nothing of its own would change that.`
    : `${when} no one thing alone would do (${tried} tried).`
}

function ofNeeded(score: number, needed: number, tense: 'is' | 'was'): string {
  if (score === needed)
    return `score ${scoreText(score)} as the last of those chosen (a hash decides between equals)`
  const [own, least] = apart(score, needed)
  return `score ${own} where ${least} ${tense} needed`
}

/** Two scores, with as many digits as it takes to tell them apart. */
function apart(one: number, other: number): [string, string] {
  const short: [string, string] = [scoreText(one), scoreText(other)]
  return short[0] === short[1] && one !== other
    ? [(one / 1_000_000).toFixed(6), (other / 1_000_000).toFixed(6)]
    : short
}

function paragraph(text: string): string {
  return wrapped(clean(text), { width: pageWidth(), indent: 0 })
}

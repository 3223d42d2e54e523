import type { PartnerId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Population } from '../ranking/population.ts'
import type { TagOrigin } from '../ranking/profile-changes.ts'
import type { Considered } from '../ranking/rank.ts'
import { hourOf } from '../ranking/rates.ts'
import type { Release } from '../ranking/release.ts'
import { basisUnder, compile, reasonsOf } from '../ranking/score.ts'
import type { Standing } from '../ranking/standing.ts'
import type { Attempt, Change, WhyNot } from '../ranking/why-not.ts'
import { styled } from './output.ts'
import { type PartLine, partTable } from './part-table.ts'
import { refusalWords } from './refusal-words.ts'
import { clean, minuteOf, scoreText } from './text.ts'

/** Where a partner would come today, as told to machines. */
export interface WhyNotReport {
  readonly partnerId: PartnerId
  /** Of its first profile; null when it has none. */
  readonly name: string | null
  /** The moment the tables were read at. */
  readonly asOf: string
  readonly standing: Told
  readonly place: number | null
  readonly candidates: number
  readonly parts: readonly PartLine[]
  readonly enough: readonly ToldAttempt[]
  readonly closest: ToldAttempt | null
  readonly tried: number
}

interface Told {
  readonly listed: boolean
  readonly place: number | null
  readonly code: string | null
  /** Millionths. */
  readonly score: number | null
  readonly needed: number | null
}

interface ToldAttempt {
  readonly kind: Change['kind']
  readonly what: string
  readonly n: number
  /** Of a tag: where it comes from. */
  readonly origin: TagOrigin | null
  /** As it would be produced; null when it is no change of the profile. */
  readonly profile: Profile | null
  readonly outcome: Told
}

export function whyNotReport(
  found: WhyNot,
  {
    name,
    asOf,
    release,
    population,
  }: {
    readonly name: string | null
    readonly asOf: string
    readonly release: Release
    readonly population: Population
  },
): WhyNotReport {
  const { partnerId, standing, place, candidates, enough, closest, tried } = found
  const hour = hourOf(Date.parse(asOf))
  return {
    partnerId,
    name,
    asOf,
    standing: told(standing),
    place,
    candidates,
    parts: standing.row === null ? [] : partsOf(standing.row, release, basisUnder(release, population, hour)),
    enough: enough.map(toldAttempt),
    closest: closest === null ? null : toldAttempt(closest),
    tried,
  }
}

function partsOf(row: Considered, release: Release, basis: Parameters<typeof reasonsOf>[1]): PartLine[] {
  const reasons = reasonsOf(row.features, basis)
  const { pair, partner } = compile(release)
  const weights = new Map([...pair, ...partner].map(({ name, weight }) => [name, weight]))
  const names = Object.keys(row.features) as (keyof typeof row.features)[]
  return names
    .map(name => ({
      feature: name,
      value: row.features[name]?.value ?? 0,
      weight: weights.get(name) ?? 0,
      contribution: row.features[name]?.contribution ?? 0,
      reason: reasons[name] ?? '',
    }))
    .sort((one, other) => other.contribution - one.contribution)
}

function told(standing: Standing): Told {
  const score = standing.row?.score ?? null
  return standing.kind === 'listed'
    ? { listed: true, place: standing.place, code: null, score, needed: null }
    : { listed: false, place: null, code: standing.code, score, needed: standing.needed }
}

function toldAttempt({ change, standing }: Attempt): ToldAttempt {
  const profile = 'profile' in change ? change.profile : null
  const origin = 'profile' in change ? (change.origin ?? null) : null
  const { kind, n } = change
  return { kind, what: whatOf(change), n, origin, profile, outcome: told(standing) }
}

function whatOf(change: Change): string {
  switch (change.kind) {
    case 'publish':
      return 'its profile published'
    case 'capacity':
      return `maxOpenReferrals ${change.detail}`
    case 'region':
      return `the region ${change.detail} served`
    case 'size':
      return `no opt-out of ${change.detail}`
    case 'country':
      return `a profile like its own in ${change.detail}`
    case 'tag':
      return `the tag ${JSON.stringify(change.detail)}`
    case 'location':
      return `a location in ${change.detail}`
    case 'answers':
      return change.n === 1
        ? 'its last referral left unanswered or answered late, answered within a day'
        : `its last ${change.n} referrals left unanswered or answered late, answered within a day`
    case 'deals':
      return change.n === 1 ? 'one more deal like this one' : `${change.n} more deals like this one`
    case 'waiting':
      return change.n === 1
        ? 'one offer fewer waiting for its answer'
        : `${change.n} offers fewer waiting for its answer`
  }
}

/** Refused for its score alone: only then is there one that would have done. */
const outscored: ReadonlySet<string> = new Set(['not-chosen', 'minimum-score'])

/** How many changes that would be enough are listed. */
const mostShown = 5

/** What --at can't do, in a line; ms since 1970, null where nothing was gathered after it. */
export function laterEvidence(gatheredUntil: number | null): string[] {
  return gatheredUntil === null
    ? []
    : [
        `Later than --at: what was learnt until ${minuteOf(toTimestamp(gatheredUntil))} UTC counts too, as the tables hold no past.`,
      ]
}

/**
 * @param again - it was ranked before, at another moment
 * @param figures - whether to show those of its score: needless where nearly the same stand above
 */
export function whyNotText(
  report: WhyNotReport,
  { again, figures }: { readonly again: boolean; readonly figures: boolean },
): string {
  const { partnerId, name, standing, place, candidates, parts } = report
  const who = styled('bold', clean(name === null ? partnerId : `${name} (${partnerId})`))
  const scored = standing.score === null ? '' : `, score ${scoreText(standing.score)}`
  const where = place === null ? '' : `; place ${place} of ${candidates} candidates`
  const lines = standing.listed
    ? [`${who}  place ${standing.place}, on the list${scored}`]
    : [
        `${who}  not on the list${scored}${where}`,
        `  ${standing.needed === null ? 'the customer chose others itself' : refusalWords[standing.code as keyof typeof refusalWords]}${
          !outscored.has(standing.code ?? '') || standing.needed === null
            ? ''
            : `: it would have needed ${scoreText(standing.needed)}`
        }`,
      ]
  return [
    `Ranked ${again ? 'again ' : ''}as of ${minuteOf(report.asOf)} UTC:`,
    ...lines,
    ...(parts.length === 0 || !figures ? [] : [partTable(parts)]),
    ...(standing.listed ? [] : ['', ...changes(report)]),
  ].join('\n')
}

function changes({ enough, closest, tried }: WhyNotReport): string[] {
  const [smallest, ...others] = enough
  if (smallest !== undefined)
    return [
      `${styled('bold', 'The smallest change that would have been enough:')} ${line(smallest)}`,
      ...others.slice(0, mostShown - 1).map(other => `  or: ${line(other)}`),
    ]
  if (closest === null) return ['Nothing of its own would have changed that.']
  return [
    `No one thing alone would have been enough (${tried} tried). ${styled('bold', 'What comes closest:')} ${line(closest)}`,
  ]
}

function line({ what, outcome }: ToldAttempt): string {
  const score = outcome.score === null ? '' : `, score ${scoreText(outcome.score)}`
  if (outcome.listed) return `${clean(what)} → place ${outcome.place}${score}`
  const needed =
    outcome.score === null || outcome.needed === null ? '' : ` of ${scoreText(outcome.needed)} needed`
  return `${clean(what)} → still left out${why(outcome)}${score}${needed}`
}

function why({ code }: Told): string {
  return code === null ? '' : ` (${refusalWords[code as keyof typeof refusalWords]})`
}

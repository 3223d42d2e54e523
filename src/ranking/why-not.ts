import type { PartnerId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import { byTagOrigin, type ProfileChange, profileChanges } from './profile-changes.ts'
import { rankAll } from './rank-all.ts'
import { compile } from './score.ts'
import { scorerFor } from './scorer.ts'
import { type Situation, type Standing, standingOf, stepsOf } from './standing.ts'
import { unanswered, waitingIn, withDeals, withFewerWaiting, withProfile, withShifts } from './what-if.ts'

/**
 * One thing that would have been other: of the profile, or `n` times of what the partner did. `answers`: offers left
 * unanswered or answered late, answered within a day instead; `deals`: deals more like this one; `waiting`: offers fewer
 * that wait for an answer.
 */
export type Change =
  | (ProfileChange & { readonly n: 1 })
  | { readonly kind: 'answers' | 'deals' | 'waiting'; readonly n: number }

/** A change, and where the partner would have come with it. */
export interface Attempt {
  readonly change: Change
  readonly standing: Standing
}

export interface WhyNot {
  readonly partnerId: PartnerId
  readonly standing: Standing
  /** Its place among all candidates; null when it is none. */
  readonly place: number | null
  /** How many there are. */
  readonly candidates: number
  /**
   * Changes of which each alone would have put it on the list, the smallest first: one of the profile (in the order of its
   * kinds, tags by where they come from, then by what they give), then those of behaviour by how often, then tags that nobody has.
   */
  readonly enough: readonly Attempt[]
  /** When none would have been: the one that comes closest; null when there is nothing to change. */
  readonly closest: Attempt | null
  /** Changes that were tried, each as often as `mostTimes` at most. */
  readonly tried: number
}

/** More than that is no small change any more. */
export const mostTimes = 64

/** Those who are scored: only they can rise. */
const ranked: readonly RefusalCode[] = ['no-match', 'minimum-score', 'not-chosen']

/**
 * Why a partner is or isn't on the list for an RFI, and the smallest change of one thing that would have put it there: each
 * is tried by ranking again, with the population's own figures changed as they would be. The tables are as before when
 * it returns.
 */
export function whyNot(situation: Situation, partnerId: PartnerId): WhyNot {
  const standing = standingOf(situation, partnerId)
  const { place, candidates } = placeOf(situation, partnerId)
  const shared = { partnerId, standing, place, candidates }
  if (standing.kind === 'listed') return { ...shared, enough: [], closest: null, tried: 0 }
  const attempts = standing.needed === null ? [] : attemptsFor(situation, partnerId, standing)
  const enough = attempts.filter(({ standing }) => standing.kind === 'listed')
  return {
    ...shared,
    enough: enough.sort(bySize),
    closest: enough.length > 0 ? null : closestOf(attempts),
    tried: attempts.length,
  }
}

function attemptsFor(
  situation: Situation,
  partnerId: PartnerId,
  standing: Extract<Standing, { kind: 'left-out' }>,
): readonly Attempt[] {
  const { code, row } = standing
  // Of several profiles, those that came as far: with the others it would take more than one thing.
  const profiles = situation.index.ofPartner(partnerId).map(({ profile }) => profile)
  const own =
    row === null ? profiles : profiles.filter(({ profileId }) => profileId === row.profile.profileId)
  const attempts: Attempt[] = own
    .flatMap(profile => profileChanges(situation, profile, codeFor(situation, profile, code)))
    .map(change => ({
      change: { ...change, n: 1 as const },
      standing: withProfile(situation, change.profile, changed => standingOf(changed, partnerId)),
    }))
  if (!ranked.includes(code)) return attempts
  const { readsEvidence } = compile(situation.release)
  if (!readsEvidence) return attempts
  const evidence = situation.evidenceOf(partnerId)
  const shifts = unanswered(evidence, mostTimes)
  const look = (changed: Situation) => standingOf(changed, partnerId)
  const times = [
    fewest('answers', shifts.length, n => withShifts(situation, partnerId, shifts.slice(0, n), look)),
    fewest('deals', mostTimes, n => withDeals(situation, partnerId, n, look)),
    fewest('waiting', Math.min(mostTimes, waitingIn(evidence, situation.now)), n =>
      withFewerWaiting(situation, partnerId, n, look),
    ),
  ]
  return [...attempts, ...times.flatMap(attempt => attempt ?? [])]
}

/** A profile elsewhere is refused for that, whatever the partner's best one is refused for. */
function codeFor({ index, query }: Situation, profile: Profile, code: RefusalCode): RefusalCode {
  if (profile.country !== query.country) return 'country'
  const state = index.get(profile.profileId)?.state
  return state === undefined || state === 'published' ? code : state
}

/**
 * How often it takes: twice as often each time until it is enough, then by halves, so that once less is known not to be.
 * Null when there is nothing to do at all; the most that was tried when that isn't enough.
 */
function fewest(
  kind: 'answers' | 'deals' | 'waiting',
  most: number,
  standingAt: (n: number) => Standing,
): Attempt | null {
  if (most < 1) return null
  let low = 0
  let high = 1
  let found = standingAt(high)
  while (found.kind !== 'listed' && high < most) {
    low = high
    high = Math.min(most, high * 2)
    found = standingAt(high)
  }
  if (found.kind !== 'listed') return { change: { kind, n: high }, standing: found }
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const standing = standingAt(middle)
    if (standing.kind === 'listed') {
      high = middle
      found = standing
    } else low = middle
  }
  return { change: { kind, n: high }, standing: found }
}

const kinds: readonly Change['kind'][] = [
  'publish',
  'capacity',
  'region',
  'size',
  'country',
  'tag',
  'location',
  'answers',
  'deals',
  'waiting',
]

/**
 * A profile is changed at once; a way of working takes as many times as it takes. A tag that nobody has comes last: that it
 * helps is because it is rare, not because it is a trade.
 */
function bySize(one: Attempt, other: Attempt): number {
  const size = ({ change }: Attempt) =>
    'profile' in change ? (change.origin === 'odd' ? mostTimes + 1 : 0) : change.n
  return (
    size(one) - size(other) ||
    kinds.indexOf(one.change.kind) - kinds.indexOf(other.change.kind) ||
    byTagOrigin(tagIn(one), tagIn(other)) ||
    scoreOf(other) - scoreOf(one)
  )
}

function tagIn({ change }: Attempt): Pick<ProfileChange, 'origin'> {
  return 'profile' in change ? change : {}
}

function scoreOf({ standing }: Attempt): number {
  return standing.row?.score ?? 0
}

function closestOf(attempts: readonly Attempt[]): Attempt | null {
  const distance = ({ standing }: Attempt) =>
    standing.kind === 'listed' ? 0 : (standing.needed ?? 0) - (standing.row?.score ?? 0)
  const steps = ({ standing }: Attempt) => (standing.kind === 'listed' ? 0 : stepsOf(standing.code))
  const [closest] = attempts.toSorted(
    (one, other) => steps(other) - steps(one) || distance(one) - distance(other) || bySize(one, other),
  )
  return closest ?? null
}

function placeOf(
  situation: Situation,
  partnerId: PartnerId,
): { readonly place: number | null; readonly candidates: number } {
  const interested = new Set(scorerFor(situation).interested())
  const { entries } = rankAll(situation)
  const candidates = entries.filter(
    ({ found, pair }) =>
      // What everybody has may come to nothing, and is still in common.
      found.relevance > 0 || interested.has(pair.profile.partnerId) || found.matched().length > 0,
  )
  const at = candidates.findIndex(({ pair }) => pair.profile.partnerId === partnerId)
  return { place: at === -1 ? null : at + 1, candidates: candidates.length }
}

import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Indexed, ProfileIndex } from '../matching/profile-index.ts'
import { type RefusalCode, refusalCodes } from '../matching/refusals.ts'
import type { Evidence } from './evidence.ts'
import type { Interest, TermInterest } from './interest.ts'
import type { InterestTable } from './interest-table.ts'
import { type Considered, type RankInput, rank, rankRequested } from './rank.ts'
import { flagsOf } from './refused.ts'
import { scorerFor } from './scorer.ts'
import { tieOf } from './ties.ts'

/** One RFI, and the tables it is ranked on. Those are changed for a moment and put back: nobody else may read them meanwhile. */
export interface Situation extends Omit<RankInput, 'index' | 'interests' | 'depth'> {
  readonly index: ProfileIndex
  readonly interests: InterestTable
  /** What stands behind `recordOf`. */
  readonly evidenceOf: (partnerId: PartnerId) => Evidence
  /** What a partner answered under which terms, as `interests` was given it. */
  readonly interestOf: (partnerId: PartnerId) => Interest
  /** A term it answered under that is not among those, by its hash. None when absent. */
  readonly apartOf?: (partnerId: PartnerId, hash: number) => TermInterest | undefined
  /** Referrals a profile has open: by how much a limit must be raised. None when absent. */
  readonly openOf?: (profileId: ProfileId) => number
}

/** Where one partner comes for one RFI. */
export type Standing =
  | { readonly kind: 'listed'; readonly place: number; readonly row: Considered }
  | {
      readonly kind: 'left-out'
      readonly code: RefusalCode
      /** Its own; null where it isn't even looked at. */
      readonly row: Considered | null
      /** The score with which it would be listed as things stand; null when no score would do. */
      readonly needed: number | null
    }

export function standingOf(situation: Situation, partnerId: PartnerId): Standing {
  const { rfi, count } = situation
  const requested = rfi.requestedPartners.length > 0
  const { considered } = requested
    ? rankRequested(situation, rfi.requestedPartners)
    : rank({ ...situation, depth: count })
  const listed = requested ? considered : considered.slice(0, count)
  const place = listed.findIndex(({ profile }) => profile.partnerId === partnerId)
  const row = listed[place]
  if (row !== undefined) return { kind: 'listed', place: place + 1, row }
  const found = closest(situation, partnerId)
  if (requested && !rfi.requestedPartners.includes(partnerId))
    return { kind: 'left-out', code: 'not-chosen', row: found.row, needed: null }
  return { kind: 'left-out', ...found, needed: neededScore(situation, listed, partnerId) }
}

function neededScore(
  { rfi, count, release }: Situation,
  listed: readonly Considered[],
  partnerId: PartnerId,
): number {
  const { minimumScore } = release.policy
  const last = listed[count - 1]
  if (last === undefined) return minimumScore
  const ahead = tieOf(rfi.rfiId, partnerId) < tieOf(rfi.rfiId, last.profile.partnerId)
  return Math.max(minimumScore, last.score + (ahead ? 0 : 1))
}

/** Of the partner's profiles, what the one that comes furthest was refused for. */
function closest(
  situation: Situation,
  partnerId: PartnerId,
): { readonly code: RefusalCode; readonly row: Considered | null } {
  const { index, query, release } = situation
  const scorer = scorerFor(situation)
  const interested = scorer.interested().includes(partnerId)
  const matches = index.match(query)
  let best: { code: RefusalCode; row: Considered | null } = { code: 'unknown-partner', row: null }
  for (const indexed of index.ofPartner(partnerId)) {
    const { profile } = indexed
    const match = matches.eligible(profile.profileId)
    let code = refusalOf(situation, indexed)
    let row: Considered | null = null
    if (code === null && match !== null) {
      row = scorer.inFull(scorer.entryOf(match, scorer.standingOf(profile), []))
      if (!interested && row.matched.length === 0) code = 'no-match'
      else code = row.score < release.policy.minimumScore ? 'minimum-score' : 'not-chosen'
    }
    const steps = stepsOf(code ?? 'no-match') - stepsOf(best.code)
    if (steps > 0 || (steps === 0 && (row?.score ?? 0) > (best.row?.score ?? 0)))
      best = { code: code ?? 'no-match', row }
  }
  return best
}

/** How far somebody has come who is refused for that: the more the nearer to the list. */
export function stepsOf(code: RefusalCode): number {
  // What is elsewhere is further away than what is paused here.
  return code === 'country' ? refusalCodes.indexOf('unknown-partner') + 0.5 : refusalCodes.indexOf(code)
}

function refusalOf({ query, excluded, full }: Situation, { profile, state }: Indexed): RefusalCode | null {
  if (profile.country !== query.country) return 'country'
  if (state !== 'published') return state
  const flags = flagsOf(query, profile)
  if (flags.includes('region')) return 'region'
  if (flags.includes('size')) return 'size'
  if (excluded.has(profile.partnerId)) return 'already-asked'
  return full(profile.profileId) ? 'capacity' : null
}

import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Match, Matches, PopulationFigures } from '../matching/matches.ts'
import type { Considered, RankInput } from './considered.ts'
import type { AskedBefore } from './likeness.ts'
import type { Basis } from './rates.ts'
import {
  closestRefusal,
  countRefusals,
  flagsOf,
  mostNamed,
  type RefusalCounts,
  type Refused,
  requestedRefusal,
} from './refused.ts'
import { compile } from './score.ts'
import { type Entry, type Scorer, scorerFor } from './scorer.ts'
import { tieOf } from './ties.ts'

export type { Considered, RankInput } from './considered.ts'

export interface Ranking {
  /** Best first, one profile a partner. */
  readonly considered: readonly Considered[]
  /** Profiles (of requested partners: partners) refused, by code; zeros left out. Candidates only, not who wasn't chosen. */
  readonly refused: RefusalCounts
  /** Of these, the ones that were candidates: already asked, no capacity, minimum score. */
  readonly refusedCandidates: number
  /** At most 50 of them by name. */
  readonly named: readonly Refused[]
  /** Eligible and matched, by tags or by interest, before capacity, those already asked and the minimum score. */
  readonly candidates: number
  readonly population: PopulationFigures
  /** The most relevance this query can give, as `relevanceOf` takes it. */
  readonly maximum: number
  readonly basis: Basis
  readonly askedBefore: AskedBefore
}

/** How many stand behind those routed, ready when one declines. */
export const nextInLine = 5
/** How many the index is asked for at first; then eight times as many, and so on. */
const firstLook = 32
const someSpace = 64

/**
 * The best candidates, exactly as if every one had been scored: those whose answers under the RFI's terms are known one by
 * one, the others by their relevance. As no feature can give more than its weight, the search ends where the next ones'
 * relevance can't make up for the last place any more; on the way, whoever can't reach that place by what is known of it
 * already is passed over.
 */
export function rank(input: RankInput): Ranking {
  const { index, query, release, count, excluded, full } = input
  const depth = Math.max(count, input.depth ?? count + nextInLine)
  // Zero is no minimum: a score is below it where what lowers outweighs the rest.
  const minimumScore = release.policy.minimumScore || Number.NEGATIVE_INFINITY
  const { mostAt } = compile(release)
  const scorer = scorerFor(input)
  const matches = index.match(query)
  const refusals: Refused[] = []
  let best: Entry[] = []
  let floor = minimumScore
  const keepBest = () => {
    best = bestOf(input.rfi, best, depth)
    floor = best[depth - 1]?.score ?? minimumScore
  }
  const consider = (match: Match) => {
    const { profileId, partnerId } = match.profile
    const standing = scorer.standingOf(match.profile)
    const most = scorer.mostOf(match, standing)
    if (most < floor && most >= minimumScore) return
    if (excluded.has(partnerId)) refusals.push({ profileId, partnerId, code: 'already-asked' })
    else if (full(profileId)) refusals.push({ profileId, partnerId, code: 'capacity' })
    else {
      const entry = scorer.entryOf(match, standing, [])
      if (entry.score < minimumScore) refusals.push({ profileId, partnerId, code: 'minimum-score' })
      else if (entry.score >= floor) best.push(entry)
      if (best.length >= 2 * depth + someSpace) keepBest()
    }
  }
  const interested = interestedIn(input, scorer, matches)
  for (const match of interested.matches) consider(match)
  keepBest()
  let seen = 0
  let enough = false
  for (let width = Math.max(firstLook, depth); !enough && seen < matches.count; width *= 8) {
    const top = matches.top(Math.min(width, matches.count))
    // Those seen stand first again, as all that tie with the last one came with it.
    for (const match of top.slice(seen).sort(byRelevance)) {
      enough = mostAt(match.relevance) < floor && floor > minimumScore
      if (enough) break
      if (!interested.profileIds.has(match.profile.profileId)) consider(match)
    }
    keepBest()
    seen = top.length
  }
  const { 'no-match': unmatched = 0, ...refused } = countRefusals(refusals, matches.refused)
  const left = unmatched - interested.byInterestAlone
  return {
    considered: best.map(entry => scorer.inFull(entry)),
    refused: countRefusals([], { ...refused, 'no-match': left }),
    refusedCandidates: refusals.length,
    named: [...refusals, ...matches.named].slice(0, mostNamed),
    candidates: matches.count + interested.byInterestAlone,
    population: matches.population,
    maximum: matches.maximum,
    basis: scorer.basis,
    askedBefore: scorer.askedBefore,
  }
}

/** The eligible profiles of partners that accepted something like it, whatever their tags. In the order of their ids. */
function interestedIn({ index }: RankInput, scorer: Scorer, matches: Matches) {
  const found: Match[] = []
  for (const partnerId of scorer.interested())
    for (const { profile } of index.ofPartner(partnerId)) {
      const match = matches.eligible(profile.profileId)
      if (match !== null) found.push(match)
    }
  return {
    matches: found.sort(byRelevance),
    profileIds: new Set(found.map(({ profile }) => profile.profileId)),
    byInterestAlone: found.filter(({ relevance, matched }) => relevance === 0 && matched().length === 0)
      .length,
  }
}

/**
 * Exactly the partners the customer asked for, each with its best profile. State, country, capacity and having been asked
 * refuse; size and region don't, as the customer chose, but are flagged.
 */
export function rankRequested(input: RankInput, requested: readonly PartnerId[]): Ranking {
  const scorer = scorerFor(input)
  const { population, maximum } = input.index.match(input.query)
  const refusals: Refused[] = []
  const entries: Entry[] = []
  for (const partnerId of new Set(requested)) {
    const profiles = input.index.ofPartner(partnerId)
    const open = profiles.filter(indexed => requestedRefusal(input, indexed) === null)
    for (const { profile } of open) {
      const { relevance, length, matched } = input.index.relevance(input.query, profile)
      const found = { profile, relevance, length, matched: () => matched }
      entries.push(scorer.entryOf(found, scorer.standingOf(profile), flagsOf(input.query, profile)))
    }
    if (open.length === 0) refusals.push(closestRefusal(input, partnerId, profiles))
  }
  const best = bestOf(input.rfi, entries, entries.length)
  return {
    considered: best.map(entry => scorer.inFull(entry)),
    refused: countRefusals(refusals, {}),
    refusedCandidates: 0,
    named: refusals.slice(0, mostNamed),
    candidates: best.length,
    population,
    maximum,
    basis: scorer.basis,
    askedBefore: scorer.askedBefore,
  }
}

/** Equals by id, so that what is passed over or refused doesn't depend on the order in which profiles were loaded. */
function byRelevance(one: Match, other: Match): number {
  return other.relevance - one.relevance || (one.profile.profileId < other.profile.profileId ? -1 : 1)
}

/** Best first; of a partner's profiles the better one, then the first by profileId. */
export function bestOf(rfi: Pick<Rfi, 'rfiId'>, entries: readonly Entry[], depth: number): Entry[] {
  const byPartner = new Map<PartnerId, Entry>()
  for (const entry of entries) {
    const { partnerId, profileId } = entry.pair.profile
    const other = byPartner.get(partnerId)
    const better =
      other === undefined ||
      entry.score > other.score ||
      (entry.score === other.score && profileId < other.pair.profile.profileId)
    if (better) byPartner.set(partnerId, entry)
  }
  return [...byPartner.values()].sort((left, right) => inOrder(rfi, left, right)).slice(0, depth)
}

function inOrder(rfi: Pick<Rfi, 'rfiId'>, left: Entry, right: Entry): number {
  if (left.score !== right.score) return right.score - left.score
  const [one, other] = [left.pair.profile.partnerId, right.pair.profile.partnerId]
  // Two of the same hash are rare enough to go by their id; some order there must be.
  return tieOf(rfi.rfiId, one) - tieOf(rfi.rfiId, other) || (one < other ? -1 : 1)
}

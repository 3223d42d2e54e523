import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Match, MatchedTerm, PopulationFigures } from '../matching/matches.ts'
import type { ProfileIndex } from '../matching/profile-index.ts'
import type { Query } from '../matching/query.ts'
import type { Evidence } from './evidence.ts'
import type { Pair } from './feature.ts'
import { placeOf } from './features/proximity.ts'
import type { Population } from './population.ts'
import { type Basis, hourOf } from './rates.ts'
import {
  closestRefusal,
  countRefusals,
  flagsOf,
  mostNamed,
  type RefusalCounts,
  type Refused,
  requestedRefusal,
} from './refused.ts'
import type { Release } from './release.ts'
import {
  basisUnder,
  compile,
  type PartnerScored,
  type Parts,
  pairParts,
  pairScore,
  partnerScore,
} from './score.ts'
import { tieOf } from './ties.ts'

export interface RankInput {
  readonly rfi: Rfi
  readonly query: Query
  readonly index: Pick<ProfileIndex, 'match' | 'relevance' | 'ofPartner'>
  /** Asked only when a feature of the release weighs evidence. */
  readonly evidenceOf: (partnerId: PartnerId) => Evidence
  readonly population: Population
  readonly release: Release
  /** ms since 1970. */
  readonly now: number
  /** Partners already asked. */
  readonly excluded: ReadonlySet<PartnerId>
  /** Whether a profile has no capacity left. */
  readonly full: (profileId: ProfileId) => boolean
  /** How many to route. */
  readonly count: number
  /** How many to consider in full, `count` at least; the ones to route and the next in line unless given. */
  readonly depth?: number
}

export interface Considered {
  readonly profile: Profile
  readonly matched: readonly MatchedTerm[]
  /** How many terms the profile has. */
  readonly length: number
  /** Of the features that weigh something. Their contributions add up to the score. */
  readonly features: Parts
  /** Millionths. */
  readonly score: number
  /** Facts in the evidence that was read; null when none was. */
  readonly evidenceVersion: number | null
  /** What the customer's own choice went past: `size`, `region`. */
  readonly flags: readonly ('size' | 'region')[]
}

export interface Ranking {
  /** Best first, one profile a partner. */
  readonly considered: readonly Considered[]
  /** Profiles (of requested partners: partners) refused, by code; zeros left out. Candidates only, not who wasn't chosen. */
  readonly refused: RefusalCounts
  /** Of these, the ones that were candidates: already asked, no capacity, minimum score. */
  readonly refusedCandidates: number
  /** At most 50 of them by name. */
  readonly named: readonly Refused[]
  /** Eligible and matched, before capacity, those already asked and the minimum score. */
  readonly candidates: number
  readonly population: PopulationFigures
  /** The most relevance this query can give, as `relevanceOf` takes it. */
  readonly maximum: number
  readonly basis: Basis
}

/** How many stand behind those routed, ready when one declines. */
export const nextInLine = 5
/** How many the index is asked for at first; then eight times as many, and so on. */
const firstLook = 32
const someSpace = 64

type Found = Pick<Match, 'profile' | 'relevance' | 'length' | 'matched'>

/** Scored, but its parts not yet written out: few of those looked at are considered in the end. */
interface Entry {
  readonly pair: Pair
  readonly found: Found
  readonly flags: Considered['flags']
  readonly standing: PartnerScored
  readonly score: number
}

/**
 * The best candidates, exactly as if every one had been scored. The index gives them by relevance, and as no feature can
 * give more than its weight, the search ends where the next ones' relevance can't make up for the last place any more;
 * on the way, whoever can't reach that place by what is known of it already is passed over.
 */
export function rank(input: RankInput): Ranking {
  const { index, query, release, count, excluded, full } = input
  const depth = Math.max(count, input.depth ?? count + nextInLine)
  const { minimumScore } = release.policy
  const { mostAt, mostOfPair } = compile(release)
  const scorer = scorerFor(input)
  const matches = index.match(query)
  const refusals: Refused[] = []
  let best: Entry[] = []
  let floor = minimumScore
  const keepBest = () => {
    best = bestOf(input.rfi, best, depth)
    floor = Math.max(minimumScore, best[depth - 1]?.score ?? 0)
  }
  const consider = (match: Match) => {
    const { profileId, partnerId } = match.profile
    const standing = scorer.standingOf(match.profile)
    const most = mostOfPair(match.relevance) + standing.score
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
  let seen = 0
  let enough = false
  for (let width = Math.max(firstLook, depth); !enough && seen < matches.count; width *= 8) {
    const top = matches.top(Math.min(width, matches.count))
    // Those seen stand first again, as all that tie with the last one came with it.
    for (const match of top.slice(seen).sort(byRelevance)) {
      enough = mostAt(match.relevance) < floor && floor > minimumScore
      if (enough) break
      consider(match)
    }
    keepBest()
    seen = top.length
  }
  return {
    considered: best.map(entry => inFull(scorer, entry)),
    refused: countRefusals(refusals, matches.refused),
    refusedCandidates: refusals.length,
    named: [...refusals, ...matches.named].slice(0, mostNamed),
    candidates: matches.count,
    population: matches.population,
    maximum: matches.maximum,
    basis: scorer.basis,
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
    considered: best.map(entry => inFull(scorer, entry)),
    refused: countRefusals(refusals, {}),
    refusedCandidates: 0,
    named: refusals.slice(0, mostNamed),
    candidates: best.length,
    population,
    maximum,
    basis: scorer.basis,
  }
}

/** Equals by id, so that what is passed over or refused doesn't depend on the order in which profiles were loaded. */
function byRelevance(one: Match, other: Match): number {
  return other.relevance - one.relevance || (one.profile.profileId < other.profile.profileId ? -1 : 1)
}

/** What scoring one RFI's candidates has in common. */
interface Scorer {
  readonly release: Release
  readonly basis: Basis
  standingOf(profile: Profile): PartnerScored
  entryOf(found: Found, standing: PartnerScored, flags: Entry['flags']): Entry
}

const noStanding: PartnerScored = { score: 0, parts: {}, evidenceVersion: null }

function scorerFor({ rfi, release, population, now, evidenceOf }: RankInput): Scorer {
  const { region, city, country } = rfi.customer
  const customerPlace = placeOf(country, region, city)
  const hour = hourOf(now)
  const basis = basisUnder(release, population, hour)
  const asksPartners = compile(release).partner.length > 0
  return {
    release,
    basis,
    standingOf: ({ partnerId }) =>
      asksPartners ? partnerScore(release, evidenceOf(partnerId), basis, hour) : noStanding,
    entryOf: (found, standing, flags) => {
      const pair = { customerPlace, profile: found.profile, relevance: found.relevance }
      return { found, pair, standing, flags, score: pairScore(release, pair, basis) + standing.score }
    },
  }
}

/** Best first; of a partner's profiles the better one, then the first by profileId. */
function bestOf(rfi: Rfi, entries: readonly Entry[], depth: number): Entry[] {
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

function inOrder(rfi: Rfi, left: Entry, right: Entry): number {
  if (left.score !== right.score) return right.score - left.score
  const [one, other] = [left.pair.profile.partnerId, right.pair.profile.partnerId]
  // Two of the same hash are rare enough to go by their id; some order there must be.
  return tieOf(rfi.rfiId, one) - tieOf(rfi.rfiId, other) || (one < other ? -1 : 1)
}

function inFull({ release, basis }: Scorer, { found, pair, standing, score, flags }: Entry): Considered {
  return {
    profile: pair.profile,
    matched: found.matched(),
    length: found.length,
    features: { ...pairParts(release, pair, basis), ...standing.parts },
    score,
    evidenceVersion: standing.evidenceVersion,
    flags,
  }
}

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
import { basisUnder, compile, type Parts, pairParts, pairScore, partnerScore, type Scored } from './score.ts'
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
const firstLook = 32

type Found = Pick<Match, 'profile' | 'relevance' | 'length' | 'matched'>

/** Scored, but its parts not yet written out: few of those looked at are considered in the end. */
interface Entry {
  readonly pair: Pair
  readonly found: Found
  readonly flags: Considered['flags']
  readonly evidence: Evidence | null
  readonly partner: Scored | null
  readonly score: number
}

/**
 * The best candidates, exactly as if every one had been scored: the index gives them by relevance, and as no feature can
 * give more than its weight, the search ends where the next ones' relevance can't make up for the last place any more.
 */
export function rank(input: RankInput): Ranking {
  const { index, query, release, count } = input
  const depth = Math.max(count, input.depth ?? count + nextInLine)
  const { mostAt } = compile(release)
  const score = scorer(input)
  const matches = index.match(query)
  const refusals: Refused[] = []
  let best: readonly Entry[] = []
  let seenDownTo = Number.POSITIVE_INFINITY
  for (let width = Math.max(firstLook, depth); ; width *= 4) {
    const top = matches.top(Math.min(width, matches.count))
    const fresh: Entry[] = []
    for (const match of top) {
      // All that tie with the last one came with it: the next ones are below.
      if (match.relevance >= seenDownTo) continue
      const { profileId, partnerId } = match.profile
      if (input.excluded.has(partnerId)) refusals.push({ profileId, partnerId, code: 'already-asked' })
      else if (input.full(profileId)) refusals.push({ profileId, partnerId, code: 'capacity' })
      else {
        const entry = score(match, [])
        if (entry.score >= release.policy.minimumScore) fresh.push(entry)
        else refusals.push({ profileId, partnerId, code: 'minimum-score' })
      }
    }
    best = bestOf(input.rfi, [...best, ...fresh], depth)
    const last = top.at(-1)
    if (last === undefined || top.length >= matches.count) break
    seenDownTo = last.relevance
    const place = best.length < depth ? undefined : best.at(-1)
    if (mostAt(last.relevance - 1) < Math.max(place?.score ?? 0, release.policy.minimumScore)) break
  }
  return {
    considered: best.map(entry => inFull(input, entry)),
    refused: countRefusals(refusals, matches.refused),
    refusedCandidates: refusals.length,
    named: [...refusals, ...matches.named].slice(0, mostNamed),
    candidates: matches.count,
    population: matches.population,
    maximum: matches.maximum,
    basis: basisUnder(release, input.population, hourOf(input.now)),
  }
}

/**
 * Exactly the partners the customer asked for, each with its best profile. State, country, capacity and having been asked
 * refuse; size and region don't, as the customer chose, but are flagged.
 */
export function rankRequested(input: RankInput, requested: readonly PartnerId[]): Ranking {
  const score = scorer(input)
  const { population, maximum } = input.index.match(input.query)
  const refusals: Refused[] = []
  const entries: Entry[] = []
  for (const partnerId of new Set(requested)) {
    const profiles = input.index.ofPartner(partnerId)
    const open = profiles.filter(indexed => requestedRefusal(input, indexed) === null)
    for (const { profile } of open) {
      const { relevance, length, matched } = input.index.relevance(input.query, profile)
      entries.push(
        score({ profile, relevance, length, matched: () => matched }, flagsOf(input.query, profile)),
      )
    }
    if (open.length === 0) refusals.push(closestRefusal(input, partnerId, profiles))
  }
  const best = bestOf(input.rfi, entries, entries.length)
  return {
    considered: best.map(entry => inFull(input, entry)),
    refused: countRefusals(refusals, {}),
    refusedCandidates: 0,
    named: refusals.slice(0, mostNamed),
    candidates: best.length,
    population,
    maximum,
    basis: basisUnder(input.release, input.population, hourOf(input.now)),
  }
}

type Scorer = (found: Found, flags: Entry['flags']) => Entry

function scorer({ rfi, release, population, now, evidenceOf }: RankInput): Scorer {
  const { region, city, country } = rfi.customer
  const customerPlace = placeOf(country, region, city)
  const hour = hourOf(now)
  const basis = basisUnder(release, population, hour)
  const asksPartners = compile(release).partner.length > 0
  return (found, flags) => {
    const pair = { customerPlace, profile: found.profile, relevance: found.relevance }
    const evidence = asksPartners ? evidenceOf(found.profile.partnerId) : null
    const partner = evidence === null ? null : partnerScore(release, evidence, basis, hour)
    const score = pairScore(release, pair, basis) + (partner?.score ?? 0)
    return { found, pair, flags, evidence, partner, score }
  }
}

/** Best first; of a partner's profiles the better one, then the first by profileId. */
function bestOf(rfi: Rfi, entries: readonly Entry[], depth: number): readonly Entry[] {
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

function inFull({ release, population, now }: RankInput, entry: Entry): Considered {
  const { found, pair, partner, evidence, score, flags } = entry
  return {
    profile: pair.profile,
    matched: found.matched(),
    length: found.length,
    features: {
      ...pairParts(release, pair, basisUnder(release, population, hourOf(now))),
      ...partner?.parts,
    },
    score,
    evidenceVersion: evidence === null ? null : evidence.version,
    flags,
  }
}

import type { PartnerId } from '../domain/ids.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import { bestOf, type Considered, type RankInput } from './rank.ts'
import { type Entry, scorerFor } from './scorer.ts'

export interface EveryRanking {
  /** Every eligible partner with capacity, candidate or not, best first, one profile each. */
  readonly entries: readonly Entry[]
  /** Eligible and matched, by tags or by interest. */
  readonly candidates: number
  inFull(entry: Entry): Considered
  /** Why a partner isn't among the entries; null when it is. */
  refusalOf(partnerId: PartnerId): RefusalCode | null
}

/**
 * All eligible partners scored, whether or not anything matches: what `replay` measures by. The live path (`rank`) gives
 * the same scores in the same order, for those of them that are candidates.
 */
export function rankAll(input: Omit<RankInput, 'count' | 'depth'>): EveryRanking {
  const { index, query, rfi, excluded, full } = input
  const scorer = scorerFor(input, true)
  const matches = index.match(query)
  const interested = new Set(scorer.interested())
  const entries: Entry[] = []
  const refused = new Map<PartnerId, RefusalCode>()
  let candidates = 0
  for (const match of matches.everyone()) {
    const { partnerId, profileId } = match.profile
    if (match.relevance > 0 || interested.has(partnerId)) candidates += 1
    if (excluded.has(partnerId)) refused.set(partnerId, 'already-asked')
    else if (full(profileId)) refused.set(partnerId, 'capacity')
    else entries.push(scorer.entryOf(match, scorer.standingOf(match.profile), []))
  }
  const best = bestOf(rfi, entries, entries.length)
  const ranked = new Set(best.map(({ pair }) => pair.profile.partnerId))
  return {
    entries: best,
    candidates,
    inFull: entry => scorer.inFull(entry),
    refusalOf: partnerId => {
      if (ranked.has(partnerId)) return null
      return refused.get(partnerId) ?? refusalByProfile(input, partnerId)
    },
  }
}

function refusalByProfile(
  { index, query }: Pick<RankInput, 'index' | 'query'>,
  partnerId: PartnerId,
): RefusalCode {
  const profiles = index.ofPartner(partnerId)
  if (profiles.length === 0) return 'unknown-partner'
  const here = profiles.filter(({ profile }) => profile.country === query.country)
  if (here.length === 0) return 'country'
  const published = here.filter(({ state }) => state === 'published')
  if (published.length === 0) return here[0]?.state === 'withdrawn' ? 'withdrawn' : 'paused'
  const matches = index.match(query)
  return published.some(({ profile }) => matches.eligible(profile.profileId) !== null) ? 'no-match' : 'size'
}

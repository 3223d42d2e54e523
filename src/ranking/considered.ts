import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { MatchedTerm } from '../matching/matches.ts'
import type { ProfileIndex } from '../matching/profile-index.ts'
import type { Query } from '../matching/query.ts'
import type { Estimates } from './estimates.ts'
import type { InterestTable } from './interest-table.ts'
import type { Likeness } from './likeness.ts'
import type { Population } from './population.ts'
import type { Tally } from './rates.ts'
import type { Release } from './release.ts'
import type { Parts } from './score.ts'
import type { TrackRecord } from './track-record.ts'

export interface RankInput {
  readonly rfi: Rfi
  readonly query: Query
  readonly index: Pick<ProfileIndex, 'match' | 'relevance' | 'ofPartner'>
  /** Asked only when a feature of the release weighs evidence. */
  readonly recordOf: (partnerId: PartnerId) => TrackRecord
  /** Asked only when a feature of the release weighs what a partner did under the RFI's terms. */
  readonly interests: Pick<InterestTable, 'ask'>
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
  /** What the features were computed from. */
  readonly tally: Tally
  readonly likeness: Likeness
  readonly estimates: Estimates
  /** Facts in the evidence that was read; null when none was. */
  readonly evidenceVersion: number | null
  /** What the customer's own choice went past: `size`, `region`. */
  readonly flags: readonly ('size' | 'region')[]
}

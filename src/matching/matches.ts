import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { RefusalCode } from './refusals.ts'
import type { Term } from './terms.ts'

export interface MatchedTerm {
  /** The query's, whichever of its forms was met. */
  readonly term: Term
  /** `termWeight`: integer millionths, before the profile's length and the query's maximum are reckoned in. */
  readonly weight: number
  /** Profiles of the country that have the term; of several forms, that of the commonest. */
  readonly frequency: number
}

export interface PopulationFigures {
  readonly country: string
  /** Published in the country, whatever their regions. */
  readonly profiles: number
  /** Of all of them together. */
  readonly totalTerms: number
}

/**
 * `relevance` = `relevanceOf(Σ matched.weight, lengthFactor(length, population), maximum)`: all that is needed to reckon
 * it again stands here.
 */
export interface Relevance {
  /** Integer millionths, 0 to 1,000,000. */
  readonly relevance: number
  readonly matched: MatchedTerm[]
  /** Number of the profile's terms. */
  readonly length: number
  readonly maximum: number
  readonly population: PopulationFigures
}

export interface Match {
  readonly profile: Profile
  /** Integer millionths, 0 to 1,000,000. */
  readonly relevance: number
  /** Number of the profile's terms. */
  readonly length: number
  /** In the query's order. */
  matched(): MatchedTerm[]
}

export interface NamedRefusal {
  readonly profileId: ProfileId
  readonly partnerId: PartnerId
  readonly code: RefusalCode
}

/**
 * What an index has for a query. It lies in the index's own working space: valid until the index is next asked to match
 * or to put, and throws when it is read later.
 */
export interface Matches {
  readonly population: PopulationFigures
  /** The query's, for `relevanceOf`. */
  readonly maximum: number
  /** How many are eligible and share a term. */
  readonly count: number
  /**
   * The k most relevant, best first, and all that tie with the k-th; among equals the order says nothing. May be called
   * again with a larger k.
   */
  top(k: number): readonly Match[]
  /** A published profile of the country as a match, of relevance 0 when it shares no term; null when it isn't eligible. */
  eligible(profileId: ProfileId): Match | null
  /** All that are eligible, whether they share a term or not, in no order. */
  everyone(): readonly Match[]
  /** Together with `count` they add up to the size of the index. `size` counts only those that share a term. */
  readonly refused: Readonly<Record<RefusalCode, number>>
  /** Those that share a term but refuse the customer's size, the most relevant first, at most 50. */
  readonly named: readonly NamedRefusal[]
}

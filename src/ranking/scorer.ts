import type { PartnerId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { Match } from '../matching/matches.ts'
import { askedTerms } from './asked.ts'
import { dayOf } from './buckets.ts'
import type { Considered, RankInput } from './considered.ts'
import { estimatesOf } from './estimates.ts'
import type { FullPair, Pair } from './feature.ts'
import { placeOf } from './features/proximity.ts'
import type { Asking, InterestTable } from './interest-table.ts'
import { type AskedBefore, noLikeness } from './likeness.ts'
import { type Basis, hourOf } from './rates.ts'
import {
  basisUnder,
  compile,
  type PartnerScored,
  pairParts,
  pairScore,
  partnerParts,
  partnerScore,
} from './score.ts'

export type Found = Pick<Match, 'profile' | 'relevance' | 'length' | 'matched'>

/** Scored, but its parts not yet written out: few of those looked at are considered in the end. */
export interface Entry {
  readonly pair: Pair
  readonly found: Found
  readonly flags: Considered['flags']
  readonly standing: PartnerScored
  readonly score: number
}

/** What scoring one RFI's candidates has in common. */
export interface Scorer {
  readonly basis: Basis
  readonly askedBefore: AskedBefore
  /** Partners that accepted something like it. */
  interested(): readonly PartnerId[]
  standingOf(profile: Profile): PartnerScored
  /** The most a profile can score, by what is known without looking at what its partner did under the RFI's terms. */
  mostOf(found: Found, standing: PartnerScored): number
  entryOf(found: Found, standing: PartnerScored, flags: Entry['flags']): Entry
  inFull(entry: Entry): Considered
}

const noInterests: Pick<Asking, 'askedBefore' | 'partners' | 'knows' | 'dealsOf' | 'of'> = {
  askedBefore: { terms: [], bands: [] },
  partners: () => [],
  knows: () => false,
  dealsOf: () => noLikeness,
  of: () => noLikeness,
}

/** @param everybody - whether all will be scored */
export function scorerFor(
  input: Pick<RankInput, 'rfi' | 'release' | 'population' | 'now' | 'recordOf'> & {
    readonly interests: Pick<InterestTable, 'ask'>
  },
  everybody = false,
): Scorer {
  const { rfi, release, population, now, recordOf } = input
  const { region, city, country } = rfi.customer
  const customerPlace = placeOf(country, region, city)
  const hour = hourOf(now)
  const basis = basisUnder(release, population, hour)
  const { readsEvidence, readsInterest, mostOfPair, mostOfUntouched } = compile(release)
  const asking = readsInterest ? input.interests.ask(askedTerms(rfi), dayOf(now), everybody) : noInterests
  const { askedBefore } = asking
  return {
    basis,
    askedBefore,
    interested: () => asking.partners(),
    standingOf: ({ partnerId }) =>
      partnerScore(release, readsEvidence ? recordOf(partnerId) : null, basis, hour),
    mostOf: ({ profile, relevance }, standing) =>
      (asking.knows(profile.partnerId) ? mostOfPair : mostOfUntouched)(relevance) + standing.score,
    entryOf: (found, standing, flags) => {
      const { profile, relevance } = found
      const likeness = asking.dealsOf(profile.partnerId)
      const pair = {
        customerPlace,
        profile,
        relevance,
        askedBefore,
        likeness,
        tally: standing.tally,
        basis,
      }
      return { found, pair, standing, flags, score: pairScore(release, pair) + standing.score }
    },
    inFull: entry => {
      const { found, standing, score, flags } = entry
      const pair: FullPair = { ...entry.pair, likeness: asking.of(entry.pair.profile.partnerId) }
      return {
        profile: pair.profile,
        matched: found.matched(),
        length: found.length,
        features: { ...pairParts(release, pair), ...partnerParts(release, standing.tally, basis) },
        score,
        tally: pair.tally,
        likeness: pair.likeness,
        estimates: estimatesOf(pair),
        evidenceVersion: standing.evidenceVersion,
        flags,
      }
    },
  }
}

import { adviceAfter, expiresAfter, flameLasts } from '../domain/clocks.ts'
import type { RoutedEvent } from '../domain/events.ts'
import { type PartnerId, type ProfileId, type ReferralId, referralIdOf } from '../domain/ids.ts'
import { chooseLocation } from '../domain/location.ts'
import type { Candidate } from '../domain/notices.ts'
import type { Rfi } from '../domain/rfi.ts'
import { toTimestamp } from '../domain/time.ts'
import { unknownTerms } from '../domain/vocabulary.ts'
import { type Query, queryOf } from '../matching/query.ts'
import { type Considered, nextInLine, type Ranking, rank, rankRequested } from '../ranking/rank.ts'
import { type Receipt, receiptOf } from '../ranking/receipt.ts'
import type { Tables } from './tables.ts'

export interface RoutingInput {
  readonly rfi: Rfi
  /** ms since 1970. */
  readonly routedAt: number
  readonly tables: Pick<Tables, 'index' | 'recordOf' | 'interests' | 'population' | 'release' | 'releaseHash'>
  /** Asked before, in an RFI that this one follows. */
  readonly asked: ReadonlySet<PartnerId>
  /** No place left under the profile's `maxOpenReferrals`. */
  readonly full: (profileId: ProfileId) => boolean
  /** An open referral of the same customer to this partner, if there is one. */
  readonly openReferral: (partnerId: PartnerId) => ReferralId | null
}

/** What becomes of one RFI. Without events it is unroutable, and `reasons` says why. */
export interface Routing {
  readonly events: readonly RoutedEvent[]
  readonly candidates: readonly Candidate[]
  readonly reasons: Readonly<Record<string, number>>
  readonly terms: readonly string[]
  readonly receipt: Receipt
}

/** Routes one RFI. Pure: the same input and tables give the same bytes. */
export function route(input: RoutingInput): Routing {
  const { rfi, routedAt, tables } = input
  const query = boundedQuery(rfi)
  const refusal = refusedWhole(rfi, routedAt)
  const requested = rfi.requestedPartners.length > 0
  const { release } = tables
  const count = Math.min(rfi.maxPartners ?? Number.POSITIVE_INFINITY, release.policy.partnersPerRfi)
  const ranking = refusal === null ? rankFor(input, query, count) : null
  const considered = ranking?.considered ?? []
  const chosen = requested ? considered : considered.slice(0, count)
  const next =
    requested && ranking !== null ? nextAfterRequest(input, query) : considered.slice(chosen.length)
  const receipt = receiptOf({
    rfiId: rfi.rfiId,
    at: toTimestamp(routedAt),
    ranking,
    refusal,
    chosen,
    next,
    rule: requested ? 'requested' : 'rank',
    release,
    releaseHash: tables.releaseHash,
  })
  const times = timesOf(rfi, routedAt)
  const flags = unknownKinds(rfi.need)
  return {
    events: chosen.map((considered, index) =>
      routedEvent(input, considered, { rank: index + 1, times, flags }),
    ),
    candidates: next.slice(0, nextInLine).map(candidateOf),
    reasons: refusal === null ? nonZero(ranking?.refused ?? {}) : { [refusal]: 1 },
    terms: query.terms,
    receipt,
  }
}

/**
 * A matched term takes some 55 bytes of a receipt and 5 more for each of 20 partners, ten times and more what it took in
 * the RFI. Nobody needs thousands of things at once: the first count, ids before words, and the receipt stays well within a record.
 */
const mostTerms = 2000

export function boundedQuery(rfi: Rfi): Query {
  const query = queryOf(rfi)
  return { ...query, terms: query.terms.slice(0, mostTerms), forms: query.forms.slice(0, mostTerms) }
}

/** Refused once for the RFI, whoever the partners are. */
function refusedWhole(rfi: Rfi, routedAt: number): 'no-consent' | 'already-expired' | null {
  if (!rfi.consent.shareWithPartners) return 'no-consent'
  if (rfi.expiresAt !== null && rfi.expiresAt <= toTimestamp(routedAt)) return 'already-expired'
  return null
}

/** Whom we would have chosen beside those the customer did: what it may turn to when they decline. */
function nextAfterRequest(input: RoutingInput, query: Query): readonly Considered[] {
  const asked = new Set([...input.asked, ...input.rfi.requestedPartners])
  return rank({ ...rankInput(input, query), excluded: asked, count: 1, depth: nextInLine }).considered
}

/** What was asked for under a name that the vocabularies don't have: kept, and said. */
function unknownKinds(need: Rfi['need']): string[] {
  return [...new Set(unknownTerms(need).map(({ kind }) => `unknown-${kind}`))]
}

function rankFor(input: RoutingInput, query: Query, count: number): Ranking {
  const { requestedPartners } = input.rfi
  const asking = { ...rankInput(input, query), count }
  return requestedPartners.length > 0 ? rankRequested(asking, requestedPartners) : rank(asking)
}

function rankInput({ rfi, routedAt, tables, asked, full }: RoutingInput, query: Query) {
  const { index, recordOf, interests, population, release } = tables
  const known = { index, recordOf, interests, population, release }
  return { rfi, query, ...known, now: routedAt, excluded: asked, full }
}

/** All clocks run from `routedAt`; they are the same for every referral of an RFI. */
function timesOf(rfi: Rfi, routedAt: number) {
  const occurredAt = toTimestamp(routedAt)
  return {
    occurredAt,
    flameEndsAt: rfi.contactMeDirectly && rfi.consent.contact ? toTimestamp(routedAt + flameLasts) : null,
    remindAt: toTimestamp(routedAt + adviceAfter),
    expiresAt: rfi.expiresAt ?? toTimestamp(routedAt + expiresAfter),
  }
}

function routedEvent(
  input: RoutingInput,
  considered: Considered,
  {
    rank,
    times,
    flags,
  }: {
    readonly rank: number
    readonly times: ReturnType<typeof timesOf>
    readonly flags: readonly string[]
  },
): RoutedEvent {
  const { rfi, tables } = input
  const { profile } = considered
  const { location, notifiable } = chooseLocation(profile, rfi.customer)
  const { country, region, city, size, locale } = rfi.customer
  return {
    type: 'referral.routed',
    ...times,
    rfiId: rfi.rfiId,
    referralId: referralIdOf(rfi.rfiId, profile.partnerId),
    partnerId: profile.partnerId,
    version: 1,
    commandId: null,
    claimedAt: null,
    profileId: profile.profileId,
    channel: rfi.channel,
    customer: { country, region, city, size, locale },
    need: rfi.need,
    budget: rfi.budget,
    closingAt: rfi.closingAt,
    campaignId: rfi.campaignId,
    followsRfiId: rfi.followsRfiId,
    location,
    notifiable,
    rank,
    score: considered.score,
    rule: rfi.requestedPartners.length > 0 ? 'requested' : 'rank',
    weightsId: tables.release.weightsId,
    possibleDuplicateOf: input.openReferral(profile.partnerId),
    flags: [...considered.flags, ...(notifiable ? [] : ['not-notifiable']), ...flags],
    test: rfi.test,
  }
}

function candidateOf({ profile }: Considered): Candidate {
  return { partnerId: profile.partnerId, profileId: profile.profileId, name: profile.name }
}

function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Timestamp } from '../domain/time.ts'
import type { MatchedTerm, PopulationFigures } from '../matching/matches.ts'
import type { Term } from '../matching/terms.ts'
import type { FeatureName } from './catalogue.ts'
import type { Estimate, Estimated, Estimates } from './estimates.ts'
import { type AskedBefore, type Likeness, termCounts } from './likeness.ts'
import { one } from './millionths.ts'
import { noPopulation } from './population.ts'
import { type Considered, nextInLine, type Ranking } from './rank.ts'
import { type Basis, basisOf, type Tally } from './rates.ts'
import { countRefusals, type RefusalCounts, type Refused } from './refused.ts'
import type { Release } from './release.ts'
import { compile, reasonFor } from './score.ts'

export type Rule = 'rank' | 'requested' | 'exploration'

/**
 * How one RFI came to its partners: enough to compute every score again. Only what features of non-zero weight have
 * read is in it, so under a release that weighs no evidence it doesn't depend on when evidence arrived. Reasons are not
 * recorded, as `explain` makes them from the values.
 */
export interface Receipt {
  readonly rfiId: Rfi['rfiId']
  readonly at: Timestamp
  readonly rule: Rule
  /** The chance that those chosen had of being chosen, millionths. */
  readonly propensity: number
  readonly weightsId: string
  readonly releaseHash: string
  readonly population: PopulationFigures | null
  /** The query's, for `relevanceOf`. */
  readonly maximum: number
  /** What partners' own rates lean on, millionths; null when no weighed feature reads evidence. */
  readonly basis: Basis | null
  /** What all partners did under the RFI's terms, and under budgets near its own; null as `basis`. Counts as `termCounts`. */
  readonly asked: AskedOnReceipt | null
  /** The columns of the rows below: weights in millionths, and what the inputs are called, in their order. */
  readonly features: readonly Column[]
  /** The terms that any of the considered matched. */
  readonly terms: readonly MatchedTerm[]
  /** Best first, at most 20, however many were chosen. */
  readonly considered: readonly ConsideredOnReceipt[]
  readonly chosen: readonly PartnerId[]
  /** Next in line, at most 5. */
  readonly next: readonly PartnerId[]
  /** Eligible and matched. */
  readonly candidates: number
  /** Under `rank` it adds up, with those chosen, to all known profiles; under `requested` to the partners asked for. */
  readonly refused: RefusalCounts
  readonly named: readonly Refused[]
}

export interface AskedOnReceipt {
  readonly terms: readonly { readonly term: Term; readonly counts: readonly number[] }[]
  readonly bands: readonly {
    readonly term: Term
    readonly nearness: number
    readonly counts: readonly number[]
  }[]
}

export interface Column {
  readonly name: FeatureName
  readonly weight: number
  readonly inputs: readonly string[]
}

/** Lists go by the receipt's `features`: names would make it half as long again. */
export interface ConsideredOnReceipt {
  readonly partnerId: PartnerId
  readonly profileId: ProfileId
  /** The exact sum of `contributions`. */
  readonly score: number
  /** The matched ones of `terms`, by their place there. */
  readonly matched: readonly number[]
  /** How many terms the profile has. */
  readonly length: number
  /** What the values were computed from. */
  readonly inputs: readonly (readonly number[])[]
  readonly values: readonly number[]
  readonly contributions: readonly number[]
  readonly evidenceVersion: number | null
  /** What its evidence came to, in the order of `tallyNames`, −1 for null; empty when none was read. */
  readonly tally: readonly number[]
  /** What it did itself under `asked`: the place there, then counts as `termCounts`; of bands accepted and won. */
  readonly likeness: {
    readonly terms: readonly (readonly number[])[]
    readonly bands: readonly (readonly number[])[]
  } | null
  /** Chances in millionths; null when no evidence was read. */
  readonly estimates: Readonly<Record<Estimated, EstimateOnReceipt>> | null
  readonly flags: Considered['flags']
}

/** As `Estimate`. */
export type EstimateOnReceipt = Pick<Estimate, 'chance' | 'own' | 'such'>

/** The columns of `tally`. */
export const tallyNames = [
  'offered',
  'answered',
  'answeredInHour',
  'answeredInDay',
  'silent',
  'accepted',
  'declined',
  'refused',
  'won',
  'lost',
  'reported',
  'sinceDeal',
  'waiting',
] as const satisfies readonly (keyof Tally)[]

export const mostConsidered = 20

export interface ReceiptInput {
  readonly rfiId: Rfi['rfiId']
  readonly at: Timestamp
  /** Null when the RFI was refused as a whole. */
  readonly ranking: Ranking | null
  readonly refusal: 'no-consent' | 'already-expired' | null
  /** Those routed to, of the considered. */
  readonly chosen: readonly Considered[]
  /** Who comes after them, best first: the rest of the considered or, for partners asked for, whom we would have chosen. */
  readonly next: readonly Considered[]
  readonly rule: Rule
  readonly release: Release
  readonly releaseHash: string
}

/** What is chosen by rank or request is chosen for certain. */
export function receiptOf({ ranking, refusal, chosen, next, release, ...input }: ReceiptInput): Receipt {
  const { pair, partner, readsEvidence, readsInterest } = compile(release)
  const considered = (ranking?.considered ?? []).slice(0, mostConsidered)
  const columns = [...pair, ...partner].map(({ name, weight }) => ({
    name,
    weight,
    inputs: Object.keys(considered[0]?.features[name]?.inputs ?? {}),
  }))
  const terms = new Map(considered.flatMap(({ matched }) => matched.map(each => [each.term, each])))
  const places = new Map(Array.from(terms.keys(), (term, place) => [term, place]))
  return {
    rfiId: input.rfiId,
    at: input.at,
    rule: input.rule,
    propensity: one,
    weightsId: release.weightsId,
    releaseHash: input.releaseHash,
    population: ranking?.population ?? null,
    maximum: ranking?.maximum ?? 0,
    basis: ranking !== null && readsEvidence ? ranking.basis : null,
    asked: ranking !== null && readsInterest ? askedOnReceipt(ranking.askedBefore) : null,
    features: columns,
    terms: [...terms.values()],
    considered: considered.map(each => rowOf(each, columns, places, { readsEvidence, readsInterest })),
    chosen: chosen.map(({ profile }) => profile.partnerId),
    next: next.slice(0, nextInLine).map(({ profile }) => profile.partnerId),
    candidates: ranking?.candidates ?? 0,
    refused: refusal === null ? withNotChosen(ranking, chosen.length) : { [refusal]: 1 },
    named: ranking?.named ?? [],
  }
}

/** Of the candidates, whoever is neither chosen nor refused for a reason of its own. */
function withNotChosen(ranking: Ranking | null, chosen: number): RefusalCounts {
  if (ranking === null) return {}
  const { refused, candidates } = ranking
  const rest = candidates - chosen - ranking.refusedCandidates
  return rest <= 0
    ? refused
    : countRefusals([], { ...refused, 'not-chosen': (refused['not-chosen'] ?? 0) + rest })
}

function askedOnReceipt({ terms, bands }: AskedBefore): AskedOnReceipt {
  return {
    terms: terms.map(each => ({ term: each.term, counts: termCounts.map(name => each[name]) })),
    bands: bands.map(each => ({
      term: each.term,
      nearness: each.nearness,
      counts: termCounts.map(name => each[name]),
    })),
  }
}

function likenessOnReceipt({ terms, bands }: Likeness): ConsideredOnReceipt['likeness'] {
  return {
    terms: terms.map(each => [each.at, ...termCounts.map(name => each[name])]),
    bands: bands.map(({ at, accepted, won }) => [at, accepted, won]),
  }
}

function estimatesOnReceipt(estimates: Estimates): ConsideredOnReceipt['estimates'] {
  const of = ({ chance, own, such }: Estimate) => ({ chance, own, such })
  return {
    answer1h: of(estimates.answer1h),
    answer24h: of(estimates.answer24h),
    accept: of(estimates.accept),
    win: of(estimates.win),
  }
}

function rowOf(
  considered: Considered,
  columns: Receipt['features'],
  places: ReadonlyMap<Term, number>,
  { readsEvidence, readsInterest }: { readonly readsEvidence: boolean; readonly readsInterest: boolean },
): ConsideredOnReceipt {
  const parts = columns.map(({ name }) => considered.features[name])
  return {
    partnerId: considered.profile.partnerId,
    profileId: considered.profile.profileId,
    score: considered.score,
    matched: considered.matched.map(({ term }) => places.get(term) ?? -1),
    length: considered.length,
    inputs: parts.map((part, at) => (columns[at]?.inputs ?? []).map(input => part?.inputs[input] ?? 0)),
    values: parts.map(part => part?.value ?? 0),
    contributions: parts.map(part => part?.contribution ?? 0),
    evidenceVersion: considered.evidenceVersion,
    tally: readsEvidence ? tallyNames.map(name => considered.tally[name] ?? -1) : [],
    likeness: readsInterest ? likenessOnReceipt(considered.likeness) : null,
    estimates: readsEvidence ? estimatesOnReceipt(considered.estimates) : null,
    flags: considered.flags,
  }
}

/** The reasons behind a row, by feature, worded as they would be today. */
export function reasonsOnReceipt(
  receipt: Receipt,
  row: ConsideredOnReceipt,
): Readonly<Record<string, string>> {
  const basis = receipt.basis ?? noBasis
  return Object.fromEntries(
    receipt.features.map((column, at) => {
      const inputs = Object.fromEntries(
        column.inputs.map((input, place) => [input, row.inputs[at]?.[place] ?? 0]),
      )
      return [column.name, reasonFor(column.name, inputs, row.values[at] ?? 0, basis)]
    }),
  )
}

/** Read by no feature of a receipt without a basis. */
const noBasis = basisOf(noPopulation, { halfLifeDays: 1, priorStrength: 0 }, 0)

import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import type { Lesson } from './chronicle.ts'

export const estimateNames = ['answer1h', 'answer24h', 'accept', 'win'] as const
export type EstimateName = (typeof estimateNames)[number]

/** Probabilities, 0 to 1. */
export type Chances = Readonly<Record<EstimateName, number>>

/** Millionths; contributions add up to the score. */
export type FeatureParts = Readonly<Record<string, { readonly value: number; readonly contribution: number }>>

export interface RankedPartner {
  readonly partnerId: PartnerId
  /** Millionths. */
  readonly score: number
}

export interface InFull {
  readonly estimates: Chances
  readonly features: FeatureParts
}

/** Valid until the ranker is next asked or told anything. */
export interface RankedRfi {
  /** Every eligible partner, best first. */
  readonly partners: readonly RankedPartner[]
  /** Of these, the ones that live routing could choose from. */
  readonly candidates: number
  /** Of the partner at a place from 0. */
  inFull(place: number): InFull
  /** What each feature gives to the score of the partner at a place from 0, in the order of the ranker's. */
  contributions(place: number): readonly number[]
  /** Why a partner is not among them. */
  refusalOf(partnerId: PartnerId): RefusalCode
}

/** What keeps a partner out whatever it offers. */
export interface Gate {
  /** Asked already, in an RFI that this one follows. */
  readonly asked: ReadonlySet<PartnerId>
  /** No place left under the profile's `maxOpenReferrals`. */
  readonly full: (profileId: ProfileId) => boolean
}

/** How one referral went on, with what is known of the profile it went to. */
export type Learnt = Lesson & {
  /** False: nobody was told, so silence counts for nothing. */
  readonly notifiable: boolean
}

/** Whoever learns from a history. */
export interface Learner {
  learn(learnt: Learnt, at: number): void
}

/** What replay asks of a ranking: the one seam between tuning and whatever ranks. Times in ms since 1970. */
export interface Ranker extends Learner {
  /** Of the release: what `features` of a partner may hold. */
  readonly features: readonly string[]
  know(profile: Profile): void
  /** Must depend on nothing but what was known and learnt before. */
  rank(rfi: Rfi, at: number, gate: Gate): RankedRfi
}

/** A simple way to order the same partners, to be compared with. */
export interface Baseline extends Learner {
  readonly name: string
  /** In words, for the report. */
  readonly how: string
  /** A score for each of the pool, higher is better; ties are broken as ours are. */
  scores(rfi: Rfi, at: number, pool: readonly PartnerId[]): ArrayLike<number>
}

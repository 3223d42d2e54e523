import type { Profile } from '../domain/profile.ts'
import type { AskedBefore, Deals, Likeness } from './likeness.ts'
import type { Basis, Tally } from './rates.ts'

/** What a value is computed from, as recorded on a receipt: always the same names in the same order. */
export type Inputs = Readonly<Record<string, number>>

/** Where somebody is, as compared: region normalised, city folded. */
export interface Place {
  readonly region: string | null
  readonly city: string | null
}

/** One RFI met with one profile. */
export interface Pair {
  readonly customerPlace: Place
  readonly profile: Profile
  /** Millionths. */
  readonly relevance: number
  /** What all partners did under the terms of the RFI, and what this one did. */
  readonly askedBefore: AskedBefore
  readonly likeness: Deals
  readonly tally: Tally
  readonly basis: Basis
}

/** The same with all that is known of what the partner did under the terms: what estimates read. */
export interface FullPair extends Pair {
  readonly likeness: Likeness
}

interface Common<Name extends string, In extends Inputs> {
  readonly name: Name
  /** Whether a higher value puts a partner higher or lower. */
  readonly direction: 'raises' | 'lowers'
  readonly readsEvidence: boolean
  /** In [0, 1], as millionths; of the inputs and what all partners share alone. */
  value(inputs: In, basis: Basis): number
  /** One line that names nobody, so that it reads the same to the partner and to whoever looks at it. */
  reason(inputs: In, value: number, basis: Basis): string
}

/** About the partner alone, whatever the RFI: part of its visibility. */
export interface PartnerFeature<Name extends string = string, In extends Inputs = Inputs>
  extends Common<Name, In> {
  readonly about: 'partner'
  inputs(tally: Tally): In
}

/** About the partner's fit to one RFI. */
export interface PairFeature<Name extends string = string, In extends Inputs = Inputs>
  extends Common<Name, In> {
  readonly about: 'pair'
  inputs(pair: Pair): In
  /** Its value for a partner that never answered anything like it: what the search for candidates reckons with. */
  readonly untouched: number
}

export type Feature = PartnerFeature | PairFeature

/** Millionths as people read them: `81 of 100`. */
export function inHundred(millionths: number): string {
  return `${Math.round(millionths / 10_000)} of 100`
}

/** Decayed counts as people read them, to one decimal. */
export function inUnits(millionths: number): string {
  return String(Math.round(millionths / 100_000) / 10)
}

/** A figure in [0, 1] as millionths, cut to that range. */
export function asValue(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1_000_000)
}

import { catalogue, type FeatureName } from './catalogue.ts'
import type { Feature, Inputs, Pair, PairFeature, PartnerFeature } from './feature.ts'
import { multiply } from './millionths.ts'
import { noPopulation, type Population } from './population.ts'
import { type Basis, basisOf, type Tally, tallyIn } from './rates.ts'
import type { Release } from './release.ts'
import { noTrackRecord, type TrackRecord } from './track-record.ts'

/** What one feature gives to a score. Millionths; the contributions of all add up to the score exactly. */
export interface Part {
  readonly value: number
  readonly contribution: number
  readonly inputs: Inputs
}
/** Of the features that weigh something under the release; the others are not even looked at. */
export type Parts = Readonly<Partial<Record<FeatureName, Part>>>

interface Weighed<F extends Feature> {
  readonly feature: F
  readonly name: FeatureName
  /** Negative for a feature that lowers. */
  readonly weight: number
}

/** A release as the scoring loop wants it. */
export interface Compiled {
  readonly pair: readonly Weighed<PairFeature>[]
  readonly partner: readonly Weighed<PartnerFeature>[]
  readonly readsEvidence: boolean
  /** What partners did under the RFI's terms is read. */
  readonly readsInterest: boolean
  /** The most that anyone of this relevance can score. */
  readonly mostAt: (relevance: number) => number
  /** The same less the partner's own part. */
  readonly mostOfPair: (relevance: number) => number
  /** The same for a partner that never answered anything. */
  readonly mostOfUntouched: (relevance: number) => number
}

const compiled = new WeakMap<Release, Compiled>()

export function compile(release: Release): Compiled {
  const known = compiled.get(release)
  if (known !== undefined) return known
  const pair: Weighed<PairFeature>[] = []
  const partner: Weighed<PartnerFeature>[] = []
  let mostOfPairs = 0
  let mostOfUntouched = 0
  let mostOfPartners = 0
  for (const feature of catalogue as readonly (Feature & { name: FeatureName })[]) {
    const { name } = feature
    if (release.features[name] === 0) continue
    const weight = feature.direction === 'raises' ? release.features[name] : -release.features[name]
    if (feature.about === 'pair') {
      pair.push({ feature, name, weight })
      // Both are bounded by the relevance itself.
      if (name === 'relevance' || name === 'promise') continue
      mostOfPairs += Math.max(0, weight)
      // What depends on the profile alone is bounded by its weight all the same.
      mostOfUntouched += feature.readsEvidence ? multiply(weight, feature.untouched) : Math.max(0, weight)
    } else {
      partner.push({ feature, name, weight })
      mostOfPartners += Math.max(0, weight)
    }
  }
  const ofRelevance = (relevance: number) =>
    multiply(release.features.relevance, relevance) + multiply(release.features.promise, relevance)
  const made: Compiled = {
    pair,
    partner,
    readsEvidence: [...pair, ...partner].some(({ feature }) => feature.readsEvidence),
    readsInterest: pair.some(({ feature }) => feature.readsEvidence),
    mostAt: relevance => mostOfPartners + mostOfPairs + ofRelevance(relevance),
    mostOfPair: relevance => mostOfPairs + ofRelevance(relevance),
    mostOfUntouched: relevance => mostOfUntouched + ofRelevance(relevance),
  }
  compiled.set(release, made)
  return made
}

export function pairScore(release: Release, pair: Pair): number {
  let score = 0
  for (const { feature, weight } of compile(release).pair) {
    score += multiply(weight, feature.value(feature.inputs(pair), pair.basis))
  }
  return score
}

export function pairParts(release: Release, pair: Pair): Parts {
  return Object.fromEntries(
    compile(release).pair.map(({ feature, name, weight }) => [
      name,
      part(weight, feature.inputs(pair), inputs => feature.value(inputs, pair.basis)),
    ]),
  )
}

/** A partner's own part of a score, and what it was read from. */
export interface PartnerScored {
  readonly score: number
  readonly tally: Tally
  /** Facts in the evidence; null when none was read. */
  readonly evidenceVersion: number | null
}

interface Remembered extends PartnerScored {
  readonly hour: number
  readonly basis: Basis
}

/**
 * What is about a partner alone changes only with its evidence, the release, the hour and what all partners share. As it is
 * kept for everybody, its parts are not: `partnerParts` makes them for the few that want them.
 */
const remembered = new WeakMap<Release, WeakMap<TrackRecord, Remembered>>()

/** @param record - null when the release weighs none */
export function partnerScore(
  release: Release,
  record: TrackRecord | null,
  basis: Basis,
  hour: number,
): PartnerScored {
  let byRecord = remembered.get(release)
  if (byRecord === undefined) {
    byRecord = new WeakMap()
    remembered.set(release, byRecord)
  }
  const key =
    record === null || record.version === 0 ? noTrackRecord(release.parameters.halfLifeDays) : record
  const known = byRecord.get(key)
  if (known !== undefined && known.hour === hour && known.basis === basis) return known
  const tally = known !== undefined && known.hour === hour ? known.tally : tallyIn(key, hour)
  const { partner, readsEvidence } = compile(release)
  let score = 0
  for (const { feature, weight } of partner)
    score += multiply(weight, feature.value(feature.inputs(tally), basis))
  const fresh = { score, tally, evidenceVersion: readsEvidence ? key.version : null, hour, basis }
  byRecord.set(key, fresh)
  return fresh
}

/** What a partner's own part of a score is made of. */
export function partnerParts(release: Release, tally: Tally, basis: Basis): Parts {
  return Object.fromEntries(
    compile(release).partner.map(({ feature, name, weight }) => [
      name,
      part(weight, feature.inputs(tally), inputs => feature.value(inputs, basis)),
    ]),
  )
}

function part(weight: number, inputs: Inputs, measure: (inputs: Inputs) => number): Part {
  const value = measure(inputs)
  return { value, contribution: multiply(weight, value), inputs }
}

const bases = new WeakMap<Release, { population: Population; hour: number; basis: Basis }>()

/** The same object as long as the figures are the same, so that what was remembered on it stays good. */
export function basisUnder(release: Release, population: Population, hour: number): Basis {
  const known = bases.get(release)
  if (known !== undefined && known.population === population && known.hour === hour) return known.basis
  // Under a release that weighs no evidence nothing may depend on any.
  const read = compile(release).readsEvidence ? population : noPopulation
  const fresh = basisOf(read, release.parameters, hour)
  const basis = known !== undefined && sameBasis(known.basis, fresh) ? known.basis : fresh
  bases.set(release, { population, hour, basis })
  return basis
}

function sameBasis(left: Basis, right: Basis): boolean {
  const names = Object.keys(left.priors) as (keyof Basis['priors'])[]
  return (
    left.priorStrength === right.priorStrength &&
    left.deals === right.deals &&
    left.partners === right.partners &&
    names.every(name => left.priors[name] === right.priors[name])
  )
}

const byName = new Map<FeatureName, Feature>(catalogue.map(feature => [feature.name, feature]))

/** The line a feature says to the partner, made from what was recorded. */
export function reasonFor(name: FeatureName, inputs: Inputs, value: number, basis: Basis): string {
  return byName.get(name)?.reason(inputs, value, basis) ?? ''
}

export function reasonsOf(parts: Parts, basis: Basis): Readonly<Partial<Record<FeatureName, string>>> {
  const names = Object.keys(parts) as FeatureName[]
  return Object.fromEntries(
    names.flatMap(name => {
      const part = parts[name]
      return part === undefined ? [] : [[name, reasonFor(name, part.inputs, part.value, basis)]]
    }),
  )
}

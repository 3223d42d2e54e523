import type { Profile } from '../domain/profile.ts'
import { type Lengths, lengthFactor, relevanceOf } from '../matching/relevance.ts'
import { catalogue, type FeatureName } from './catalogue.ts'
import { estimated, estimatesOf } from './estimates.ts'
import type { Feature, FullPair, Inputs } from './feature.ts'
import { type AskedBefore, type Likeness, noLikeness, type TermTally, termCounts } from './likeness.ts'
import { multiply } from './millionths.ts'
import { noPopulation } from './population.ts'
import { type Basis, basisOf, type Tally } from './rates.ts'
import { type ConsideredOnReceipt, type EstimateOnReceipt, type Receipt, tallyNames } from './receipt.ts'
import { type Check, Difference } from './verify-check.ts'

/** Features that read the profile itself, which is not on the receipt: their inputs are believed. */
export const readingProfiles: ReadonlySet<FeatureName> = new Set(['proximity'])

/** What all rows are reckoned with. */
export interface Grounds {
  readonly basis: Basis
  readonly askedBefore: AskedBefore
  readonly lengths: Lengths
}

/** Read by no feature of a receipt that has none. */
export const noBasis = basisOf(noPopulation, { halfLifeDays: 1, priorStrength: 0 }, 0)

export function groundsOf({ basis, asked, population }: Receipt): Grounds {
  return {
    basis: basis ?? noBasis,
    askedBefore: {
      terms: (asked?.terms ?? []).map(({ term, counts }) => ({ term, ...countsFrom(counts) })),
      bands: (asked?.bands ?? []).map(({ term, nearness, counts }) => ({
        term,
        nearness,
        ...countsFrom(counts),
      })),
    },
    lengths: population ?? { profiles: 0, totalTerms: 0 },
  }
}

function countsFrom(counts: readonly number[], from = 0): TermTally {
  return Object.fromEntries(
    termCounts.map((name, at) => [name, counts[from + at] ?? 0]),
  ) as unknown as TermTally
}

function tallyFrom(row: ConsideredOnReceipt): Tally {
  const { tally } = row
  return Object.fromEntries(
    tallyNames.map((name, at) => [
      name,
      tally === null ? 0 : (tally[at] ?? (name === 'sinceDeal' ? null : 0)),
    ]),
  ) as unknown as Tally
}

function likenessFrom({ likeness }: ConsideredOnReceipt): Likeness {
  if (likeness === null) return noLikeness
  return {
    terms: likeness.terms.map(list => ({ at: list[0] ?? -1, ...countsFrom(list, 1) })),
    bands: likeness.bands.map(([at = -1, accepted = 0, won = 0]) => ({ at, accepted, won })),
  }
}

const featureNamed = new Map<string, Feature & { name: FeatureName }>(
  (catalogue as readonly (Feature & { name: FeatureName })[]).map(feature => [feature.name, feature]),
)

/** A row's sums done again from what stands on the receipt. */
export function rebuildRow(
  receipt: Receipt,
  row: ConsideredOnReceipt,
  { basis, askedBefore, lengths }: Grounds,
  { at, check }: { readonly at: number; readonly check: Check },
): ConsideredOnReceipt {
  const here = `considered[${at}]`
  const matched = row.matched.reduce((sum, place) => sum + (receipt.terms[place]?.weight ?? 0), 0)
  const pair: FullPair = {
    // Neither is on the receipt: no feature but those of `readingProfiles` looks at them.
    customerPlace: { region: null, city: null },
    profile: unseen,
    relevance: relevanceOf(matched, lengthFactor(row.length, lengths), receipt.maximum),
    askedBefore,
    likeness: likenessFrom(row),
    tally: tallyFrom(row),
    basis,
  }
  const parts = receipt.features.map(({ name, weight, inputs: names }, column) => {
    const feature = featureNamed.get(name)
    if (feature === undefined)
      throw new Difference({ ok: false, where: `features[${column}].name`, recorded: name, computed: null })
    const inputs = readingProfiles.has(name)
      ? Object.fromEntries(names.map((input, place) => [input, row.inputs[column]?.[place] ?? 0]))
      : inputsOf(feature, pair)
    check.sameList(`features.${name}.inputs`, names, Object.keys(inputs))
    names.forEach((input, place) => {
      check.same(`${here}.inputs.${name}.${input}`, row.inputs[column]?.[place], inputs[input] ?? null)
    })
    const value = check.same(`${here}.values.${name}`, row.values[column], feature.value(inputs, basis))
    const contribution = check.same(
      `${here}.contributions.${name}`,
      row.contributions[column],
      multiply(weight, value),
    )
    return { inputs: names.map(input => inputs[input] ?? 0), value, contribution }
  })
  const contributions = parts.map(({ contribution }) => contribution)
  const score = check.same(
    `${here}.score`,
    row.score,
    contributions.reduce((sum, each) => sum + each, 0),
  )
  return {
    partnerId: row.partnerId,
    profileId: row.profileId,
    score,
    matched: row.matched,
    length: row.length,
    inputs: parts.map(({ inputs }) => inputs),
    values: parts.map(({ value }) => value),
    contributions,
    evidenceVersion: row.evidenceVersion,
    tally: row.tally,
    likeness: row.likeness === null ? null : { terms: row.likeness.terms, bands: row.likeness.bands },
    estimates: rebuildEstimates(receipt, row, pair, { where: `${here}.estimates`, check }),
    flags: row.flags,
  }
}

const unseen = { locations: [] } as unknown as Profile

function inputsOf(feature: Feature, pair: FullPair): Inputs {
  return feature.about === 'pair' ? feature.inputs(pair) : feature.inputs(pair.tally)
}

/** There are some wherever evidence was read. */
function rebuildEstimates(
  { basis }: Receipt,
  { estimates: recorded }: ConsideredOnReceipt,
  pair: FullPair,
  { where, check }: { readonly where: string; readonly check: Check },
): ConsideredOnReceipt['estimates'] {
  if (recorded === null) {
    check.same(where, null, basis === null ? null : 'estimates')
    return null
  }
  const computed = estimatesOf(pair)
  const entries = estimated.map(name => {
    const figure = (part: keyof EstimateOnReceipt) =>
      check.same(`${where}.${name}.${part}`, recorded[name][part], computed[name][part])
    return [name, { chance: figure('chance'), own: figure('own'), such: figure('such') }] as const
  })
  return Object.fromEntries(entries) as unknown as ConsideredOnReceipt['estimates']
}

import type { Profile } from '../domain/profile.ts'
import { type Lengths, lengthFactor, relevanceOf, termWeight } from '../matching/relevance.ts'
import { catalogue, type FeatureName } from './catalogue.ts'
import { estimated, estimatesOf } from './estimates.ts'
import type { Feature, FullPair, Inputs } from './feature.ts'
import { type AskedBefore, type Likeness, noLikeness, type TermTally, termCounts } from './likeness.ts'
import { multiply, one } from './millionths.ts'
import { noPopulation } from './population.ts'
import { nextInLine } from './rank.ts'
import { type Basis, basisOf, type Tally } from './rates.ts'
import {
  type ConsideredOnReceipt,
  type EstimateOnReceipt,
  mostConsidered,
  type Receipt,
  tallyNames,
} from './receipt.ts'
import type { Release } from './release.ts'
import { compile } from './score.ts'
import { tieOf } from './ties.ts'

export interface Verified {
  readonly ok: true
  readonly checked: { readonly rows: number; readonly figures: number }
  /** What the receipt hasn't got the grounds of, and was believed. */
  readonly taken: readonly string[]
}

/** The first figure that doesn't follow from what stands beside it. */
export interface Differs {
  readonly ok: false
  /** `considered[3].values.responsiveness`; `bytes` when every figure is right and the text is still another. */
  readonly where: string
  readonly recorded: unknown
  readonly computed: unknown
}

export type Verification = Verified | Differs

/** Features that read the profile itself, which is not on the receipt: their inputs are believed. */
const readingProfiles: ReadonlySet<FeatureName> = new Set(['proximity'])

/**
 * Does a receipt's sums again: inputs from the recorded evidence and matched terms, values from inputs, contributions,
 * scores, estimates, the order, who was chosen; at last the receipt is written anew and must be the same text.
 * @param release - the one it names, where it is at hand: then the weights are compared as well
 */
export function verifyReceipt(receipt: Receipt, release: Release | null = null): Verification {
  const check = new Check()
  try {
    const rebuilt = rebuild(receipt, release, check)
    const [recorded, computed] = [JSON.stringify(receipt), JSON.stringify(rebuilt)]
    if (recorded !== computed) return bytesDiffer(recorded, computed)
  } catch (error) {
    if (error instanceof Difference) return error.found
    throw error
  }
  return {
    ok: true,
    checked: { rows: receipt.considered.length, figures: check.figures },
    taken: takenFrom(receipt, release),
  }
}

/** Ends the check at the first difference; never leaves this file. */
class Difference extends Error {
  readonly found: Differs

  constructor(found: Differs) {
    super(found.where)
    this.found = found
  }
}

class Check {
  figures = 0

  same<T extends number | string | null>(where: string, recorded: unknown, computed: T): T {
    this.figures += 1
    if (recorded !== computed)
      throw new Difference({ ok: false, where, recorded: recorded ?? null, computed })
    return computed
  }

  sameList<T extends number | string>(where: string, recorded: readonly unknown[], computed: readonly T[]) {
    const length = Math.max(recorded.length, computed.length)
    for (let at = 0; at < length; at += 1)
      this.same(`${where}[${at}]`, recorded[at] ?? null, computed[at] ?? null)
    return computed
  }
}

/** Fields in the order of `Receipt`: the text is compared too. */
function rebuild(receipt: Receipt, release: Release | null, check: Check): Receipt {
  const grounds = groundsOf(receipt)
  const features = columns(receipt, release, check)
  const terms = receipt.terms.map(({ term, weight, frequency }, at) => ({
    term,
    weight: check.same(
      `terms[${at}].weight`,
      weight,
      termWeight(frequency, receipt.population?.profiles ?? 0),
    ),
    frequency,
  }))
  const considered = receipt.considered.map((row, at) => rebuildRow(receipt, row, grounds, { at, check }))
  checkOrder(receipt, check)
  const { population, basis, asked } = receipt
  return {
    rfiId: receipt.rfiId,
    at: receipt.at,
    rule: receipt.rule,
    // Nothing is left to chance by rank or by request.
    propensity:
      receipt.rule === 'exploration' ? receipt.propensity : check.same('propensity', receipt.propensity, one),
    weightsId: receipt.weightsId,
    releaseHash: receipt.releaseHash,
    population:
      population === null
        ? null
        : {
            country: population.country,
            profiles: population.profiles,
            totalTerms: population.totalTerms,
          },
    maximum: receipt.maximum,
    basis:
      basis === null
        ? null
        : {
            priorStrength: basis.priorStrength,
            priors: inPriorOrder(basis.priors),
            deals: basis.deals,
            partners: basis.partners,
          },
    asked:
      asked === null
        ? null
        : {
            terms: asked.terms.map(({ term, counts }) => ({ term, counts })),
            bands: asked.bands.map(({ term, nearness, counts }) => ({ term, nearness, counts })),
          },
    features,
    terms,
    considered,
    chosen: chosenOf(receipt, check),
    next: nextOf(receipt, check),
    candidates:
      receipt.rule === 'requested'
        ? check.same('candidates', receipt.candidates, receipt.chosen.length)
        : receipt.candidates,
    refused: refusedOf(receipt, check),
    named: receipt.named.map(({ profileId, partnerId, code }) => ({ profileId, partnerId, code })),
  }
}

function inPriorOrder(priors: Basis['priors']): Basis['priors'] {
  const names = Object.keys(noBasis.priors) as (keyof Basis['priors'])[]
  return Object.fromEntries(names.map(name => [name, priors[name]])) as unknown as Basis['priors']
}

/** What all rows are reckoned with. */
interface Grounds {
  readonly basis: Basis
  readonly askedBefore: AskedBefore
  readonly lengths: Lengths
}

/** Read by no feature of a receipt that has none. */
const noBasis = basisOf(noPopulation, { halfLifeDays: 1, priorStrength: 0 }, 0)

function groundsOf({ basis, asked, population }: Receipt): Grounds {
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

function columns(receipt: Receipt, release: Release | null, check: Check): Receipt['features'] {
  const names = receipt.features.map(({ name }) => name)
  if (release !== null) {
    if (receipt.basis !== null)
      check.same('basis.priorStrength', receipt.basis.priorStrength, release.parameters.priorStrength)
    const { pair, partner } = compile(release)
    const weighed = [...pair, ...partner]
    check.sameList(
      'features',
      names,
      weighed.map(({ name }) => name),
    )
    weighed.forEach(({ name, weight }, at) => {
      check.same(`features.${name}.weight`, receipt.features[at]?.weight, weight)
    })
  }
  return receipt.features.map(({ name, weight, inputs }) => ({ name, weight, inputs }))
}

function rebuildRow(
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

/** By score, then by the hash of RFI and partner, then by id. */
function checkOrder({ rfiId, considered }: Receipt, check: Check): void {
  const order = considered.toSorted(
    (left, right) =>
      right.score - left.score ||
      tieOf(rfiId, left.partnerId) - tieOf(rfiId, right.partnerId) ||
      (left.partnerId < right.partnerId ? -1 : 1),
  )
  order.forEach(({ partnerId }, at) => {
    check.same(`considered[${at}].partnerId`, considered[at]?.partnerId, partnerId)
  })
}

/** By rank the best, on request all that could be asked. Beyond the rows nothing is known. */
function chosenOf({ rule, considered, chosen }: Receipt, check: Check): Receipt['chosen'] {
  if (rule === 'exploration') return chosen
  const best = (rule === 'requested' ? considered : considered.slice(0, chosen.length)).map(
    ({ partnerId }) => partnerId,
  )
  check.sameList(
    'chosen',
    considered.length < mostConsidered ? chosen : chosen.slice(0, mostConsidered),
    best,
  )
  return chosen
}

/** On request it is whom we would have chosen, and they have no rows. */
function nextOf({ rule, considered, chosen, next }: Receipt, check: Check): Receipt['next'] {
  if (rule !== 'rank') return next
  const following = considered
    .slice(chosen.length, chosen.length + nextInLine)
    .map(({ partnerId }) => partnerId)
  const beyond = following.length < nextInLine && considered.length === mostConsidered
  check.sameList('next', beyond ? next.slice(0, following.length) : next, following)
  return next
}

/** What is left of the candidates was not chosen; the other counts are believed. */
function refusedOf(receipt: Receipt, check: Check): Receipt['refused'] {
  const { rule, candidates, chosen, refused, population } = receipt
  if (population !== null && rule === 'rank') {
    const ofCandidates = (['already-asked', 'capacity', 'minimum-score'] as const).reduce(
      (sum, code) => sum + (refused[code] ?? 0),
      0,
    )
    const left = candidates - chosen.length - ofCandidates
    check.same('refused.not-chosen', refused['not-chosen'] ?? 0, left)
  }
  return refused
}

function takenFrom(receipt: Receipt, release: Release | null): string[] {
  const { features, considered, asked, basis, population } = receipt
  return [
    ...(population === null
      ? []
      : ['the profiles there were (population, maximum, terms, lengths, matched tags)']),
    ...(basis === null ? [] : ['what all partners had in common (basis)']),
    ...features.filter(({ name }) => readingProfiles.has(name)).map(({ name }) => `inputs of ${name}`),
    ...(considered.some(({ tally }) => tally !== null && tally.length > 0)
      ? ['what each partner had done (tally)']
      : []),
    ...(asked === null ? [] : ['what was done under the terms asked for (asked, likeness)']),
    ...(features.length > 0 && release === null ? ['the weights: the release is no longer at hand'] : []),
    'counts of refusals',
  ]
}

function bytesDiffer(recorded: string, computed: string): Differs {
  let at = 0
  while (recorded[at] === computed[at]) at += 1
  const around = (text: string) => text.slice(Math.max(0, at - 20), at + 20)
  return { ok: false, where: `bytes, at ${at}`, recorded: around(recorded), computed: around(computed) }
}

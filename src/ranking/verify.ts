import { termWeight } from '../matching/relevance.ts'
import { one } from './millionths.ts'
import { nextInLine } from './rank.ts'
import type { Basis } from './rates.ts'
import { mostConsidered, type Receipt } from './receipt.ts'
import type { Release } from './release.ts'
import { compile } from './score.ts'
import { tieOf } from './ties.ts'
import { Check, Difference, type Differs } from './verify-check.ts'
import { groundsOf, noBasis, readingProfiles, rebuildRow } from './verify-row.ts'

export interface Verified {
  readonly ok: true
  readonly checked: { readonly rows: number; readonly figures: number }
  /** What the receipt hasn't got the grounds of, and was believed. */
  readonly taken: readonly string[]
}

export type Verification = Verified | Differs

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

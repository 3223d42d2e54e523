import { inHundred, inUnits, type PairFeature } from '../feature.ts'
import { one } from '../millionths.ts'

/** Offers after which what was done says as much as tags do. */
const half = 5

/**
 * What the partner's tags promise, as long as little is known of what it does: relevance, fading with the offers it accepted,
 * left unanswered or declined for other reasons than fit or customer. So a newcomer gets its first chances by its tags, and
 * keeps on getting them by its deals.
 *
 * It weighs as much as offers usually fail: where all but everything is accepted (and in a log that tells of nothing else)
 * there is nothing to find out by asking.
 */
export const promise: PairFeature<'promise', { readonly relevance: number; readonly known: number }> = {
  name: 'promise',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: 0,
  inputs: ({ relevance, tally }) => ({ relevance, known: tally.accepted + tally.silent + tally.refused }),
  value: ({ relevance, known }, { priors }) => {
    const unknown = (half * one) / (half * one + known)
    return Math.round(relevance * unknown * (1 - priors.accept / one))
  },
  reason: ({ relevance, known }) =>
    known === 0
      ? `Nothing is known of earlier offers, so the tags speak alone: ${inHundred(relevance)}.`
      : `It is known what came of ${inUnits(known)} offers, so the tags (${inHundred(relevance)}) count for less.`,
}

import { inHundred, type PairFeature } from '../feature.ts'

/** How well the profile's tags fit what the customer wrote: matching's figure as it is. */
export const relevance: PairFeature<'relevance', { readonly relevance: number }> = {
  name: 'relevance',
  about: 'pair',
  direction: 'raises',
  readsEvidence: false,
  untouched: 0,
  inputs: pair => ({ relevance: pair.relevance }),
  value: inputs => inputs.relevance,
  reason: (_, value) => `The tags fit the request: ${inHundred(value)}.`,
}

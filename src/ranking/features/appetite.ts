import { acceptanceOfSuch } from '../estimates.ts'
import { asValue, inHundred, type PairFeature } from '../feature.ts'
import { one } from '../millionths.ts'

/** Units of the logit that one whole is. */
const range = 6

/**
 * Whether the partner accepts requests like this one more often than it accepts at all: what declining the ones that
 * don't fit teaches. Half for who never answered any.
 */
export const appetite: PairFeature<'appetite', { readonly shift: number; readonly accepts: number }> = {
  name: 'appetite',
  about: 'pair',
  direction: 'raises',
  readsEvidence: true,
  untouched: one / 2,
  inputs: pair => acceptanceOfSuch(pair),
  value: ({ shift }) => asValue(1 / 2 + shift / one / range),
  reason: ({ shift, accepts }, value) => {
    if (shift === 0)
      return `No answer to requests like this tells anything yet, so it is neutral: ${inHundred(value)}.`
    const such = `Of requests like this an estimated ${inHundred(accepts)} are accepted`
    return shift > 0 ? `${such}, more than of others.` : `${such}, fewer than of others.`
  },
}

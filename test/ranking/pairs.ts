/** One RFI met with one partner, figures in any proportion. */

import type { FullPair } from '../../src/ranking/feature.ts'
import type { AskedBefore, Likeness, TermTally } from '../../src/ranking/likeness.ts'
import { one } from '../../src/ranking/millionths.ts'
import type { Basis, Priors, Tally } from '../../src/ranking/rates.ts'
import { fc } from '../support/property.ts'
import { profileOf } from './path.ts'

/** Millionths, mostly of a few answers. */
const count = fc.oneof(fc.constantFrom(0, 0, 1, one), fc.nat(5 * one), fc.nat(400 * one))
const rate = fc.oneof(fc.constantFrom(0, 1, one / 2, one - 1, one), fc.nat(one))

/** As answers make it: whatever was accepted, or answered in time, was answered. */
export const tallyArbitrary: fc.Arbitrary<Tally> = fc
  .record({
    ...{ accepted: count, declined: count, refused: count, silent: count, won: count, lost: count },
    ...{ reported: count, unanswered: count, inDay: rate, inHour: rate },
    sinceDeal: fc.option(fc.nat(5000)),
    waiting: fc.nat(200),
  })
  .map(({ unanswered, inDay, inHour, ...tally }) => {
    const answered = tally.accepted + tally.declined
    const answeredInDay = Math.round((answered * inDay) / one)
    const answeredInHour = Math.round((answeredInDay * inHour) / one)
    return {
      ...tally,
      answered,
      answeredInDay,
      answeredInHour,
      offered: answered + tally.silent + unanswered,
    }
  })

const priors: fc.Arbitrary<Priors> = fc.record({
  ...{ responsiveness: rate, answerSpeed: rate, acceptance: rate, reporting: rate, wins: rate },
  ...{ answer1h: rate, answer24h: rate, accept: rate, win: rate },
})

export const basisArbitrary: fc.Arbitrary<Basis> = fc.record({
  priorStrength: fc.constantFrom(0, 0.5, 1, 8, 100),
  priors,
  deals: count,
  partners: fc.nat(1000),
})

const termTally: fc.Arbitrary<TermTally> = fc
  .record({ accepted: count, other: count, fit: count, inDay: rate, inHour: rate, won: rate, lost: rate })
  .map(({ accepted, other, fit, inDay, inHour, won, lost }) => {
    const closed = accepted + other + fit
    const answeredInDay = Math.round((closed * inDay) / one)
    const wonOf = Math.round((accepted * won) / one)
    return {
      accepted,
      closed,
      answeredInDay,
      answeredInHour: Math.round((answeredInDay * inHour) / one),
      won: wonOf,
      ended: wonOf + Math.round(((accepted - wonOf) * lost) / one) + other + fit,
      fitting: closed - fit,
    }
  })

/** All partners' figures are this one's and others'. */
function plus(own: TermTally, others: TermTally): TermTally {
  const names = Object.keys(own) as (keyof TermTally)[]
  return Object.fromEntries(names.map(name => [name, own[name] + others[name]])) as unknown as TermTally
}

const asked: fc.Arbitrary<{ askedBefore: AskedBefore; likeness: Likeness }> = fc
  .record({
    terms: fc.array(fc.record({ own: fc.option(termTally), others: termTally }), {
      maxLength: 15,
      size: 'max',
    }),
    bands: fc.array(fc.record({ own: fc.option(termTally), others: termTally, nearness: rate }), {
      maxLength: 5,
    }),
  })
  .map(({ terms, bands }) => ({
    askedBefore: {
      terms: terms.map(({ own, others }, at) => ({
        term: `t${at}`,
        ...(own === null ? others : plus(own, others)),
      })),
      bands: bands.map(({ own, others, nearness }, at) => ({
        ...{ term: `b${at}`, nearness },
        ...(own === null ? others : plus(own, others)),
      })),
    },
    likeness: {
      terms: terms.flatMap(({ own }, at) => (own === null ? [] : [{ at, ...own }])),
      bands: bands.flatMap(({ own }, at) =>
        own === null ? [] : [{ at, accepted: own.accepted, won: own.won }],
      ),
    },
  }))

export const pairArbitrary: fc.Arbitrary<FullPair> = fc
  .record({
    asked,
    tally: tallyArbitrary,
    basis: basisArbitrary,
    relevance: rate,
    city: fc.constantFrom('lisboa', 'porto', null),
  })
  .map(({ asked, tally, basis, relevance, city }) => ({
    ...asked,
    ...{ tally, basis, relevance, customerPlace: { region: 'PT-11', city } },
    profile: profileOf('acme'),
  }))

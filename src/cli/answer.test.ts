import { expect, it } from 'vitest'
import type { Receipt } from '../ranking/receipt.ts'
import { answerNow, answerThen } from './answer.ts'
import type { WhyNotReport } from './why-not-text.ts'

const rows = (...scores: number[]) => scores.map((score, at) => ({ partnerId: `p${at + 1}`, score }))
const receipt = (rest: object) =>
  ({
    ...{ rfiId: 'rfi-1', rule: 'rank', candidates: 12, refused: {}, named: [] },
    ...{ considered: rows(430_000, 420_000, 419_600, 419_500), chosen: ['p1', 'p2'] },
    ...rest,
  }) as unknown as Receipt

const report = (rest: object) =>
  ({
    ...{ partnerId: 'p3', name: 'Acme', asOf: '2026-03-02T09:14:00.000Z', place: 3, candidates: 12 },
    standing: { listed: false, place: null, code: 'not-chosen', score: 410_000, needed: 420_001 },
    ...{ parts: [], enough: [], closest: null, tried: 0 },
    ...rest,
  }) as unknown as WhyNotReport
const tag = { what: 'the tag "roof"', outcome: { place: 2 } }
const then = (of: Receipt, partnerId: string, today: WhyNotReport | null = null) =>
  answerThen(of, { partnerId, name: null, today }).replaceAll('\n', ' ')

it.each<[string, string, string]>([
  [
    'chosen',
    then(receipt({}), 'p1'),
    'p1 was chosen for RFI rfi-1: place 1 of 12 candidates, score 0.430 (the best of those left out had 0.420).',
  ],
  [
    'left out by little',
    then(receipt({}), 'p3', report({ enough: [tag] })),
    'p3 was not chosen for RFI rfi-1: place 3 of 12 candidates, score 0.419600 where 0.420000 was needed. ' +
      'As of 2026-03-02 09:14 UTC the smallest change that would do: the tag "roof" (place 2).',
  ],
  [
    'left out by a hash',
    then(receipt({ considered: rows(2, 1, 1) }), 'p3', report({ tried: 9, closest: tag })),
    'p3 was not chosen for RFI rfi-1: place 3 of 12 candidates, score 0.000 as the last of those chosen ' +
      '(a hash decides between equals). As of 2026-03-02 09:14 UTC no one thing alone would do (9 tried).',
  ],
  [
    'not asked for',
    then(receipt({ rule: 'requested', considered: rows(2, 1) }), 'p9', report({})),
    'p9 was not chosen for RFI rfi-1: the customer chose others itself. ' +
      'As of 2026-03-02 09:14 UTC nothing of its own would change that.',
  ],
  [
    'asked for',
    then(receipt({ rule: 'requested' }), 'p2'),
    'p2 was chosen for RFI rfi-1: place 2, as the customer asked for it.',
  ],
  [
    'refused',
    then(receipt({ named: [{ partnerId: 'p9', code: 'paused' }] }), 'p9'),
    'p9 was not chosen for RFI rfi-1: its profile is paused.',
  ],
  [
    'nobody was considered',
    then(receipt({ considered: [], chosen: [], refused: { 'no-consent': 1 } }), 'p9'),
    'p9 was not chosen for RFI rfi-1: nobody was, as there is no consent to sharing: it was not given (consent.shareWithPartners), or taken back by an erasure before the RFI came.',
  ],
  [
    'listed by now',
    then(receipt({}), 'p4', report({ standing: { listed: true, place: 2, score: 1 } })),
    'p4 was not chosen for RFI rfi-1: place 4 of 12 candidates, score 0.419 where 0.420 was needed. ' +
      'As of 2026-03-02 09:14 UTC it would be, at place 2.',
  ],
  [
    'a request that is not sent yet',
    answerNow(report({ enough: [tag] }), 'new').replaceAll('\n', ' '),
    'Acme (p3) would not be chosen for RFI new: place 3 of 12, score 0.410 where 0.420 is needed. ' +
      'As of 2026-03-02 09:14 UTC the smallest change that would do: the tag "roof" (place 2).',
  ],
])('%s', (_, answer, expected) => {
  expect(answer).toBe(expected)
})

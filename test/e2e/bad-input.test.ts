import { afterAll, expect, test } from 'vitest'
import type { HistoryLine } from '../../src/lanes/timeline.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { simulate, temporaryFolder } from '../support/simulated.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const start = Date.parse('2026-03-02T09:00:00.000Z')
let minutes = 0
const line = (topic: Topic, key: string | null, value: object | string): HistoryLine => {
  minutes += 1
  return {
    topic,
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    at: start + minutes * 60_000,
  }
}
const when = '2026-03-02T09:00:00.000Z'

const profile = {
  profileId: 'acme/PT',
  partnerId: 'acme',
  occurredAt: when,
  name: 'Acme',
  country: 'PT',
  state: 'published',
  locations: [
    { locationId: 'lisboa', city: 'Lisboa', region: 'PT-11', contact: { email: 'sales@acme.example' } },
  ],
  tags: { keywords: ['inventory'] },
}
const rfi = {
  rfiId: 'rfi-1',
  occurredAt: when,
  channel: 'marketing',
  customer: { name: 'Padaria', country: 'PT', contact: { email: 'ana@padaria.example' } },
  need: { keywords: ['inventory'] },
  consent: { shareWithPartners: true, contact: true },
}
const accept = {
  commandId: 'c-1',
  referralId: 'rfi-1:acme',
  partnerId: 'acme',
  occurredAt: when,
  type: 'accept',
  engagement: { name: 'Inventory for Padaria' },
}

/** What is sent; and the dead letter or rejection it must come to: [where, code, field]. */
const cases: readonly (readonly [
  HistoryLine,
  readonly [where: 'dead' | 'rejected', code: string, field: string] | null,
])[] = [
  [line(topics.profiles, 'acme/PT', profile), null],
  [
    line(topics.profiles, 'x/PT', { ...profile, profileId: 'x/PT', partnerId: 'a:b' }),
    ['dead', 'invalid', 'partnerId'],
  ],
  [
    line(topics.profiles, 'y/PT', { ...profile, profileId: 'y/PT', locations: [] }),
    ['dead', 'invalid', 'locations'],
  ],
  [
    line(topics.weights, 'live', { weightsId: 'w', features: { beauty: 1 } }),
    ['dead', 'unknown-name', 'features.beauty'],
  ],
  [
    line(topics.weights, 'tomorrow', { weightsId: 'w', features: { relevance: 1 } }),
    ['dead', 'invalid', 'key'],
  ],
  [line(topics.rfis, 'rfi-1', rfi), null],
  [line(topics.rfis, 'rfi-1', rfi), null],
  [line(topics.rfis, 'rfi-1', { ...rfi, channel: 'seller' }), ['dead', 'rfi-differs', 'rfiId']],
  [line(topics.rfis, 'j', '{ "rfiId": '), ['dead', 'malformed-json', '']],
  [line(topics.rfis, 'l', '[1, 2'), ['dead', 'malformed-json', '']],
  [line(topics.rfis, 'm', { ...rfi, rfiId: 'm', channel: undefined }), ['dead', 'missing', 'channel']],
  [line(topics.rfis, 't', { ...rfi, rfiId: 7 }), ['dead', 'wrong-type', 'rfiId']],
  [
    line(topics.rfis, 'd', { ...rfi, rfiId: 'd', occurredAt: '2026-02-30T00:00:00.000Z' }),
    ['dead', 'invalid', 'occurredAt'],
  ],
  [
    line(topics.rfis, 'b', { ...rfi, rfiId: 'b', budget: { amount: '1e30', currency: 'EUR' } }),
    ['dead', 'invalid', 'budget.amount'],
  ],
  [
    line(topics.rfis, 'k', { ...rfi, rfiId: 'k', customer: { country: 'Portugal' } }),
    ['dead', 'invalid', 'customer.country'],
  ],
  [line(topics.rfis, 'e', { ...rfi, rfiId: 'e', need: { title: '  ' } }), ['dead', 'invalid', 'need']],
  [
    line(topics.rfis, 'big', { ...rfi, rfiId: 'big', need: { description: 'x'.repeat(300_000) } }),
    ['dead', 'too-large', ''],
  ],
  [
    line(topics.commands, 'none', { ...accept, commandId: 'c-u', referralId: 'rfi-0:acme' }),
    ['rejected', 'unknown-referral', ''],
  ],
  [
    line(topics.commands, 'none', { ...accept, commandId: 'c-w', partnerId: 'other' }),
    ['rejected', 'wrong-partner', ''],
  ],
  [
    line(topics.commands, 'none', { ...accept, commandId: 'c-m', engagement: {} }),
    ['rejected', 'malformed', 'engagement.name'],
  ],
  [
    line(topics.commands, 'none', { ...accept, commandId: 'c-n', type: 'win' }),
    ['rejected', 'not-accepted', ''],
  ],
  [line(topics.commands, 'none', { ...accept, commandId: 7 }), ['dead', 'wrong-type', 'commandId']],
  [line(topics.commands, 'none', accept), null],
  [line(topics.commands, 'none', accept), null],
  [line(topics.commands, 'none', { ...accept, commandId: 'c-2' }), ['rejected', 'already-accepted', '']],
]

test('every bad record comes to a dead letter or a rejection that says what is wrong, and the rest goes on', async () => {
  await simulate(
    folder.path,
    cases.map(([sent]) => sent),
    async ({ store, values }) => {
      const dead = (await values(topics.deadLetters)).map(letter => [
        'dead',
        letter.code,
        letter.field,
        letter.found,
        letter.expected,
      ])
      const rejected = (await values(topics.status))
        .filter(({ type }) => type === 'referral.command-rejected')
        .map(rejection => [
          'rejected',
          rejection.code,
          rejection.field ?? '',
          rejection.found,
          rejection.expected,
        ])
      const told = [...dead, ...rejected]
      const expected = cases.flatMap(([, outcome]) => (outcome === null ? [] : [outcome]))
      expect(told.map(([where, code, field]) => `${where} ${code} ${field}`).sort()).toEqual(
        expected.map(outcome => outcome.join(' ')).sort(),
      )
      for (const [where, code, , found, expectation] of told) {
        if (where === 'rejected' && code !== 'malformed') continue
        expect(found, String(code)).toEqual(expect.stringMatching(/\S/))
        expect(expectation, String(code)).toEqual(expect.stringMatching(/\S/))
      }
      const referral = (await store.get('referrals', ['rfi-1:acme'])).get('rfi-1:acme')
      expect([referral?.status, referral?.substatus, referral?.version]).toEqual(['Active', 'Accepted', 2])
      expect(await store.count('dead', {})).toBe(dead.length)
    },
  )
})

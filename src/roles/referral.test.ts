import { describe, expect, test } from 'vitest'
import { later, routed } from '../../test/support/arbitraries.ts'
import { emitted, type Given, runRole } from '../../test/support/role-bench.ts'
import { nextDueAt } from '../domain/clocks.ts'
import type { RoutedEvent } from '../domain/events.ts'
import { evolve } from '../domain/evolve.ts'
import type { PartnerId, ReferralId } from '../domain/ids.ts'
import { day, hour, type Timestamp, toMillis } from '../domain/time.ts'
import type { ReferralDocument } from './documents/referrals.ts'
import { referral } from './referral.ts'
import { topics } from './topics.ts'

function documentOf(partnerId: string, fields: Partial<RoutedEvent> = {}): ReferralDocument {
  const ids = { partnerId: partnerId as PartnerId, referralId: `rfi-81:${partnerId}` as ReferralId }
  const state = evolve(null, routed({ ...ids, ...fields }))
  const own = { nextDueAt: nextDueAt(state), root: state.rfiId, customerKey: '', nextCandidates: [] }
  return { _id: state.referralId, ...state, ...own, addressee: 'customer' }
}

let made = 0
function command(partnerId: string, type: string, at: Timestamp, fields: object = {}): Given {
  made += 1
  const ids = { commandId: `k-${made}`, referralId: `rfi-81:${partnerId}`, partnerId }
  return { value: { ...ids, occurredAt: at, type, ...fields }, at: toMillis(at), key: ids.referralId }
}

describe('how many others are open', () => {
  const partners = ['a', 'b', 'c'] as const
  const orders = [
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
    ['c', 'b', 'a'],
  ] as const
  const end = later(14 * day)
  const notices = async (given: readonly Given[], referrals: readonly ReferralDocument[]) =>
    emitted(await runRole(referral(), topics.commands, given, { documents: { referrals } }), topics.notices)

  test.each(orders)(
    'three that expire together, met in the order %s %s %s: none for any',
    async (...order) => {
      const together = order.map(partnerId => command(partnerId, 'expire', end, { dueAt: end }))
      const told = await notices(
        together,
        partners.map(partnerId => documentOf(partnerId)),
      )
      expect(told.map(({ type }) => type)).toEqual(partners.map(() => 'customer.no-partner'))
    },
  )

  test('one whose time is later still counts, and so does an accepted one for good', async () => {
    const [a, b] = [documentOf('a'), documentOf('b', { expiresAt: later(15 * day) })]
    const active = { ...documentOf('c'), status: 'Active', substatus: 'Accepted' } as const
    const expire = (at: Timestamp) => [command('a', 'expire', at, { dueAt: end })]
    expect(await notices(expire(end), [a, b, active])).toMatchObject([{ othersOpen: 2 }])
    // Met so late that the other's time is up as well.
    expect(await notices(expire(later(15 * day)), [a, b, active])).toMatchObject([{ othersOpen: 1 }])
  })
})

test('a record under another key than its referralId is counted, and has its effect all the same', async () => {
  const decline = command('a', 'decline', later(hour), { reason: 4 })
  const documents = { referrals: [documentOf('a'), documentOf('b')] }
  const run = (given: Given) => runRole(referral(), topics.commands, [given], { documents })
  const right = await run(decline)
  expect(right.counts).toEqual({})
  for (const key of ['rfi-81:b', null]) {
    const wrong = await run({ ...decline, key })
    expect(wrong.counts).toEqual({ 'other-key': 1 })
    expect(wrong.emissions).toEqual(right.emissions)
    expect(wrong.writes).toEqual(right.writes)
  }
})

test('refused commands are added up by code, in the row of the lane', async () => {
  const at = later(hour)
  const refused = [command('a', 'win', at), command('nobody', 'decline', at, { reason: 4 })]
  const rowsOf = async (given: readonly Given[], before: Record<string, number> | null) => {
    const rejections = before === null ? [] : [{ _id: lane, counts: before }]
    const documents = { referrals: [documentOf('a')], rejections }
    const { writes } = await runRole(referral(), topics.commands, given, { documents })
    return writes.flatMap(write => (write.collection === 'rejections' ? [write] : []))
  }
  const lane = 'referral/referral-commands/0'
  const row = (counts: Record<string, number>) => [
    { kind: 'put', collection: 'rejections', document: { _id: lane, counts } },
  ]
  expect(await rowsOf(refused, null)).toEqual(row({ 'not-accepted': 1, 'unknown-referral': 1 }))
  expect(await rowsOf(refused.slice(1), { 'not-accepted': 2, 'unknown-referral': 5 })).toEqual(
    row({ 'not-accepted': 2, 'unknown-referral': 6 }),
  )
  expect(await rowsOf([command('a', 'decline', at, { reason: 4 })], { 'not-accepted': 2 })).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { emitted, type Given, runRole, written } from '../../test/support/role-bench.ts'
import { profileSample, rfiSample } from '../../test/support/samples.ts'
import { profileSchema } from '../domain/profile.ts'
import type { Collections } from './collections.ts'
import { customerKey } from './customer-key.ts'
import { directory } from './directory.ts'
import { router } from './router.ts'
import { Tables } from './tables.ts'
import { topics } from './topics.ts'

const partners = Array.from({ length: 40 }, (_, at) => `partner-${at}`)

function tablesOf(keywords: readonly string[], partnerIds: readonly string[] = partners): Tables {
  const tables = new Tables()
  for (const partnerId of partnerIds) {
    const own = { profileId: `${partnerId}/PT`, partnerId, maxOpenReferrals: null, sizeOptOut: [] }
    const profile = profileSchema.parse({ ...profileSample, ...own, serves: null, tags: { keywords } })
    tables.index.put(profile, 'published')
  }
  return tables
}

const roleOn = (tables: Tables) =>
  router({ tables, ready: () => Promise.resolve(), customerSecret: 'secret' })
const role = roleOn(tablesOf(['inventory']))
const rfi = { ...rfiSample, requestedPartners: [], followsRfiId: null, expiresAt: null }
const run = (value: object, documents = {}, key: string | null = 'rfi-81') =>
  runRole(role, topics.rfis, [{ value, key }], { documents })

test('who the customer is lies in contacts alone, its postal code too', async () => {
  const effects = await run(rfi)
  const { postalCode, name } = rfiSample.customer as { postalCode: string; name: string }
  expect(written(effects, 'contacts')).toMatchObject([{ name, postalCode }])
  const others = effects.writes.filter(({ collection }) => collection !== 'contacts')
  expect(others.length).toBeGreaterThan(5)
  expect(JSON.stringify([others, effects.emissions])).not.toContain(postalCode)
  expect(JSON.stringify([others, effects.emissions])).not.toContain(name)
})

test('a chain of RFIs is remembered by its last 50', async () => {
  const link = (at: number) => `link-${at}`
  const chain = Array.from({ length: 50 }, (_, at) => link(at))
  const asked = (id: string, partnerId: string) => ({
    _id: id,
    chain: [],
    referralIds: [`${id}:${partnerId}`],
  })
  const rfis = [
    { ...asked(link(50), 'partner-2'), chain },
    asked(link(0), 'partner-0'),
    asked(link(1), 'partner-1'),
  ]
  const requestedPartners = ['partner-0', 'partner-1', 'partner-2']
  const effects = await run({ ...rfi, requestedPartners, followsRfiId: link(50) }, { rfis })
  expect(written(effects, 'rfis')[0]?.chain).toEqual([...chain.slice(1), link(50)])
  // The first was asked by an RFI that is no longer known.
  expect(emitted(effects, topics.referrals).map(({ partnerId }) => partnerId)).toEqual(['partner-0'])
})

test('a record under another key than its id is counted, and has its effect all the same', async () => {
  expect((await run(rfi)).counts).toEqual({})
  const wrong = await run(rfi, {}, 'rfi-80')
  expect(wrong.counts).toEqual({ 'other-key': 1 })
  expect(wrong.emissions).toEqual((await run(rfi)).emissions)
})

test('and so is a profile', async () => {
  const countsOf = async (given: Given) => (await runRole(directory(), topics.profiles, [given])).counts
  expect(await countsOf({ value: profileSample, key: 'acme/PT' })).toEqual({})
  expect(await countsOf({ value: profileSample, key: 'acme' })).toEqual({ 'other-key': 1 })
  expect(await countsOf({ value: profileSample })).toEqual({ 'other-key': 1 })
})

describe('a possible duplicate', () => {
  /** Which of the earlier referrals each RFI of these customers may repeat. */
  async function duplicates(emails: readonly string[], open: Readonly<Record<string, number>>) {
    const contact = (email: string) => ({ ...(rfiSample.customer as object), contact: { email } })
    const referrals = Object.entries(open).flatMap(([email, count]) =>
      Array.from({ length: count }, (_, at) => ({
        _id: `${email}-${at}:partner-1`,
        partnerId: 'partner-1',
        status: 'New',
        customerKey: customerKey(contact(email) as never, 'secret'),
        routedAt: '2026-03-01T00:00:00.000Z',
      })),
    )
    const given = emails.map((email, at) => ({
      value: { ...rfi, rfiId: `rfi-${at}`, requestedPartners: ['partner-1'], customer: contact(email) },
      key: `rfi-${at}`,
    }))
    const effects = await runRole(role, topics.rfis, given, { documents: { referrals: referrals as never } })
    return emitted(effects, topics.referrals).map(({ rfiId, possibleDuplicateOf }) => [
      rfiId,
      possibleDuplicateOf,
    ])
  }

  test('is one of the same address, whatever its case', async () => {
    expect(await duplicates(['Ana@x.pt', 'rui@x.pt'], { 'ana@x.pt': 2 })).toEqual([
      ['rfi-0', 'ana@x.pt-0:partner-1'],
      ['rfi-1', null],
    ])
  })

  test('is none of an address that many forms are filled in with, however many referrals it has open', async () => {
    const open = { 'noreply@x.pt': 3000, 'ana@x.pt': 1, 'rui@x.pt': 400 }
    expect(await duplicates(['noreply@x.pt', 'ana@x.pt', 'rui@x.pt'], open)).toEqual([
      ['rfi-0', null],
      ['rfi-1', 'ana@x.pt-0:partner-1'],
      ['rfi-2', 'rui@x.pt-0:partner-1'],
    ])
  })

  test.each(['n/a', '-', 'none', '@', 'a b@x.pt'])('is none of %s, which is no address', email => {
    const customer = { country: 'PT', name: 'Padaria', postalCode: '1000', contact: { email } } as never
    const without = { country: 'PT', name: 'Padaria', postalCode: '1000', contact: null } as never
    expect(customerKey(customer, 'secret')).toBe(customerKey(without, 'secret'))
  })
})

test('what a batch comes to does not depend on whether places were counted before or on the way', async () => {
  const tables = new Tables()
  for (const [at, partnerId] of partners.slice(0, 8).entries()) {
    const own = { profileId: `${partnerId}/PT`, partnerId, maxOpenReferrals: at < 6 ? (at % 3) + 1 : null }
    const shape = {
      ...profileSample,
      ...own,
      sizeOptOut: [],
      serves: null,
      tags: { keywords: ['inventory'] },
    }
    tables.index.put(profileSchema.parse(shape), 'published')
  }
  const open = { profileId: 'partner-1/PT', status: 'New', customerKey: '', routedAt: '' }
  const referrals = [{ ...open, _id: 'rfi-1:partner-1' } as Collections['referrals']]
  const customers = ['ana@x.pt', 'rui@x.pt']
  const drawn = fc.record({ email: fc.constantFrom(...customers, null), follows: fc.nat(4) })
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 1, maxLength: 8 }), async draws => {
      const given = draws.map(({ email, follows }, at) => ({
        value: {
          ...rfi,
          rfiId: `rfi-${at}`,
          followsRfiId: follows > 0 && at >= follows ? `rfi-${at - follows}` : null,
          maxPartners: 3,
          customer: { ...(rfiSample.customer as object), contact: email === null ? null : { email } },
        },
        key: `rfi-${at}`,
      }))
      const fresh = roleOn(tables)
      const first = await runRole(fresh, topics.rfis, given, { documents: { referrals } })
      // It has met all profiles with a limit by now, so these are counted before anything is routed.
      const second = await runRole(fresh, topics.rfis, given, { documents: { referrals } })
      expect(first).toEqual(second)
    }),
    { numRuns: 40 },
  )
})

describe('a receipt', () => {
  const requestedPartners = partners.slice(0, 30)

  test('of partners asked for: 20 in full, the others by id, and next in line whom we would have chosen', async () => {
    const effects = await run({ ...rfi, requestedPartners })
    const [receipt] = written(effects, 'receipts')
    expect(receipt?.rule).toBe('requested')
    expect(receipt?.considered).toHaveLength(20)
    expect([...(receipt?.chosen ?? [])].sort()).toEqual([...requestedPartners].sort())
    const [referral] = written(effects, 'referrals')
    expect(receipt?.next).toHaveLength(5)
    expect(receipt?.next).toEqual(referral?.nextCandidates.map(({ partnerId }) => partnerId))
    expect(receipt?.next.filter(id => requestedPartners.includes(id))).toEqual([])
  })

  test('fits a record, however much an RFI and the profiles have in common', async () => {
    const keywords = Array.from({ length: 16_000 }, (_, at) => `q${at.toString(36)}x`)
    const need = { description: keywords.join(' ') }
    const wordy = roleOn(tablesOf(keywords, partners.slice(0, 6)))
    const effects = await runRole(wordy, topics.rfis, [{ value: { ...rfi, need }, key: 'rfi-81' }])
    const [receipt] = written(effects, 'receipts') as [Collections['receipts']]
    expect(receipt.considered).toHaveLength(6)
    const largest = Math.max(...effects.emissions.map(({ value }) => JSON.stringify(value).length))
    expect(largest).toBeLessThan(900 * 1024)
    expect(receipt.terms).toHaveLength(2000)
  })
})

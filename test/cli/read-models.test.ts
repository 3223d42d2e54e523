import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const data = ['--data', join(folder.path, 'data')]

const at = (date: number, hour = 0) => new Date(Date.UTC(2026, 0, date, hour)).toISOString()
const profile = (partnerId: string, country: string) => ({
  ...{ profileId: `${partnerId}/${country}`, partnerId, occurredAt: at(1), name: partnerId, country },
  ...{ state: 'published', locations: [{ locationId: `${partnerId}/1`, city: 'Lisboa' }] },
  tags: { keywords: ['inventory', '在庫'] },
})
const rfi = (rfiId: string, date: number, more: object = {}) => ({
  ...{ rfiId, occurredAt: at(date), channel: 'marketing', customer: { country: 'PT', city: 'Lisboa' } },
  ...{ need: { title: `Need ${rfiId} 在庫`, keywords: ['inventory'] }, consent: { shareWithPartners: true } },
  contactMeDirectly: true,
  ...more,
})
const command = (referralId: string, date: number, type: string, more: object = {}) => ({
  ...{ commandId: `${referralId}/${type}`, referralId, partnerId: referralId.split(':')[1] },
  ...{ occurredAt: at(date, 2), type, ...more },
})
const engagement = { name: 'Stock', value: { amount: '4200', currency: 'EUR' } }

beforeAll(async () => {
  const input = join(folder.path, 'in')
  mkdirSync(input)
  const write = (name: string, records: readonly object[]) =>
    writeFileSync(
      join(input, `${name}.ndjson`),
      records.map(record => `${JSON.stringify(record)}\n`).join(''),
    )
  write('partner-profiles', [profile('acme', 'PT'), profile('bolt', 'PT')])
  write('rfis', [
    ...[2, 3, 4].map(date => rfi(`rfi-${date}`, date)),
    rfi('rfi-5', 5, { requestedPartners: ['acme'] }),
    rfi('rfi-6', 33, { requestedPartners: ['bolt'], followsRfiId: 'rfi-5', channel: 'customer-search' }),
    rfi('rfi-7', 34, { need: { keywords: ['plumbing', '配管'] } }),
    rfi('rfi-8', 35, { test: true }),
  ])
  write('referral-commands', [
    command('rfi-2:acme', 3, 'accept', { engagement }),
    command('rfi-2:acme', 9, 'win', { closedAt: at(9) }),
    command('rfi-3:acme', 4, 'decline', { reason: 4 }),
    command('rfi-4:acme', 5, 'accept', { engagement }),
    command('rfi-4:acme', 6, 'favorite'),
    command('rfi-5:acme', 6, 'decline', { reason: 6 }),
  ])
  const { code, stderr } = await run(['simulate', '--in', input, ...data, '--settle'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}, 60_000)

const json = async (...words: string[]) => JSON.parse((await run([...words, '--json', ...data])).stdout)
const text = async (...words: string[]) => (await run([...words, ...data])).stdout

describe('inbox', () => {
  it('counts its tabs and turns pages by what the one before ended with', async () => {
    const all = ['inbox', 'acme', '--tab', 'new,active,archived']
    const whole = await json(...all)
    expect(whole.counts).toEqual({ new: 0, active: 1, archived: 4, favorites: 1 })
    const ids: string[] = []
    let after: string[] = []
    do {
      const page = await json(...all, '--limit', '2', ...after)
      ids.push(...page.referrals.map(({ referralId }: { referralId: string }) => referralId))
      after = page.next === null ? [] : ['--after', page.next]
    } while (after.length > 0)
    expect(ids).toEqual(whole.referrals.map(({ referralId }: { referralId: string }) => referralId))
    expect(ids).toHaveLength(5)
    expect(await text(...all, '--limit', '2')).toMatch(
      /^new 0 · active 1 · archived 4 · favorites 1\n\n[\s\S]*\n\nMore: npm run -s cli -- inbox acme --tab new,active,archived --limit 2 --after \S+ --data \S+\n$/,
    )
  })

  it('shows the marked ones, and finds by words and ids in all tabs', async () => {
    expect((await json('inbox', 'acme', '--tab', 'favorites')).referrals).toMatchObject([
      { referralId: 'rfi-4:acme', favorite: true, tab: 'active' },
    ])
    expect((await json('inbox', 'acme', '--search', '在庫 rfi-3')).referrals).toMatchObject([
      { referralId: 'rfi-3:acme' },
    ])
    expect((await json('inbox', 'acme', '--search', 'rfi-2')).referrals).toMatchObject([
      { referralId: 'rfi-2:acme' },
    ])
    expect(await text('inbox', 'acme', '--search', 'nowhere')).toMatch(
      /Nothing found under new, active, archived/,
    )
  })

  it('refuses a cursor nobody gave', async () => {
    expect(await run(['inbox', 'acme', '--after', 'x', ...data])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/what the page before ended with/),
    })
  })
})

describe('rfi', () => {
  it('tells the notices and the chain it belongs to', async () => {
    const report = await json('rfi', 'rfi-5')
    expect(report.notices.map(({ type }: { type: string }) => type)).toEqual(['customer.choose-another'])
    expect(report.chain).toMatchObject([
      { rfiId: 'rfi-5', referrals: { Declined: 1 } },
      { rfiId: 'rfi-6', referrals: { Expired: 1 } },
    ])
    expect((await json('rfi', 'rfi-2')).chain).toEqual([])
    expect(await text('rfi', 'rfi-6')).toMatch(
      /The customer chose again\n.*rfi-5 .*1 Declined\n.*rfi-6 \(this one\) +1 Expired/,
    )
  })
})

describe('funnel, reasons, needs, concentration', () => {
  it('add up to what happened, by anything and by months', async () => {
    const all = await json('funnel')
    expect(all.rows).toMatchObject([
      {
        counts: { rfis: 5, routed: 8, answered: 4, accepted: 2, declined: 2, expired: 4, won: 1, lost: 0 },
        acceptedValue: { EUR: '8400' },
        wonValue: { EUR: '4200' },
        times: { answered: { count: 4 }, won: { count: 1 } },
      },
    ])
    expect((await json('funnel', '--by', 'round')).rows).toMatchObject([
      { group: 'again', counts: { rfis: 1, routed: 1 } },
      { group: 'first', counts: { rfis: 4, routed: 7 } },
    ])
    expect((await json('funnel', '--from', '2026-02')).rows).toMatchObject([{ counts: { routed: 1 } }])
    expect((await json('funnel', '--by', 'month', '--to', '2026-01')).rows).toMatchObject([
      { group: '2026-01', counts: { routed: 7 } },
    ])
    expect(await text('funnel', '--times', '--by', 'channel')).toMatch(
      /^channel +stage +referrals +mean +≤ 1 h .*\nmarketing +routed → answered +4 +1 d 2 h /,
    )
    expect(await text('funnel', '--from', '2030-01')).toBe('Nothing was routed from 2030-01.\n')
  })

  it('tell reasons, what nobody serves, and how referrals lie over partners', async () => {
    expect((await json('reasons')).rows).toMatchObject([
      { code: 4, declined: 1, lost: 0 },
      { code: 6, declined: 1, lost: 0 },
    ])
    expect(await text('reasons', '--by', 'country')).toMatch(
      /^country +code +reason .*\nPT +4 +.* fit +1 +50 %/,
    )
    const needs = await json('needs')
    expect(needs).toMatchObject({
      rfis: 1,
      countries: [{ name: 'PT', count: 1 }],
      latest: [{ _id: 'rfi-7' }],
    })
    expect(needs.terms.length).toBeGreaterThanOrEqual(2)
    expect(await text('needs')).toMatch(/RFIs? went to nobody[\s\S]*\bplumbing\b/)
    expect(await json('concentration')).toMatchObject({
      spreads: { routed: { partners: 2, sum: 8, index: 0.5, effectivePartners: 2 }, won: { index: 1 } },
      partners: [
        { partnerId: 'bolt', routed: 4, expired: 4 },
        { partnerId: 'acme', routed: 4, won: 1 },
      ],
    })
    expect(await text('concentration')).toMatch(/50 % to the busiest partner[\s\S]*\nbolt +4 +50 % +0/)
  })

  it.each([
    [['funnel', '--from', '2026-13'], /a month such as 2026-03/],
    [['reasons', '--from', '2026-02', '--to', '2026-01'], /turn them round/],
    [['needs', '--to', 'x'], /a month such as 2026-03/],
    [['concentration', '--limit', '0'], /a whole number from 1/],
  ])('%j is wrong usage', async (words, message) => {
    expect(await run([...words, ...data])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    })
  })
})

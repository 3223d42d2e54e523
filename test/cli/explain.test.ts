import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receiptTable } from '../../src/cli/receipt-table.ts'
import type { Receipt } from '../../src/ranking/receipt.ts'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const day = (date: number, hour = 0) => new Date(Date.UTC(2026, 0, date, hour)).toISOString()
const profile = (partnerId: string, keywords: string[], more: object = {}) => ({
  profileId: `${partnerId}/PT`,
  partnerId,
  occurredAt: day(1),
  name: partnerId.toUpperCase(),
  country: 'PT',
  state: 'published',
  locations: [
    { locationId: `${partnerId}/1`, city: 'Lisboa', contact: { email: `${partnerId}@example.org` } },
  ],
  tags: { keywords },
  ...more,
})
const rfi = (rfiId: string, at: number, keywords: string[], more: object = {}) => ({
  rfiId,
  occurredAt: day(at),
  channel: 'marketing',
  customer: {
    name: 'Padaria',
    country: 'PT',
    size: '51to250employees',
    contact: { email: 'ana@padaria.example' },
  },
  need: { keywords },
  maxPartners: 2,
  consent: { shareWithPartners: true, contact: true },
  ...more,
})
const accept = (referralId: string, at: number) => ({
  commandId: `${referralId}/accept`,
  referralId,
  partnerId: referralId.split(':')[1],
  occurredAt: day(at, 1),
  type: 'accept',
  engagement: { name: 'Stock', value: { amount: '42000.50', currency: 'EUR' } },
})

const profiles = [
  profile('acme', ['inventory', 'payroll']),
  profile('bolt', ['inventory', 'payroll']),
  profile('cork', ['inventory', 'baking', 'welding', 'painting', 'plumbing']),
  profile('dusk', ['inventory', 'payroll'], { state: 'paused' }),
  profile('echo', ['gardening'], { sizeOptOut: ['51to250employees'] }),
]
const rfis = [
  rfi('rfi-1', 2, ['inventory', 'payroll']),
  rfi('rfi-2', 3, ['inventory']),
  rfi('rfi-3', 4, ['inventory'], { consent: { shareWithPartners: false, contact: true } }),
  rfi('rfi-4', 2, ['gardening'], { maxPartners: 3 }),
  rfi('rfi-5', 6, ['inventory', 'payroll']),
]
const ndjson = (records: readonly object[]) => records.map(record => `${JSON.stringify(record)}\n`).join('')

const path = join(folder.path, 'simulated')
const data = ['--data', path]
const asJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await run([...words, '--json', ...data])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  const input = join(folder.path, 'in')
  mkdirSync(input)
  writeFileSync(join(input, 'partner-profiles.ndjson'), ndjson(profiles))
  writeFileSync(join(input, 'rfis.ndjson'), ndjson(rfis))
  writeFileSync(
    join(input, 'referral-commands.ndjson'),
    ndjson([accept('rfi-1:acme', 3), accept('rfi-1:bolt', 3)]),
  )
  const { code, stderr } = await run(['simulate', '--in', input, ...data])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}, 30_000)

describe('explain', () => {
  it('shows every figure of a ranking, why, and that it adds up', async () => {
    const { code, stdout, stderr } = await run(['explain', 'rfi-5', '--verify', ...data])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^RFI rfi-5 {2}ranked at 2026-01-06 00:00 UTC by rank, under default-1/)
    expect(stdout).toMatch(/not asked: paused 1, .*no-match 1/)
    expect(stdout).toMatch(/# +partner +score +\w+ .*in 1 h +in 24 h +accepts +wins/)
    expect(stdout).toMatch(/1 +(ACME|BOLT) \((acme|bolt)\) +✓ +0\.\d{3}/)
    expect(stdout).toMatch(/feature +value +weight +contribution +why/)
    expect(stdout).toMatch(/relevance +1\.000 .* The tags fit the request: 100 of 100\./)
    expect(stdout).toMatch(/in common: payroll, inventory\n/)
    expect(stdout).toMatch(/The others chosen: .*\n {2}(ACME|BOLT) .*\n {4}[A-Z]/)
    expect(stdout).toMatch(/\nEvery figure of one: .*explain rfi-5 --partner ID --data /)
    for (const line of stdout.split('\n').filter(each => !each.includes('--data')))
      expect(stringWidth(line), line).toBeLessThanOrEqual(100)
    expect(stdout).toMatch(/\nverified: 3 rows, \d{3} figures recomputed, the same bytes\n/)
  })

  it('gives machines the receipt as it is', async () => {
    const { receipt, names, verification } = await asJson('explain', 'rfi-5', '--verify')
    expect(receipt).toMatchObject({ rfiId: 'rfi-5', rule: 'rank', chosen: expect.any(Array) })
    expect(names).toEqual({ acme: 'ACME', bolt: 'BOLT', cork: 'CORK' })
    expect(verification).toMatchObject({ ok: true, checked: { rows: 3 } })
    // In a narrow terminal what gives least is added up.
    const whole = receiptTable(receipt, new Map(), null)
    const narrow = receiptTable(receipt, new Map(), 100)
    expect(whole).not.toContain(' rest ')
    expect(narrow).toContain(' rest ')
    for (const line of narrow.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(100)
    expect(narrow).toMatch(/\nrest: [^;]*; --json has each/)
    const wide = await run(['explain', 'rfi-5', ...data], { environment: { COLUMNS: '400' } })
    expect(wide.stdout).not.toContain('\nrest: ')
  })

  it('knows a partner only by a profile', async () => {
    expect(await run(['explain', 'rfi-5', '--partner', 'nobody', ...data])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/there is no partner "nobody" in .*partner-profiles --from-beginning/),
    })
  })

  it('tells one partner its own row, and nobody else', async () => {
    const { stdout } = await run(['explain', 'rfi-5', '--partner', 'acme', ...data])
    expect(stdout).toMatch(
      /^ACME \(acme\) was chosen for RFI rfi-5: place [12] of 3 candidates, score 0\.\d{3}/,
    )
    expect(stdout).toMatch(/ACME \(acme\) {2}place [12], chosen, score/)
    expect(stdout).not.toMatch(/bolt|cork/i)
  })

  it('tells who was not chosen what was missing, and finds that it is so', { timeout: 20_000 }, async () => {
    const { stdout } = await run(['explain', 'rfi-5', '--partner', 'cork', ...data])
    expect(stdout).toMatch(/CORK \(cork\) {2}place 3, not chosen, score 0\.\d{3}/)
    expect(stdout).toMatch(/Ranked again as of 2026-01-\d\d/)
    // The answer comes first.
    const [answer = ''] = stdout.split('\n\n')
    expect(answer.replaceAll('\n', ' ')).toMatch(
      /^CORK \(cork\) was not chosen for RFI rfi-5: place 3 of 3 candidates, score 0\.\d+ where 0\.\d+ was needed\. As of .* UTC the smallest change that would do: .* \(place [12]\)\.$/,
    )
    expect(stdout).toMatch(/others scored higher: it would have needed 0\.\d{3}/)
    expect(stdout).toMatch(/The smallest change that would have been enough: .* → place [12]/)
    expect(stdout).not.toMatch(/acme|bolt/i)
    const { partner } = await asJson('explain', 'rfi-2', '--partner', 'dusk')
    expect(partner).toMatchObject({
      row: null,
      chosen: false,
      today: { standing: { listed: false, code: 'paused' }, enough: expect.any(Array) },
    })
  })

  it('names what was wrong with a partner that was refused', async () => {
    const { stdout } = await run(['explain', 'rfi-4', '--partner', 'echo', ...data])
    expect(stdout).toMatch(/echo.* was refused: it has opted out of customers of this one's size/i)
    expect(stdout).toMatch(/enough: no opt-out of 51to250employees → place [1-3]/)
  })

  it('says why nobody was considered', async () => {
    const [whole, nobody, unknown] = await Promise.all([
      run(['explain', 'rfi-3', '--verify', ...data]),
      run(['explain', 'rfi-4', ...data]),
      run(['explain', 'rfi-9', ...data]),
    ])
    expect(whole.stdout).toMatch(/nobody was considered: there is no consent to sharing/)
    expect(whole.stdout).toMatch(/verified: 0 rows/)
    expect(nobody.stdout).toMatch(/0 candidates.*\n.*size 1/)
    expect(nobody.stdout).toMatch(/size: it has opted out/)
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/there is no RFI "rfi-9"/) })
  })
})

describe('preview', () => {
  const preview = (input: object | string, ...words: string[]) =>
    run(['preview', '-', ...words, ...data], {
      input: typeof input === 'string' ? input : JSON.stringify(input, null, 2),
    })

  it('ranks as the router would and writes nothing', async () => {
    const before = await asJson('status')
    const { code, stdout } = await preview(rfi('new', 7, ['inventory', 'payroll']))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^RFI new {2}ranked at 2026-01-\d\d .*by rank/)
    expect(stdout).toMatch(/1 +(ACME|BOLT) \(\w+\) +✓ +0/)
    expect(await preview(rfi('new', 7, ['payroll']), '--partner', 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no partner "nobody"/),
    })
    const { stdout: about } = await preview(rfi('new', 7, ['inventory', 'payroll']), '--partner', 'dusk')
    expect(about).toMatch(/DUSK \(dusk\) {2}not on the list\n {2}its profile is paused/)
    expect(about).toMatch(/^DUSK \(dusk\) would not be chosen for RFI new: its profile is paused\. As of/)
    const refused = await preview(rfi('new', 7, ['inventory'], { consent: null }), '--json')
    expect(JSON.parse(refused.stdout).receipt.refused).toEqual({ 'no-consent': 1 })
    expect(await asJson('status')).toEqual(before)
  })

  it('says that a moment of the past is ranked with what was learnt after it', async () => {
    const past = ['--at', day(3)] as const
    const told = /^Later than --at: what was learnt until 2026-01-\d\d .* counts too/m
    const [earlier, now, json, about] = await Promise.all([
      preview(rfi('new', 7, ['inventory']), ...past),
      preview(rfi('new', 7, ['inventory'])),
      preview(rfi('new', 7, ['inventory']), ...past, '--json'),
      run(['explain', 'rfi-5', '--partner', 'cork', ...past, ...data]),
    ])
    expect(earlier.stdout).toMatch(told)
    expect(now.stdout).not.toMatch(told)
    expect(JSON.parse(json.stdout)).toMatchObject({ evidenceUntil: expect.stringMatching(/^2026-01-/) })
    expect(about.stdout).toMatch(told)
  })

  it.each([
    ['{', /standard input is no JSON/],
    [{ rfiId: 'x' }, /standard input is no RFI: occurredAt is missing, expected a?/],
    [{ ...rfi('x', 7, []), need: {} }, /is no RFI: need is object, expected a need with at least one term/],
  ])('%j: %s', async (input, message) => {
    expect(await preview(input)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    })
  })

  it('asks for a file that is there', async () => {
    const { code, stderr } = await run(['preview', join(folder.path, 'none.json'), ...data])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/can't be read: ENOENT.*; name a file/),
    })
  })
})

describe('scorecard', () => {
  it('shows what a partner stands on, against everybody', async () => {
    const { code, stdout } = await run(['scorecard', 'acme', ...data])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^acme {2}visibility 0\.\d{3} under default-1, as of 2026-01-/)
    expect(stdout).toMatch(/offered \d, answered 1 \(0 within 1 h, 0 within 24 h\)/)
    expect(stdout).toMatch(/open 1, worth EUR 42,000\.5/)
    expect(stdout).toMatch(/accepted of what fitted +\d+ % +\d+ % – \d+ % +1\.0 +\d+ %/)
    expect(stdout).toMatch(/payroll +1 +0 +0 +0/)
    expect(stdout).toMatch(/size 51 to 250 employees +1 +0 +0 +0/)
    const card = await asJson('scorecard', 'acme')
    expect(card).toMatchObject({ partnerId: 'acme', open: { deals: 1, value: { EUR: '42000.5' } } })
    for (const { rate, low, high } of Object.values(card.rates) as {
      rate: number
      low: number
      high: number
    }[]) {
      expect(low).toBeLessThanOrEqual(rate)
      expect(high).toBeGreaterThanOrEqual(rate)
    }
  })

  it('has one for a newcomer, and none for a stranger', async () => {
    const [newcomer, stranger] = await Promise.all([
      run(['scorecard', 'dusk', ...data]),
      run(['scorecard', 'stranger', ...data]),
    ])
    expect(newcomer.stdout).toMatch(/DUSK, PT, paused/)
    expect(stranger).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing is known of a partner "stranger"/),
    })
  })
})

describe('a receipt that was changed', () => {
  const change = (work: (receipt: Receipt) => void) => {
    const database = new DatabaseSync(join(path, 'router.db'))
    const { document } = database.prepare("SELECT document FROM receipts WHERE id = 'rfi-5'").get() ?? {}
    const receipt = JSON.parse(String(document))
    work(receipt)
    const put = database.prepare("UPDATE receipts SET document = ? WHERE id = 'rfi-5'")
    put.run(JSON.stringify(receipt))
    database.close()
    return () => {
      const database = new DatabaseSync(join(path, 'router.db'))
      database.prepare("UPDATE receipts SET document = ? WHERE id = 'rfi-5'").run(String(document))
      database.close()
    }
  }

  it.each<[string, RegExp, (receipt: { -readonly [Name in keyof Receipt]: Receipt[Name] }) => void]>([
    [
      'of another release',
      /^weightsId: recorded "mine", computed "default-1"$/,
      receipt => {
        receipt.weightsId = 'mine'
      },
    ],
    [
      'of another time',
      /^at: recorded "2025-.*, computed "2026-01-06T/,
      receipt => {
        receipt.at = day(-10) as Receipt['at']
      },
    ],
    [
      'of another RFI',
      /^rfiId: recorded "rfi-4", computed "rfi-5"$/,
      receipt => {
        receipt.rfiId = 'rfi-4' as Receipt['rfiId']
      },
    ],
    [
      'by another rule, with others chosen',
      /^rule: recorded "exploration", computed "rank"$/,
      receipt => {
        receipt.rule = 'exploration'
        receipt.chosen = receipt.chosen.toReversed()
      },
    ],
    [
      'of fewer chosen, and one more next in line',
      /^chosen\[1\]: recorded null, computed "(acme|bolt)"$/,
      receipt => {
        receipt.next = receipt.considered.slice(1).map(({ partnerId }) => partnerId)
        receipt.chosen = receipt.chosen.slice(0, 1)
        receipt.refused = { ...receipt.refused, 'not-chosen': (receipt.refused['not-chosen'] ?? 0) + 1 }
      },
    ],
  ])('%s is found out, though it adds up', async (_, told, work) => {
    const back = change(work)
    const { code, stdout } = await run(['explain', 'rfi-5', '--verify', ...data])
    back()
    expect(code).toBe(1)
    expect(stdout.trimEnd().split('\n').at(-1)?.replace('differs at ', '')).toMatch(told)
  })

  it('is found out by explain --verify', async () => {
    change(receipt => {
      const [, row] = receipt.considered as unknown as { contributions: number[] }[]
      if (row !== undefined) row.contributions[0] = (row.contributions[0] ?? 0) + 1
    })
    const { code, stdout } = await run(['explain', 'rfi-5', '--verify', ...data])
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 1,
      last: expect.stringMatching(
        /^differs at considered\[1\]\.contributions\.relevance: recorded \d+, computed \d+$/,
      ),
    })
    const { verification } = JSON.parse(
      (await run(['explain', 'rfi-5', '--verify', '--json', ...data])).stdout,
    )
    expect(verification).toMatchObject({ ok: false, where: 'considered[1].contributions.relevance' })
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonLines, type Running, run, start, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
let worker: Running | null = null
afterAll(async () => {
  await worker?.stop('SIGKILL')
  folder.remove()
})

const day = (date: number, hour = 0) => new Date(Date.UTC(2026, 0, date, hour)).toISOString()
const profile = (partnerId: string, keywords: string[]) => ({
  profileId: `${partnerId}/PT`,
  partnerId,
  occurredAt: day(1),
  name: partnerId === 'acme' ? 'Acme 東京' : 'Bolt',
  country: 'PT',
  state: 'published',
  locations: [
    { locationId: `${partnerId}/1`, city: 'Lisboa', contact: { email: `${partnerId}@example.org` } },
  ],
  tags: { keywords },
})
const rfi = (rfiId: string, at: number, keywords: string[]) => ({
  rfiId,
  occurredAt: day(at),
  channel: 'marketing',
  customer: { name: 'Padaria', country: 'PT', city: 'Lisboa', contact: { email: 'ana@padaria.example' } },
  need: { title: `Help with ${keywords.join(' and ')}`, keywords },
  consent: { shareWithPartners: true, contact: true },
})
const command = (referralId: string, at: number, type: string, more: object = {}) => ({
  commandId: `${referralId}/${type}`,
  referralId,
  partnerId: referralId.split(':')[1],
  occurredAt: day(at, 1),
  type,
  ...more,
})
const engagement = { name: 'Stock', value: { amount: '42000.50', currency: 'EUR' } }

const profiles = [profile('acme', ['inventory', 'ERP']), profile('bolt', ['inventory', 'welding'])]
const rfis = [rfi('rfi-1', 2, ['inventory']), rfi('rfi-2', 3, ['plumbing'])]
const moreRfis = [
  { ...rfi('rfi-3', 3, ['inventory']), consent: { shareWithPartners: false, contact: true } },
  rfi('rfi-4', 4, ['welding']),
]
const commands = [
  command('rfi-1:acme', 3, 'accept', { engagement }),
  command('rfi-1:acme', 9, 'win', { closedAt: day(9) }),
  command('rfi-1:nobody', 9, 'favorite'),
]
const ndjson = (records: readonly object[]) => records.map(record => `${JSON.stringify(record)}\n`).join('')

describe('simulate, and what reads its folder', () => {
  const input = join(folder.path, 'in')
  const data = ['--data', join(folder.path, 'simulated')]
  mkdirSync(input)
  writeFileSync(join(input, 'partner-profiles.ndjson'), ndjson(profiles))
  writeFileSync(join(input, 'rfis.ndjson'), `${ndjson([...rfis, ...moreRfis])}{"rfiId":\n`)
  writeFileSync(join(input, 'referral-commands.ndjson'), ndjson(commands))

  it('routes, follows and counts', async () => {
    const { code, stdout, stderr } = await run(['simulate', '--in', input, ...data, '--settle', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      rfis: 4,
      referrals: 3,
      accepted: 1,
      won: 1,
      expired: 2,
      declined: 0,
      lost: 0,
      rejectedCommands: 1,
      deadLetters: 1,
      receipts: 4,
      unroutable: 2,
    })
  })

  it('asks for an empty folder', async () => {
    const { code, stderr } = await run(['simulate', '--in', input, ...data])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/is not empty.*--data\n$/) })
  })

  it('shows the RFI, its referrals, scores, reasons and notices', async () => {
    const [text, json] = await Promise.all([
      run(['rfi', 'rfi-1', ...data]),
      run(['rfi', 'rfi-1', ...data, '--json']),
    ])
    expect(text.stdout).toMatch(/Acme 東京 \(acme\).* Won .* EUR 42,000\.5/)
    expect(text.stdout).toMatch(/The tags fit the request/)
    expect(text.stdout).toMatch(/Bolt \(bolt\) expired, no partner is left; to the customer/)
    expect(text.stdout + json.stdout).not.toContain('padaria.example')
    const report = JSON.parse(json.stdout)
    expect(report.referrals.map(({ substatus }: { substatus: string }) => substatus).sort()).toEqual([
      'Expired',
      'Won',
    ])
    expect(report.referrals[0]).toMatchObject({
      rank: 1,
      matched: expect.arrayContaining([expect.stringMatching(/^inventor/)]),
    })
  })

  it('shows why an RFI went nowhere', async () => {
    const { stdout } = await run(['rfi', 'rfi-2', ...data])
    expect(stdout).toMatch(/unroutable: no-match 2/)
    const refused = await run(['rfi', 'rfi-3', ...data])
    expect(refused.stdout).toMatch(
      /unroutable: there is no consent to sharing: it was not given \(consent\.share/,
    )
    expect(refused.stdout).not.toContain('no-consent')
  })

  it('names where to look for an RFI that is not there', async () => {
    const [unknown, status] = await Promise.all([run(['rfi', 'rfi-9', ...data]), run(['status', ...data])])
    expect(unknown.stderr).toContain('dead-letters list')
    expect(status.stdout).toMatch(/^dead letters {2}malformed-json 1$/m)
    expect(status.stdout).toMatch(/dead-letters list --data \S+$/m)
  })

  it('marks what may repeat an open referral', async () => {
    const [rfi, inbox, json] = await Promise.all([
      run(['rfi', 'rfi-4', ...data]),
      run(['inbox', 'bolt', '--tab', 'archived,favourites', ...data]),
      run(['inbox', 'bolt', '--tab', 'archived', '--json', ...data]),
    ])
    expect(rfi.stdout).toMatch(/\(bolt\).* Expired, possible duplicate/)
    expect(inbox.stdout).toMatch(/rfi-4:bolt +Expired, possible duplicate/)
    expect(JSON.parse(json.stdout).referrals).toContainEqual(
      expect.objectContaining({ referralId: 'rfi-4:bolt', possibleDuplicateOf: 'rfi-1:bolt' }),
    )
  })

  it('shows inbox, funnel and status', async () => {
    const [empty, won, funnel, status, stranger] = await Promise.all([
      run(['inbox', 'acme', ...data]),
      run(['inbox', 'acme', '--tab', 'archived', '--json', ...data]),
      run(['funnel', '--by', 'country', '--json', ...data]),
      run(['status', '--json', ...data]),
      run(['inbox', 'stranger', ...data]),
    ])
    expect(empty.stdout).toMatch(
      /^new 0 · active 0 · archived 1 .*\n\nNothing under new, active\.\n\nWhat there is: .* inbox acme --tab archived --data .*\n$/,
    )
    expect(JSON.parse(won.stdout).referrals).toMatchObject([{ referralId: 'rfi-1:acme', substatus: 'Won' }])
    expect(JSON.parse(funnel.stdout).rows).toMatchObject([
      { group: 'PT', counts: { routed: 3, accepted: 1, won: 1 }, wonValue: { EUR: '42000.5' } },
    ])
    expect(JSON.parse(status.stdout)).toMatchObject({
      workers: [],
      unsent: 0,
      deadLetters: { 'malformed-json': 1 },
      counts: { rfis: 4, referrals: 3 },
    })
    expect(stranger).toMatchObject({ code: 1, stderr: expect.stringMatching(/nothing was ever routed to/) })
  })

  it('ends quietly when its reader leaves', async () => {
    const words = ['consume', 'referral-status', '--from-beginning', ...data]
    const { code, stderr } = await run(words, { readAtMost: 1 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('a worker on a folder', () => {
  const path = join(folder.path, 'live')
  const data = ['--data', path]
  const produce = (topic: string, input: string) => run(['produce', topic, '-', '--json', ...data], { input })

  it('works on what others send while it runs', { timeout: 20_000 }, async () => {
    worker = start(['worker', '--event-time', '--json', '--log-level', 'warn', ...data], {
      ROUTER_CUSTOMER_SECRET: 'secret',
    })
    await worker.until('"ready"')
    const events = jsonLines(worker.output.stdout)
    expect(events[0]).toMatchObject({ event: 'started', on: { data: path }, pid: worker.child.pid })
    expect(events.filter(({ event }) => event === 'lane')).toHaveLength(24)

    const second = await run(['worker', ...data])
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another worker \(pid \d+\).*stop it/),
    })

    const follower = start([
      'consume',
      'referral-status',
      '--max',
      '4',
      '--from-beginning',
      '--follow',
      ...data,
    ])
    expect(JSON.parse((await produce('partner-profiles', ndjson(profiles))).stdout)).toEqual({
      topic: 'partner-profiles',
      sent: 2,
      malformed: 0,
    })
    await until(
      async () => JSON.parse((await run(['status', '--json', ...data])).stdout).counts.profiles === 2,
    )
    // The router reads its tables every 100 ms: one more look takes longer.
    await status()
    await produce('rfis', ndjson(rfis))
    await follower.until('rfi-1:acme')
    const sent = await produce(
      'referral-commands',
      `${ndjson([commands[0] ?? {}, commands[2] ?? {}])}nonsense\n[1]\n`,
    )
    expect(JSON.parse(sent.stdout)).toEqual({ topic: 'referral-commands', sent: 4, malformed: 2 })

    await follower.until('referral.accepted')
    await follower.until('referral.command-rejected')
    const rejected = ['--from-beginning', '--type', 'referral.command-rejected']
    const ofOneType = jsonLines((await run(['consume', 'referral-status', ...rejected, ...data])).stdout)
    expect(ofOneType.map(({ value }) => (value as { type: string }).type)).toEqual([
      'referral.command-rejected',
    ])
    const records = jsonLines((await follower.stop()).stdout)
    const types = records.map(({ headers }) => (headers as Record<string, string>).ce_type)
    expect(types.sort()).toEqual([
      'referral.accepted',
      'referral.command-rejected',
      'referral.routed',
      'referral.routed',
    ])
    expect(records[0]).toMatchObject({
      topic: 'referral-status',
      key: expect.any(String),
      value: { rfiId: 'rfi-1' },
    })

    await until(async () => Object.keys((await status()).deadLetters).length > 0)
    expect(await status()).toMatchObject({
      workers: [{ name: `pid ${worker.child.pid}` }],
      counts: { rfis: 2, referrals: 2 },
    })

    const { code, stdout, stderr } = await worker.stop('SIGTERM')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'stopped', counts: { deadLetters: 2 } })
    expect((await status()).workers).toEqual([])
  })

  it('goes on where it stood, with the roles it is given', { timeout: 20_000 }, async () => {
    worker = start(['worker', '--roles', 'router,projector', '--log-level', 'debug', ...data])
    await worker.until('\nready\n')
    expect(worker.output.stdout).toMatch(/^roles router, projector\ndata .*live\nweights default-1\nlane /)
    expect(worker.output.stdout).toMatch(/lane router\/rfis\/\d running at [12]\n/)
    expect(worker.output.stdout).not.toContain('lane referral/')
    expect(worker.output.stderr).toMatch(/"level":"warn".*"reason":"ROUTER_CUSTOMER_SECRET is not set, so /)
    expect(await worker.stop('SIGINT')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nstopped\n$/),
    })
  })

  async function status() {
    return JSON.parse((await run(['status', '--json', ...data])).stdout)
  }
})

/** Asks again until it is so; the test's own timeout is the deadline. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

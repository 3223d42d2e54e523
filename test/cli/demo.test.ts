import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const data = ['--data', join(folder.path, 'demo')]
afterAll(() => folder.remove())

describe('demo', () => {
  let ended: Ended
  beforeAll(async () => {
    ended = await run(['demo', '--json', ...data])
  }, 60_000)

  it('does the main job, and says in numbers what came of it', () => {
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    const counts = JSON.parse(ended.stdout)
    const { rfis, referrals, accepted, declined, expired, won, lost } = counts
    for (const count of [rfis, referrals, accepted, declined, expired, won, lost])
      expect(count).toBeGreaterThan(0)
    expect(counts).toMatchObject({ rfis: 300, receipts: 300, deadLetters: 0, rejectedCommands: 0 })
    expect(referrals).toBeGreaterThan(rfis - counts.unroutable)
    // Settled: every referral has come to its end.
    expect(accepted + declined + expired).toBe(referrals)
    expect(won + lost).toBe(accepted)
    expect(won).toBeLessThan(lost)
  })

  it('leaves a folder that the other commands read, with nothing left to do', async () => {
    const [status, funnel] = await Promise.all([run(['status', '--json', ...data]), run(['funnel', ...data])])
    const { lanes, unsent, deadLetters } = JSON.parse(status.stdout)
    expect(Math.max(...lanes.map(({ lag }: { lag: number }) => lag))).toBe(0)
    expect({ unsent, deadLetters }).toEqual({ unsent: 0, deadLetters: {} })
    expect(funnel.stdout).toMatch(/^routed +answered/)
  })

  it('verifies a receipt, and shows what would have put a partner on the list by doing it', async () => {
    const { verified, whyNot } = JSON.parse(ended.stdout)
    expect(verified).toMatchObject({ ok: true, checked: { rows: expect.any(Number) } })
    expect(whyNot).toMatchObject({ standing: { listed: false }, tried: { listed: true } })
    const { rfiId, partnerId } = whyNot
    const [then, receipt] = await Promise.all([
      run(['explain', rfiId, '--partner', partnerId, '--json', ...data]),
      run(['explain', rfiId, '--verify', ...data]),
    ])
    expect(JSON.parse(then.stdout).partner).toMatchObject({
      chosen: false,
      // The profile it was tried with was put back.
      today: { standing: whyNot.standing },
    })
    expect(receipt.stdout).toMatch(/verified: \d+ rows, [\d,]+ figures recomputed, the same bytes/)
  })

  it('leaves what it says to try next, and the RFI it shows', async () => {
    const { rfiId, partnerId } = JSON.parse(ended.stdout).shown
    const [rfi, inbox, records] = await Promise.all([
      run(['rfi', rfiId, ...data]),
      run(['inbox', partnerId, '--tab', 'active,archived', '--limit', '1000', ...data]),
      run(['consume', 'referral-status', '--from-beginning', '--max', '3', ...data]),
    ])
    expect([rfi, inbox, records].map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']))
    expect(rfi.stdout).toMatch(new RegExp(`^RFI ${rfiId} {2}routed`))
    expect(inbox.stdout).toMatch(new RegExp(`${rfiId}:${partnerId} +Won`))
    expect(records.stdout.split('\n')).toHaveLength(4)
  })

  it('is no longer its own once somebody sends to it', async () => {
    expect(existsSync(join(folder.path, 'demo', 'made-by-demo'))).toBe(true)
    expect(await run(['produce', 'rfis', '-', ...data], { input: '{}\n' })).toMatchObject({
      code: 0,
      stdout: `sent 1 record to rfis in ${join(folder.path, 'demo')}; 1 malformed, to be dead letters\n`,
    })
    expect(await run(['demo', ...data])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /produce has used .*demo since; choose another folder with --data or remove/,
      ),
    })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { rejectionCodes } from '../../src/domain/events.ts'
import { accountsOf, tally } from './accounts.ts'
import { killAll } from './child.ts'
import { compare } from './compare.ts'
import { askedIn, placesIn } from './limits.ts'
import { type Outcome, type Plan, runLives } from './lives.ts'
import { type Folder, openToLook } from './look.ts'
import { rerun } from './rerun.ts'
import type { Sabotage } from './sabotage.ts'

/**
 * The worker is killed in the middle of its work, again and again, and what comes of it must be what would have come of it
 * had nothing happened. `KILLS`, `RFIS` and `SEED` in the environment make longer runs and others; `REPORT=1` prints figures.
 */
const kills = Number(process.env.KILLS ?? 20)
const rfis = Number(process.env.RFIS ?? 5000)
const seed = Number(process.env.SEED ?? 1)
const timeout = 120_000 + 3_000 * kills + 30 * rfis

const directories: string[] = []

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'referral-router-crash-'))
  directories.push(directory)
  return directory
}

async function removeAll(): Promise<void> {
  await killAll()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
}

afterEach(removeAll)
afterAll(removeAll)

/** A run with kills, and the same input read again undisturbed. */
async function runTwice(plan: { kills: number; rfis: number; sabotage: Sabotage }) {
  const started = performance.now()
  const [killed, undisturbed] = [newDirectory(), newDirectory()]
  const outcome = await runLives({ ...plan, directory: killed, seed, crowded: false })
  const lived = performance.now()
  await rerun(killed, undisturbed)
  const rerunDone = performance.now()
  const differences = await compare(killed, undisturbed)
  const accounts = await accountsOf(killed)
  report(plan, outcome, {
    ...accounts,
    contradictions: accounts.contradictions.length,
    differences: differences.length,
    differing: tally(differences.map(difference => difference.split(' ')[0] ?? '')),
    seconds: [lived - started, rerunDone - lived, performance.now() - rerunDone].map(
      ms => Math.round(ms / 100) / 10,
    ),
  })
  return { outcome, differences, accounts }
}

function report(plan: object, { lives, ...status }: Outcome, figures: object): void {
  if (process.env.REPORT === undefined) return
  const owed = lives.filter(life => life.owed > 0).length
  const left = lives.map(life => life.left)
  const advanced = lives.map(life => life.advanced)
  process.stderr.write(`${JSON.stringify({ ...plan, ...status, ...figures, killsWhileOwing: owed })}\n`)
  process.stderr.write(`${JSON.stringify({ advanced, left })}\n`)
}

describe('a worker killed again and again', () => {
  it(
    `leaves what an undisturbed one does (${kills} kills, ${rfis} RFIs)`,
    async () => {
      const { outcome, differences, accounts } = await runTwice({ kills, rfis, sabotage: 'none' })
      expect(differences.slice(0, 5)).toEqual([])
      expect(accounts.contradictions.slice(0, 5)).toEqual([])
      expect(outcome.exitCodes).toEqual([0, 0])
      expect(outcome.sentAfterwards).toBe(0)

      // All this would be easy for a run in which little happened.
      expect(outcome.lives).toHaveLength(kills)
      expect(outcome.lives.filter(({ advanced }) => advanced === 0)).toEqual([])
      expect(outcome.lives.slice(1).filter(({ left, owed }) => left + owed === 0)).toEqual([])
      expect(outcome.lives.some(({ owed }) => owed > 0)).toBe(true)
      if (kills >= 20) expect(accounts.repeats).toBeGreaterThan(0)
      expect(accounts.rfis).toBe(outcome.rfis)
      expect(outcome.rfis).toBeGreaterThanOrEqual(rfis)
      const offered = Object.values(accounts.referrals).reduce((sum, count) => sum + count, 0)
      expect(offered).toBe(outcome.referrals)
      expect(offered).toBeGreaterThan(rfis)
      expect(Object.keys(accounts.referrals).toSorted()).toEqual([
        'Active/Accepted',
        'Closed/Declined',
        'Closed/Expired',
        'Closed/Lost',
        'Closed/Won',
        'New/Received',
      ])
      expect(accounts.commands).toBe(outcome.commands + accounts.clockCommands)
      expect(accounts.clockCommands).toBeGreaterThan(0)
      expect(accounts.unroutable).toBeGreaterThan(0)
      expect(accounts.told).toBeGreaterThan(0)
      expect(accounts.rejections).toBeGreaterThan(rejectionCodes.length)
      expect(Object.keys(accounts.dead).toSorted()).toEqual([
        'directory malformed-json',
        'directory missing',
        'directory unknown-name',
        'referral malformed-json',
        'router malformed-json',
        'router missing',
        'router rfi-differs',
        'router tombstone',
        'router too-large',
      ])
    },
    timeout,
  )
})

/** A run whose routing depends on the moment, so that there is nothing to compare: only what must hold at any. */
async function runCrowded(plan: Pick<Plan, 'kills' | 'rfis' | 'sabotage'>) {
  const directory = newDirectory()
  const over = new Set<string>()
  let full = 0
  const watch = async (folder: Folder) => {
    const places = await placesIn(folder)
    for (const line of places.over) over.add(line)
    full = Math.max(full, places.full)
  }
  const started = performance.now()
  const outcome = await runLives({ ...plan, directory, seed, crowded: true, watch })
  const folder = await openToLook(directory)
  try {
    const asked = await askedIn(folder)
    const seconds = Math.round((performance.now() - started) / 100) / 10
    report(plan, outcome, { full, over: over.size, ...asked, seconds })
    return { outcome, full, over: [...over], asked, accounts: await accountsOf(directory) }
  } finally {
    await folder.close()
  }
}

describe('two threads after the same few places, killed again and again', () => {
  it(
    'never give a partner more than it has, and contradict themselves nowhere',
    async () => {
      const { outcome, full, over, asked, accounts } = await runCrowded({
        kills: 4,
        rfis: 500,
        sabotage: 'none',
      })
      expect(over).toEqual([])
      expect(asked.contradictions).toEqual([])
      expect(accounts.contradictions).toEqual([])
      expect(outcome.exitCodes).toEqual([0, 0])
      expect(full).toBeGreaterThan(10)
      expect(asked.duplicates).toBeGreaterThan(10)
    },
    timeout,
  )

  it(
    'would be found out if they did',
    async () => {
      const { over } = await runCrowded({ kills: 2, rfis: 150, sabotage: 'places' })
      expect(over.length).toBeGreaterThan(0)
    },
    timeout,
  )
})

describe('the comparison', () => {
  it.each(['journal', 'position'] as const)(
    'finds that the %s was left out',
    async sabotage => {
      const { differences } = await runTwice({ kills: 4, rfis: 200, sabotage })
      expect(differences.length).toBeGreaterThan(0)
    },
    timeout,
  )
})

import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { accountsOf } from '../../crash/accounts.ts'
import { Child, killAll } from '../../crash/child.ts'
import { compare } from '../../crash/compare.ts'
import { rerun } from '../../crash/rerun.ts'
import { patience } from '../../support/servers/eventually.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { openWorld, report, type World } from './world.ts'

/** As many as a folder has, for the rerun. */
const partitions = 4

liveDescribe('workers that share the groups', { needs: ['kafka', 'mongodb'] }, () => {
  const { corner } = scratch()
  const brokers = servers().kafkaBrokers
  let place: ReturnType<typeof corner>
  let world: World

  beforeEach(async () => {
    place = corner()
    world = await openWorld({ brokers, ...place, partitions, rfisAtOnce: 2 })
  })
  afterEach(() => world.close())
  afterEach(killAll)

  const untilMembers = (count: number) =>
    expect
      .poll(() => world.members(), { timeout: 40_000 * patience, interval: 200 })
      .toEqual([count, count, count, count])

  it('give every input one effect while they come, go and are killed', {
    timeout: 180_000 * patience,
  }, async () => {
    const { crowd, gaps, lanes } = world
    const [stays, leaves] = await Promise.all([world.startWorker(), world.startWorker()])
    crowd.start()
    await untilMembers(2)
    await gaps.untilAllMove(lanes)

    const isKilled = new Child('member', [
      join(import.meta.dirname, 'member.ts'),
      ...['--brokers', brokers, '--prefix', place.prefix, '--mongodb', place.mongodbUri],
    ])
    await isKilled.line()
    await untilMembers(3)
    await gaps.untilAllMove(lanes)

    expect(await world.stopWorker(leaves)).toBe(0)
    await untilMembers(2)
    await gaps.untilAllMove(lanes)

    expect(await isKilled.ask('stop dead')).toBe('dead')
    await isKilled.kill()
    await untilMembers(1)
    await gaps.untilAllMove(lanes)
    await world.settle(60_000)
    const gone = await accountsOf(await world.copy())
    expect(await world.stopWorker(stays)).toBe(0)

    const copy = await world.copy()
    const again = join(world.folder, 'again')
    await rerun(copy, again)
    const differences = await compare(copy, again)
    const accounts = await accountsOf(copy)
    report({ what: 'exchange', ...accounts, differences: differences.length, gaps: gaps.take() })
    expect(differences.slice(0, 5)).toEqual([])
    expect(accounts.contradictions.slice(0, 5)).toEqual([])
    // Nobody had anything left to send, but perhaps visibility to all.
    expect({ ...accounts, told: 0 }).toEqual({ ...gone, told: 0 })
    expect(accounts.rfis).toBe(crowd.rfiIds.length)
    expect(accounts.commands).toBe(crowd.commands + accounts.clockCommands)
    const referrals = Object.values(accounts.referrals).reduce((sum, count) => sum + count, 0)
    expect(referrals).toBe(crowd.referrals)
    // All this would be easy for a run in which little happened.
    expect(referrals).toBeGreaterThan(300)
    expect(accounts.clockCommands).toBeGreaterThan(10)
    expect(Object.keys(accounts.referrals)).toHaveLength(6)
  })
})

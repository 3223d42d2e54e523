import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Running } from '../../cli/run.ts'
import { accountsOf } from '../../crash/accounts.ts'
import { patience } from '../../support/servers/eventually.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { openWorld, report, type World } from './world.ts'

const three = [0, 1, 2]

liveDescribe('a rolling restart of three workers', { needs: ['kafka', 'mongodb'] }, () => {
  const { corner } = scratch()
  let world: World

  beforeEach(async () => {
    const brokers = servers().kafkaBrokers
    world = await openWorld({ brokers, ...corner(), partitions: 4, rfisAtOnce: 2 })
  })
  afterEach(() => world.close())

  it('loses nothing, doubles nothing, and no lane stands still for long', {
    timeout: 180_000 * patience,
  }, async () => {
    const { crowd, gaps, lanes } = world
    const workers: Running[] = await Promise.all(three.map(() => world.startWorker()))
    crowd.start()
    await gaps.untilAllMove(lanes)
    await expect
      .poll(() => world.members(), { timeout: 30_000 * patience, interval: 200 })
      .toEqual([3, 3, 3, 3])
    gaps.take()
    await gaps.untilAllMove(lanes)
    await gaps.untilAllMove(lanes)
    const quiet = gaps.take()

    const began = performance.now()
    const steps: object[] = []
    for (const at of three) {
      const former = workers[at]
      if (former === undefined) continue
      const stopping = performance.now()
      expect(await world.stopWorker(former)).toBe(0)
      const starting = performance.now()
      workers[at] = await world.startWorker()
      steps.push({
        stop: Math.round(starting - stopping),
        start: Math.round(performance.now() - starting),
      })
    }
    await gaps.untilAllMove(lanes)
    await gaps.untilAllMove(lanes)
    const longest = gaps.take()
    const lasted = Math.round(performance.now() - began)
    await world.settle(60_000)
    for (const worker of workers) expect(await world.stopWorker(worker)).toBe(0)

    const accounts = await accountsOf(await world.copy())
    report({
      what: 'rolling restart',
      longest: Math.max(...Object.values(longest)),
      quiet: Math.max(...Object.values(quiet)),
      lasted,
      steps,
      rfis: accounts.rfis,
      commands: accounts.commands,
      repeats: accounts.repeats,
      lanes: longest,
    })
    expect(accounts.contradictions.slice(0, 5)).toEqual([])
    expect(accounts.rfis).toBe(crowd.rfiIds.length)
    expect(accounts.commands).toBe(crowd.commands + accounts.clockCommands)
    const referrals = Object.values(accounts.referrals).reduce((sum, count) => sum + count, 0)
    expect(referrals).toBe(crowd.referrals)
    expect(Object.keys(longest)).toHaveLength(lanes)
  })
})

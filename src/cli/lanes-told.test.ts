import { expect, it } from 'vitest'
import { silent } from '../ports/logger.ts'
import type { RoleName } from '../roles/role.ts'
import { lanesTold } from './lanes-told.ts'
import { inWords } from './worker-lines.ts'

/** What a worker says while its threads log this. */
function setUp({ roles = ['router'], threads = 1 }: { roles?: readonly RoleName[]; threads?: number } = {}) {
  const said: string[] = []
  const lanes: string[] = []
  let time = 0
  const told = lanesTold({
    logger: silent,
    roles,
    threads,
    now: () => time,
    tell: one => said.push(inWords(one)),
    lanesChanged: running => lanes.push([...running].join(' ')),
  })
  const { logger } = told
  return {
    told,
    lanes,
    /** What was said since the last look. */
    said: () => said.splice(0),
    at: (moment: number) => {
      time = moment
    },
    lane: (lane: string, state: string) => logger.debug({ lane, state, offset: 7 }, 'lane'),
    halt: (lane: string, reason = 'why') => {
      logger.error({ lane, offset: 7, reason }, 'lane-halted')
      logger.debug({ lane, state: 'halted', offset: 7 }, 'lane')
    },
    left: (lane: string) => logger.info({ lane }, 'halted-lane-left'),
    ready: () => logger.info({ state: 'running' }, 'ready'),
  }
}

it('is ready once every thread is', () => {
  const { told, said, lane, ready, at } = setUp({ threads: 2 })
  lane('a/b/0', 'running')
  ready()
  expect(said()).toEqual(['lane a/b/0 running at 7'])
  expect(told.state).toBe('starting')
  at(5)
  ready()
  expect(said()).toEqual(['ready'])
  expect(told).toMatchObject({ state: 'ready', since: 5, running: 1 })
})

it.each([
  [
    'other workers have every partition',
    ['router'],
    'ready, without a lane: other workers have all partitions',
  ],
  ['its role reads nothing', ['clock'], 'ready'],
] as const)('is ready without a lane when %s', (_, roles, line) => {
  const { said, ready } = setUp({ roles })
  ready()
  expect(said()).toEqual([line])
})

it('takes a halt back when the lane goes on, and is ready when none is left', () => {
  const { told, said, lane, halt, ready } = setUp()
  halt('a/b/0')
  halt('a/b/1')
  ready()
  expect(said()).toEqual([
    'lane a/b/0 halted: why',
    'lane a/b/1 halted: why',
    'not ready: 2 lanes halted; "lanes resume" lets a lane go on',
  ])
  lane('a/b/1', 'starting')
  lane('a/b/1', 'running')
  expect(said()).toEqual(['lane a/b/1 goes on at 7'])
  expect(told.halts).toEqual([{ lane: 'a/b/0', reason: 'why' }])
  lane('a/b/0', 'running')
  expect(said()).toEqual(['lane a/b/0 goes on at 7', 'ready'])
  halt('a/b/1', 'once more')
  expect(said()).toEqual([
    'lane a/b/1 halted: once more',
    'not ready: 1 lane halted; "lanes resume" lets a lane go on',
  ])
  expect(told).toMatchObject({
    state: 'not-ready',
    halts: [{ lane: 'a/b/1', reason: 'once more' }],
    running: 1,
  })
})

it('leaves a halted lane to the worker that has it now', () => {
  const { told, said, lane, halt, left, ready } = setUp()
  lane('a/b/0', 'running')
  halt('a/b/1')
  ready()
  said()
  left('a/b/1')
  expect(said()).toEqual(['lane a/b/1 is with another worker now', 'ready'])
  expect(told.halts).toEqual([])
})

it('tells once of a lane that halts each time the group is joined, and nothing of a restart', () => {
  const { said, lane, halt, ready } = setUp()
  lane('a/b/0', 'running')
  halt('a/b/1')
  ready()
  said()
  halt('a/b/1')
  lane('a/b/0', 'starting')
  lane('a/b/0', 'running')
  expect(said()).toEqual([])
})

it('knows which lanes run, until it stops', () => {
  const { told, lanes, lane, ready } = setUp()
  lane('a/b/0', 'running')
  lane('a/b/1', 'running')
  ready()
  lane('a/b/0', 'stopped')
  told.stopping()
  lane('a/b/1', 'stopped')
  expect(lanes).toEqual(['a/b/0', 'a/b/0 a/b/1', 'a/b/1'])
  expect(told).toMatchObject({ state: 'stopping', running: 0 })
})

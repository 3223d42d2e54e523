import { expect, it } from 'vitest'
import { problemsOf, type Seen } from './problems.ts'

const now = 1_000_000_000
const minute = 60_000
const well: Seen = {
  workers: [{ name: 'a/1', roles: ['directory', 'router', 'referral', 'projector'] }],
  clockRuns: true,
  halted: [],
  unsent: 0,
  unsentSince: null,
}

const cases: [string, Partial<Seen>, string[]][] = [
  ['all well', {}, []],
  ['a worker whose roles can not be told', { workers: [{ name: 'pid 1', roles: null }] }, []],
  [
    'roles shared out',
    {
      workers: [
        { name: 'a/1', roles: ['directory', 'router'] },
        { name: 'b/1', roles: ['referral', 'projector', 'router'] },
      ],
    },
    [],
  ],
  ['nobody', { workers: [], clockRuns: false }, ['no worker runs']],
  ['a clock alone', { workers: [] }, ['no worker runs for directory, router, referral, projector']],
  [
    'no router, no clock',
    { workers: [{ name: 'a/1', roles: ['directory', 'referral', 'projector'] }], clockRuns: false },
    ['no worker runs for router, clock'],
  ],
  ['what is sent in a moment', { unsent: 2, unsentSince: now - minute }, []],
  [
    'what is not',
    { unsent: 2, unsentSince: now - minute - 1 },
    ['2 batches are unsent, the oldest for a minute'],
  ],
  [
    'what has not been for long',
    { unsent: 1, unsentSince: now - 150 * minute },
    ['a batch is unsent, for 150 minutes'],
  ],
  [
    'several things, each named',
    { workers: [], clockRuns: false, halted: [{ lane: 'router/rfis/0', reason: 'why' }] },
    ['router/rfis/0 halted: why', 'no worker runs'],
  ],
]

it.each(cases)('%s', (_, found, problems) => {
  expect(problemsOf({ ...well, ...found }, now)).toEqual(problems)
})

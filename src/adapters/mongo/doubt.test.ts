import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { PortError } from '../../ports/errors.ts'
import { attempting } from './attempt.ts'
import { Doubt } from './doubt.ts'

const error = new PortError('corrupt', 'MongoDB: no (code 17000)', {
  cause: new Error('no'),
  retryable: false,
})

function setUp() {
  let now = 1000
  const doubt = new Doubt(() => now)
  return {
    doubt,
    wait: (ms: number) => {
      now += ms
    },
    judge: (what = 'commit a') => doubt.judge(what, error),
  }
}

test('an unknown error is waited out for two minutes on the same thing, then it is for good', () => {
  const { wait, judge } = setUp()
  for (let waited = 0; waited < 120_000; waited += 5000) {
    expect(judge()).toMatchObject({ code: 'unavailable', retryable: true, cause: error.cause })
    wait(5000)
  }
  expect(judge()).toBe(error)
  expect(judge('commit b').retryable).toBe(true)
})

test('it begins anew once that has worked, or when nobody has tried for long', () => {
  const { doubt, wait, judge } = setUp()
  const fail = (ms: number) => {
    for (let waited = 0; waited < ms; waited += 10_000) {
      judge()
      wait(10_000)
    }
  }
  fail(110_000)
  doubt.passed('commit b')
  doubt.passed('commit a')
  fail(110_000)
  wait(60_001)
  fail(110_000)
  expect(judge().retryable).toBe(true)
  wait(10_000)
  expect(judge()).toBe(error)
})

test.each([
  [17_000, true],
  [18, false],
  [2, false],
])('a call that meets code %i is waited out at first: %s', async (code, retryable) => {
  const { doubt, wait } = setUp()
  const attempt = attempting({ reach: async () => undefined, place: 'MongoDB' }, doubt)
  const rejected = () =>
    attempt('commit a', () => Promise.reject(new MongoServerError({ message: 'no', code })))
  await expect(rejected()).rejects.toMatchObject({ retryable })
  expect(await attempt('commit b', async () => 1)).toBe(1)
  for (let waited = 0; waited < 120_000; waited += 40_000) {
    await expect(rejected()).rejects.toMatchObject({ retryable })
    wait(40_000)
  }
  await expect(rejected()).rejects.toMatchObject({ retryable: false })
})

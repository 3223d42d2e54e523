import { expect, test } from 'vitest'
import { type Logger, silent } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { Conflicts } from './conflict.ts'
import type { Attempt } from './transaction.ts'

/** `version` tells the version that the document has before the n-th attempt; conflicts until the `last`. */
function setUp(version: (attempt: number) => number | null, last = Number.POSITIVE_INFINITY) {
  const warned: unknown[] = []
  const slept: number[] = []
  let attempts = 0
  let reads = 0
  const logger: Logger = { ...silent, warn: (fields, event) => warned.push([event, fields]) }
  const get = async () => {
    reads += 1
    const found = version(attempts)
    return new Map(found === null ? [] : [['acme', { _id: 'acme', version: found }]])
  }
  const conflicts = new Conflicts(
    'router/rfis/0',
    {
      logger,
      store: { get } as unknown as Store<Collections>,
      time: {
        now: () => 0,
        sleep: async ms => {
          slept.push(ms)
        },
      },
    },
    () => undefined,
  )
  const work = async (): Promise<Attempt> => {
    attempts += 1
    return attempts > last
      ? { kind: 'committed', journal: null, counts: {} }
      : { kind: 'conflict', collection: 'capacity', id: 'acme' }
  }
  return {
    redo: () => conflicts.redo(work, {}),
    seen: () => ({ attempts, reads, warned: warned.length, slept }),
  }
}

test('a document that others change is waited for without end', async () => {
  const { redo, seen } = setUp(attempt => Math.floor(attempt / 20), 2000)
  expect(await redo()).toMatchObject({ kind: 'committed' })
  expect(seen()).toMatchObject({ attempts: 2001, reads: 100, warned: 100 })
  expect(new Set(seen().slept)).toEqual(new Set([50]))
})

test.each([
  ['a document', 3, 'version 3'],
  ['none', null, 'it is not there'],
])(
  '%s that nobody changes is an invariant broken, named, once an election would be over',
  async (_name, found, told) => {
    const { redo, seen } = setUp(() => found)
    await expect(redo()).rejects.toMatchObject({
      code: 'corrupt',
      retryable: false,
      message: `an invariant is broken: 120 conflicts on capacity "acme", which nobody changes (${told})`,
    })
    expect(seen().slept).toEqual([50, 1000, 2000, 4000, 5000])
  },
)

test('progress in between begins the count anew', async () => {
  const { redo, seen } = setUp(attempt => Math.floor(attempt / 100), 400)
  expect(await redo()).toMatchObject({ kind: 'committed' })
  expect(seen().attempts).toBe(401)
})

test('a few conflicts cost no look', async () => {
  const { redo, seen } = setUp(() => 1, 19)
  await redo()
  expect(seen()).toMatchObject({ reads: 0, warned: 0, slept: [] })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Batch, BatchAnswer, PartitionHandler, Start } from '../../ports/log.ts'
import { silent } from '../../ports/logger.ts'
import { PartitionTurns } from './partition-turns.ts'
import type { FetchedRecord } from './record-batches.ts'
import { Session } from './session.ts'

const message = (offset: number, more: Partial<FetchedRecord> = {}): FetchedRecord => ({
  offset: String(offset),
  timestamp: offset,
  key: null,
  value: Buffer.from(`${offset}`),
  headers: {},
  isControlRecord: false,
  batchContext: { producerId: '-1', inTransaction: false },
  ...more,
})

interface Fetch {
  readonly from: number
  readonly offsets: readonly number[]
  /** Last offset; default that of the last record. */
  readonly last?: number
  readonly heartbeat?: () => Promise<void>
}

/** A session of one partition on a client that only notes what it is told. */
function setUp(
  answer: (batch: Batch) => Promise<BatchAnswer>,
  starts: readonly number[] = [0],
  { budget = 5000, patience = 5000 } = {},
) {
  const told: string[] = []
  const failures: unknown[] = []
  const losses: unknown[] = []
  const turns = new PartitionTurns()
  let asked = 0
  const handler: PartitionHandler = {
    async assigned(): Promise<Start> {
      told.push('assigned')
      const offset = starts[Math.min(asked, starts.length - 1)] ?? 0
      asked += 1
      return { kind: 'from', offset }
    },
    async batch(batch) {
      told.push(`batch ${batch.from}–${batch.to}: ${batch.records.map(({ offset }) => offset)}`)
      return answer(batch)
    },
    async revoked() {
      told.push('revoked')
    },
  }
  const consumer = {
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
    seek: ({ offset }: { readonly offset: string }) => void told.push(`seek ${offset}`),
  }
  const session = new Session({
    consumer,
    handler,
    portName: name => name.replace('pre-', ''),
    limits: { records: 2, bytes: 1000 },
    turns,
    logger: silent,
    budget,
    patience,
    fail: error => failures.push(error),
    lose: error => losses.push(error),
  })
  const commits: string[] = []
  /** Resolves as soon as kafkajs would fetch on. */
  async function hand({
    from,
    offsets,
    last = offsets.at(-1) ?? from,
    heartbeat = async () => undefined,
  }: Fetch) {
    const batch = {
      topic: 'pre-topic',
      partition: 0,
      fetchedOffset: String(from),
      messages: offsets.map(offset => message(offset)),
      lastOffset: () => String(last),
    }
    const given = {
      batch,
      heartbeat,
      resolveOffset: (offset: string) => void told.push(`resolve ${offset}`),
      commitOffsetsIfNecessary: async (offsets: unknown) => void commits.push(JSON.stringify(offsets)),
    }
    await session.batch(given as never)
  }
  return {
    told,
    failures,
    losses,
    commits,
    session,
    settled: () => turns.settled(),
    async join() {
      session.joined({ payload: { memberAssignment: { 'pre-topic': [0] } } } as never)
      await turns.settled()
    },
    hand,
    async fetch(fetch: Fetch) {
      try {
        await hand(fetch)
      } finally {
        await turns.settled()
      }
    },
  }
}

const onwards = async ({ to }: Batch): Promise<BatchAnswer> => ({ kind: 'advanced', next: to })

describe('a session', () => {
  test('pauses at once, asks, seeks, and delivers what an unbroken chain leads to', async () => {
    const { told, join, fetch, session, commits } = setUp(onwards, [3])
    const joining = join()
    expect(told).toEqual(['pause'])
    await joining
    await fetch({ from: 3, offsets: [3, 4, 7], last: 9 })
    await fetch({ from: 10, offsets: [], last: 12 })
    expect(told).toEqual([
      'pause',
      'assigned',
      'seek 3',
      'resume',
      'batch 3–7: 3,4',
      'resolve 6',
      'batch 7–10: 7',
      'resolve 9',
      'batch 10–13: ',
      'resolve 12',
    ])
    await session.end()
    await session.revoked()
    expect(told.slice(-2)).toEqual(['pause', 'revoked'])
    expect(commits).toEqual([
      '{"topics":[{"topic":"pre-topic","partitions":[{"partition":0,"offset":"13"}]}]}',
    ])
  })
  test.each([0, 4, 6])('a fetch from %i, not from where the last ended: asked again', async from => {
    const { told, join, fetch } = setUp(onwards, [5, 9])
    await join()
    await fetch({ from, offsets: [from] })
    expect(told.slice(4)).toEqual(['pause', 'assigned', 'seek 9', 'resume'])
  })
  test('an answer short of the end is where it goes on, records or not', async () => {
    const answers = [1, 1, 3]
    const { told, join, fetch } = setUp(async () => ({ kind: 'advanced', next: answers.shift() ?? 4 }))
    await join()
    await fetch({ from: 0, offsets: [0, 1, 2], last: 3 })
    expect(told.filter(line => /^(batch|resolve|seek [1-9])/.test(line))).toEqual([
      'batch 0–2: 0,1',
      'resolve 0',
      'batch 1–4: 1,2',
      'resolve 0',
      'batch 1–4: 1,2',
      'seek 3',
      'batch 3–4: ',
      'resolve 3',
    ])
  })
  test('a heartbeat that fails goes on to the client; without a rebalance the partition is asked for again', async () => {
    for (const [type, again] of [
      ['REBALANCE_IN_PROGRESS', false],
      ['NETWORK_EXCEPTION', true],
    ] as const) {
      const lost = Object.assign(new Error('lost'), { type })
      let aborted = false
      const { told, failures, join, fetch } = setUp(async batch => {
        await batch.heartbeat().finally(() => {
          aborted = batch.signal.aborted
        })
        return onwards(batch)
      })
      await join()
      const heartbeat = () => Promise.reject(lost)
      await expect(fetch({ from: 0, offsets: [0], heartbeat })).rejects.toBe(lost)
      expect(aborted).toBe(true)
      expect(told.filter(line => line === 'assigned')).toHaveLength(again ? 2 : 1)
      expect(failures).toEqual([])
    }
  })
  test('what a handler rejects with ends it', async () => {
    const { told, failures, join, fetch } = setUp(() => Promise.reject(new Error('broken')))
    await join()
    await fetch({ from: 0, offsets: [0] })
    await fetch({ from: 0, offsets: [0] })
    expect(failures).toMatchObject([{ message: 'broken' }])
    expect(told.filter(line => line.startsWith('batch'))).toHaveLength(1)
  })
  test('joined again while a batch is under way: its answer is nobody’s any more', async () => {
    const gate = Promise.withResolvers<void>()
    const { told, join, fetch } = setUp(async batch => {
      await gate.promise
      return onwards(batch)
    })
    await join()
    const fetching = fetch({ from: 0, offsets: [0] })
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/^batch/))
    const joining = join()
    gate.resolve()
    await Promise.all([fetching, joining])
    expect(told.slice(5)).toEqual(['pause', 'revoked', 'assigned', 'seek 0', 'resume'])
  })
})

describe('a handler that takes longer than the budget', () => {
  /** Its first answer is held back. */
  function held(options: { readonly patience?: number } = {}) {
    const gate = Promise.withResolvers<BatchAnswer | null>()
    let batches = 0
    let held: Batch | undefined
    const setting = setUp(
      async batch => {
        batches += 1
        if (batches > 1) return onwards(batch)
        held = batch
        return (await gate.promise) ?? onwards(batch)
      },
      [0],
      { budget: 20, ...options },
    )
    return { ...setting, gate, batch: () => held }
  }

  test('lets kafkajs go on, its own partition paused; then seek and resume where it stands', async () => {
    const { told, join, hand, fetch, gate, settled } = held()
    await join()
    told.length = 0
    await hand({ from: 0, offsets: [0, 1, 2] })
    expect(told).toEqual(['batch 0–2: 0,1', 'pause'])
    // What was fetched before the pause: nothing else of the partition is begun, wherever it begins.
    await hand({ from: 0, offsets: [0, 1, 2] })
    await hand({ from: 7, offsets: [7] })
    expect(told).toHaveLength(2)
    gate.resolve(null)
    await settled()
    expect(told.slice(2)).toEqual(['batch 2–3: 2', 'seek 3', 'resume'])
    await fetch({ from: 3, offsets: [3] })
    expect(told.slice(5)).toEqual(['batch 3–4: 3', 'resolve 3'])
  })
  test.each([
    ['restart', ['pause', 'assigned', 'seek 0', 'resume']],
    ['halted', ['pause']],
  ] as const)('%s: as if kafkajs had waited', async (kind, then) => {
    const { told, join, hand, gate, settled } = held()
    await join()
    await hand({ from: 0, offsets: [0, 1, 2] })
    told.length = 0
    gate.resolve({ kind })
    await settled()
    expect(told).toEqual(then)
  })
  test('joined again meanwhile: waited for, revoked, and only then assigned; its answer is nobody’s', async () => {
    const { told, join, hand, gate, batch } = held()
    await join()
    await hand({ from: 0, offsets: [0, 1, 2] })
    told.length = 0
    const joining = join()
    await new Promise(setImmediate)
    expect(told).toEqual(['pause'])
    expect(batch()?.signal.aborted).toBe(true)
    gate.resolve(null)
    await joining
    expect(told).toEqual(['pause', 'revoked', 'assigned', 'seek 0', 'resume'])
  })
  test('told to end: waited for, and not resumed', async () => {
    const { told, join, hand, gate, session, commits } = held()
    await join()
    await hand({ from: 0, offsets: [0, 1] })
    told.length = 0
    let ended = false
    const ending = session.end().then(() => {
      ended = true
    })
    await new Promise(setImmediate)
    expect([ended, told]).toEqual([false, ['pause']])
    gate.resolve(null)
    await ending
    expect(told).toEqual(['pause'])
    expect(commits.join()).toContain('"offset":"2"')
  })
  test('a heartbeat that fails: asked again, unless the group is joined anew', async () => {
    for (const [type, again] of [
      ['REBALANCE_IN_PROGRESS', false],
      ['NETWORK_EXCEPTION', true],
    ] as const) {
      const gate = Promise.withResolvers<void>()
      const { told, failures, join, hand, settled } = setUp(
        async batch => {
          await gate.promise
          await batch.heartbeat()
          return onwards(batch)
        },
        [0],
        { budget: 20 },
      )
      await join()
      const heartbeat = () => Promise.reject(Object.assign(new Error('lost'), { type }))
      await hand({ from: 0, offsets: [0], heartbeat })
      told.length = 0
      gate.resolve()
      await settled()
      expect(told).toEqual(again ? ['pause', 'assigned', 'seek 0', 'resume'] : [])
      expect(failures).toEqual([])
    }
  })
  describe('in its time', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())
    test.each([
      ['without a heartbeat for longer than its patience: the membership is lost', false],
      ['with heartbeats: it may take as long as it likes', true],
    ])('%s', async (_name, beats) => {
      const { join, hand, gate, batch, settled, session, losses } = held({ patience: 100 })
      await join()
      const handed = hand({ from: 0, offsets: [0] })
      await vi.advanceTimersByTimeAsync(20)
      await handed
      for (let passed = 0; passed < 1000; passed += 50) {
        await vi.advanceTimersByTimeAsync(50)
        if (beats) await batch()?.heartbeat()
      }
      gate.resolve(null)
      await settled()
      expect(losses).toMatchObject(beats ? [] : [{ code: 'timeout', retryable: true }])
      await session.end()
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

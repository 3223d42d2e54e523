import { setTimeout } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { expect, test } from 'vitest'
import { scan } from './scan.ts'

interface Run {
  eachBatch(given: object): Promise<void>
}

/** A client of one partition that only notes where it is told to fetch on. */
function fakeKafka() {
  const seeks: string[] = []
  const listeners = new Map<string, (event: object) => void>()
  const running = Promise.withResolvers<Run>()
  const consumer = {
    events: { CRASH: 'crash', GROUP_JOIN: 'join' },
    on: (event: string, listener: (event: object) => void) => void listeners.set(event, listener),
    connect: async () => undefined,
    subscribe: async () => undefined,
    disconnect: async () => undefined,
    run: async (run: Run) => running.resolve(run),
    pause: () => undefined,
    seek: ({ offset }: { readonly offset: string }) => void seeks.push(offset),
  }
  return {
    kafka: { consumer: () => consumer } as unknown as Kafka,
    seeks,
    join: () => listeners.get('join')?.({ payload: { memberAssignment: { topic: [0] } } }),
    /** Resolves as soon as kafkajs would fetch on; rejects where it would join anew. */
    async hand(from: number, to: number, heartbeat = async () => undefined as unknown) {
      const { eachBatch } = await running.promise
      const offsets = Array.from({ length: to - from }, (_, at) => String(from + at))
      const messages = offsets.map(offset => ({
        offset,
        timestamp: '0',
        key: null,
        value: null,
        headers: {},
      }))
      const batch = {
        topic: 'topic',
        partition: 0,
        fetchedOffset: String(from),
        messages,
        lastOffset: () => offsets.at(-1),
      }
      await eachBatch({ batch, heartbeat, resolveOffset: () => undefined, pause: () => undefined })
    },
  }
}

test('what was under way when the membership ended is given once', async () => {
  const { kafka, seeks, join, hand } = fakeKafka()
  const options = { kafka, group: 'reader', portName: (name: string) => name, heartbeatInterval: 5 }
  const records = scan(
    [{ topic: 'topic', partition: 0, start: 2, end: 8 }],
    options,
    new AbortController().signal,
  )
  const given: number[] = []
  const take = async () => given.push((await records.next()).value?.offset)
  const first = take()
  join()
  const lost = expect(hand(0, 5, async () => Promise.reject(new Error('rebalance')))).rejects.toThrow(
    'rebalance',
  )
  await first
  await setTimeout(20)
  await lost
  join()
  const again = hand(2, 6)
  for (let at = 0; at < 3; at += 1) await take()
  const last = take()
  await again
  const rest = hand(6, 8)
  await last
  await take()
  expect((await records.next()).done).toBe(true)
  await rest
  expect(given).toEqual([2, 3, 4, 5, 6, 7])
  expect(seeks).toEqual(['2', '2'])
})

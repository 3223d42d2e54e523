import { describe, expect, test, vi } from 'vitest'
import { misconfigured, unavailable } from '../../ports/errors.ts'
import { partitionOf } from '../../ports/murmur2.ts'
import type { AddressedRecord } from './pieces.ts'
import { createProducer } from './producer.ts'
import type { Sender } from './sender.ts'

const texts = (records: readonly AddressedRecord[]) => records.map(({ message }) => String(message.value))

/** Until what was sent so far is under way. */
const turn = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))

function setUp(fault: (texts: readonly string[]) => Error | null = () => null, senders = 1) {
  const sent: string[][] = []
  const state = { atOnce: 0, most: 0, closed: 0 }
  const sender: Sender = {
    async send(records) {
      state.atOnce += 1
      state.most = Math.max(state.most, state.atOnce)
      await new Promise(resolve => setTimeout(resolve, 20))
      state.atOnce -= 1
      sent.push(texts(records))
      const error = fault(texts(records))
      if (error !== null) throw error
    },
    async close() {
      state.closed += 1
    },
  }
  const { producer, close } = createProducer({
    senders: Array.from({ length: senders }, () => sender),
    partitions: async topic => {
      if (topic === 'missing') throw misconfigured('no such topic')
      return 4
    },
    topicName: topic => `pre-${topic}`,
    forget: () => undefined,
  })
  const record = (text: string, topic = 'topic') => ({
    topic,
    key: text,
    value: Buffer.from(text),
    headers: {},
  })
  const send = (text: string, topic?: string) => producer.send([record(text, topic)])
  return { send, sent, state, close, producer, record }
}

describe('a producer', () => {
  test('sends together what waits, in order, one request at a time', async () => {
    const { send, sent, state } = setUp()
    const calls = ['a', 'b', 'c', 'd'].map(text => send(text))
    await Promise.all(calls)
    expect(sent.flat()).toEqual(['a', 'b', 'c', 'd'])
    expect(sent.length).toBeLessThan(4)
    expect(state.most).toBe(1)
  })
  test('several senders work side by side', async () => {
    const { send, sent, state } = setUp(() => null, 2)
    const first = send('a')
    await turn()
    await Promise.all([first, send('b'), send('c')])
    expect(sent.flat().sort()).toEqual(['a', 'b', 'c'])
    expect(state.most).toBe(2)
  })
  test('who is refused for good hears it alone', async () => {
    const { send } = setUp(sent => (sent.includes('bad') ? misconfigured('too large') : null))
    const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map(text => send(text)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'configuration' } })
  })
  test('what may be written or not is told to all who were in it', async () => {
    const { send, sent } = setUp(() => unavailable('gone'))
    const outcomes = await Promise.allSettled(['a', 'b'].map(text => send(text)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { retryable: true } })
    expect(sent.flat()).toEqual(['a', 'b'])
  })
  test('what looks like a bug of the client is sent again, for half a minute at most', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const { producer, record, send } = setUp(sent =>
      sent.includes('bad') ? new TypeError('of undefined') : null,
    )
    const [bad, other] = [[record('bad')], [record('bad')]]
    const outcome = async (records: Parameters<typeof producer.send>[0]) => {
      const [told] = await Promise.allSettled([producer.send(records), send('good')])
      return told
    }
    expect(await outcome(bad)).toMatchObject({ reason: { retryable: true } })
    clock.mockReturnValue(29_999)
    expect(await outcome(bad)).toMatchObject({ reason: { retryable: true } })
    clock.mockReturnValue(30_000)
    expect(await outcome(bad)).toMatchObject({ reason: { code: 'corrupt', retryable: false } })
    expect(await outcome(other)).toMatchObject({ reason: { retryable: true } })
    clock.mockRestore()
  })
  test('one partition that takes nothing fills the others with no repeats', async () => {
    let away = true
    const { producer, record, sent } = setUp(texts => (away && texts.includes('a') ? unavailable('a') : null))
    const texts = Array.from('abcdefghij')
    const given = texts.map(text => record(text))
    const times = (text: string) => sent.flat().filter(one => one === text).length
    const own = partitionOf(Buffer.from('a'), 4)
    const others = texts.filter(text => partitionOf(Buffer.from(text), 4) !== own)
    expect(others.length).toBeGreaterThan(3)
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const [told] = await Promise.allSettled([
        producer.send(given),
        producer.send([record(`other ${attempt}`)]),
      ])
      expect(told).toMatchObject({ reason: { retryable: true } })
    }
    expect(times('a')).toBe(10)
    // Once with all, and once by itself.
    for (const text of others) expect([1, 2]).toContain(times(text))
    away = false
    const before = sent.length
    await producer.send(given)
    expect(sent.slice(before)).toEqual([texts.filter(text => !others.includes(text))])
    await producer.send(given)
    expect(sent.at(-1)).toEqual(texts)
  })
  test('a missing topic is not even tried', async () => {
    const { send, sent } = setUp()
    const [missing, there] = await Promise.allSettled([send('a', 'missing'), send('b')])
    expect(missing).toMatchObject({ reason: { code: 'configuration' } })
    expect(there.status).toBe('fulfilled')
    expect(sent).toEqual([['b']])
  })
  test('closing ends what is under way and refuses the rest', async () => {
    const { send, close, state } = setUp()
    const first = send('a')
    await turn()
    const second = expect(send('b')).rejects.toMatchObject({ retryable: true })
    await close()
    await first
    await second
    await expect(send('c')).rejects.toMatchObject({ retryable: true })
    expect(state.closed).toBe(1)
  })
})

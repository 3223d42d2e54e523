import { expect, test, vi } from 'vitest'
import type { SharedAdmin } from './admin.ts'
import { portError } from './errors.ts'
import { createOffsets } from './offsets.ts'

/** Brokers that know of topics, or for a while don't. */
function setUp() {
  const there = { topic: true }
  const found = <T>(answer: T) => {
    if (there.topic) return answer
    throw Object.assign(new Error('no such'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
  }
  const admin = {
    fetchTopicMetadata: async () => found({ topics: [{ partitions: [{}, {}] }] }),
    fetchTopicOffsets: async () => found([{ partition: 0, low: '0', high: '5' }]),
    fetchOffsets: async () => found([{ partitions: [] }]),
  }
  const ask: SharedAdmin['ask'] = async (what, call) => {
    try {
      return await call(admin as never)
    } catch (error) {
      throw portError(what, error)
    }
  }
  const offsets = createOffsets({ ask })
  const place = () => offsets.place({ topic: 'topic', partition: 0 }, { offset: 0, timestamp: null }, 'group')
  return { there, offsets, place }
}

test('a topic that was never there is refused at once', async () => {
  const { there, offsets, place } = setUp()
  there.topic = false
  await expect(place()).rejects.toMatchObject({ code: 'configuration', retryable: false })
  await expect(offsets.partitions('topic')).rejects.toMatchObject({ code: 'configuration' })
})

test('one that was there is waited for, half a minute from when it was first missed', async () => {
  const { there, offsets, place } = setUp()
  expect(await offsets.partitions('topic')).toBe(2)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
  there.topic = false
  await expect(place()).rejects.toMatchObject({ retryable: true, message: expect.stringMatching('no topic') })
  clock.mockReturnValue(29_999)
  await expect(place()).rejects.toMatchObject({ retryable: true })
  there.topic = true
  expect(await place()).toMatchObject({ start: 0, end: 5 })
  there.topic = false
  clock.mockReturnValue(40_000)
  await expect(place()).rejects.toMatchObject({ retryable: true })
  await expect(offsets.partitions('topic')).rejects.toMatchObject({ retryable: true })
  clock.mockReturnValue(70_000)
  await expect(place()).rejects.toMatchObject({ code: 'configuration', retryable: false })
  clock.mockRestore()
})

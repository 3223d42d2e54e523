import type { Kafka } from 'kafkajs'
import { expect, test, vi } from 'vitest'
import { misconfigured } from '../../ports/errors.ts'
import { silent } from '../../ports/logger.ts'
import { createConsumer } from './consumer.ts'

/** A consumer whose every life fails before it joined; each pause between two takes as long as it says. */
function failing(error: Error) {
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const told: object[] = []
  const client = {
    on: () => () => undefined,
    events: {},
    disconnect: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    seek: () => undefined,
  }
  const consumer = createConsumer({
    kafka: { consumer: () => client } as unknown as Kafka,
    group: 'group',
    topics: ['topic'],
    portName: name => name,
    batchRecords: 1,
    check: () => Promise.reject(error),
    logger: { ...silent, warn: fields => void told.push(fields) },
    time: {
      async sleep(delay) {
        now += delay
      },
    },
  })
  const handler = {
    assigned: () => Promise.reject(new Error('never joined')),
    batch: () => Promise.reject(new Error('never joined')),
    revoked: () => Promise.reject(new Error('never joined')),
  }
  const running = consumer.run(handler).finally(() => clock.mockRestore())
  return { running, told, took: () => now }
}

test('what looks like a bug of the client is tried again for half a minute, then ends it', async () => {
  const { running, told, took } = failing(new TypeError('Cannot read properties of undefined'))
  await expect(running).rejects.toMatchObject({ code: 'corrupt', retryable: false })
  expect(told.length).toBeGreaterThan(3)
  expect(took()).toBeGreaterThanOrEqual(30_000)
  expect(took()).toBeLessThan(40_000)
})

test('what somebody has to change ends it at once', async () => {
  const { running, told } = failing(misconfigured('there is no topic'))
  await expect(running).rejects.toMatchObject({ code: 'configuration' })
  expect(told).toEqual([])
})

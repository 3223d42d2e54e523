import { expect, test } from 'vitest'
import { misconfigured, unavailable } from '../../ports/errors.ts'
import type { LogRecord } from '../../ports/log.ts'
import { silent } from '../../ports/logger.ts'
import { type ConsumerSource, createConsumer } from './consumer.ts'

const record: LogRecord = { offset: 0, timestamp: 0, key: null, value: null, headers: {} }

/** One partition of one record, whose reads come to `errors` first. */
function failing(errors: unknown[]) {
  const waits: object[] = []
  const source: ConsumerSource = {
    partitions: [{ topic: 'rfis', partition: 2 }],
    wake: { generation: () => 0, notify: () => undefined, wait: () => Promise.resolve() },
    logger: { ...silent, warn: (fields, event) => waits.push({ event, ...fields }) },
    read: () => {
      if (errors.length > 0) throw errors.shift()
      return [record]
    },
    hint: () => undefined,
  }
  const consumer = createConsumer(source)
  const running = consumer.run({
    assigned: async () => ({ kind: 'from', offset: 0 }),
    async batch({ to }) {
      void consumer.stop()
      return { kind: 'advanced', next: to }
    },
    revoked: async () => undefined,
  })
  return { running, waits }
}

test('a log that can not be read for now is waited for, and that is told', async () => {
  const { running, waits } = failing([unavailable('router.db is being written by another process')])
  await running
  expect(waits).toEqual([
    {
      event: 'waiting',
      what: 'reading rfis/2',
      attempt: 1,
      delay: 250,
      error: 'PortError: router.db is being written by another process',
    },
  ])
})

test('an error that waiting can not mend ends the consumer', async () => {
  const { running, waits } = failing([misconfigured('no such file')])
  await expect(running).rejects.toMatchObject({ code: 'configuration' })
  expect(waits).toEqual([])
})

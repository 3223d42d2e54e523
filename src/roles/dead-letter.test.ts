import { expect, test } from 'vitest'
import { deadLetter } from './dead-letter.ts'
import type { Origin } from './role.ts'
import { topics } from './topics.ts'

const fault = { code: 'missing', field: 'rfiId', found: 'missing', expected: 'string' } as const
const from = (topic: Origin['topic']): Origin => ({
  topic,
  partition: 1,
  offset: 7,
  timestamp: Date.parse('2026-03-02T09:14:00.000Z'),
  bytes: new TextEncoder().encode('{}'),
  key: null,
})

test.each([
  [topics.rfis, '2026-03-09T09:14:00.000Z'],
  [topics.commands, null],
  [topics.profiles, null],
])('the bytes of a record of %s are kept until %s', (topic, removeAt) => {
  expect(deadLetter('router', from(topic), fault).write).toMatchObject({
    collection: 'dead',
    document: { _id: `${topic}/1@7`, removeAt },
  })
})

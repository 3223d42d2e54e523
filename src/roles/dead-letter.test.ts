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

const letterWith = (origin: Partial<Origin>, faults?: Parameters<typeof deadLetter>[3]) => {
  const { emission, write } = deadLetter('router', { ...from(topics.rfis), ...origin }, fault, faults)
  if (write.kind !== 'put' || write.collection !== 'dead') throw new Error('no dead letter')
  return { value: emission.value as Record<string, unknown>, document: write.document }
}

test('it names every fault once, at most 20 of them, and none at length', () => {
  const faults = Array.from({ length: 60 }, (_, at) => ({
    ...fault,
    field: at < 30 ? `field-${at}` : 'x'.repeat(100_000),
  }))
  const { value, document } = letterWith({}, [fault, fault, ...faults])
  expect(document.faults).toHaveLength(20)
  expect(document.faults.slice(0, 3).map(({ field }) => field)).toEqual(['rfiId', 'field-0', 'field-1'])
  expect(value).toMatchObject({ ...fault, faults: document.faults, redriveOf: null })
  const [, long] = letterWith({}, [fault, ...faults.slice(40)]).document.faults
  expect(long?.field).toHaveLength(300)
})

test('headers are kept, but for those of an earlier redrive, and not without end', () => {
  const redriven = { campaign: 'spring', 'redrive-of': 'rfis/0@1', 'redrive-time': 'x' }
  expect(letterWith({ headers: redriven, redriveOf: 'rfis/0@1' }).document).toMatchObject({
    headers: { campaign: 'spring' },
    redriveOf: 'rfis/0@1',
  })
  expect(letterWith({ headers: { long: 'x'.repeat(70_000) } }).document.headers).toEqual({})
})

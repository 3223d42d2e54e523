import { expect, test } from 'vitest'
import { originOf } from '../../test/support/role-bench.ts'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { deadLetter, largestRecord } from '../roles/dead-letter.ts'
import type { Role } from '../roles/role.ts'
import { type Topic, topicNames, topics } from '../roles/topics.ts'
import { readRecords } from './read.ts'

const anything: Role<unknown> = {
  name: 'projector',
  topics: topicNames,
  ready: () => Promise.resolve(),
  parse: (_topic, value) => ({ ok: true, value }),
  process: () => Promise.resolve({ writes: [], emissions: [], counts: {} }),
}

/** What becomes of a JSON text of so many bytes. */
async function fateOf(topic: Topic, size: number): Promise<string> {
  const value = new TextEncoder().encode(JSON.stringify('x'.repeat(size - 2)))
  const record = { offset: 0, timestamp: 0, key: null, value, headers: {} }
  const [reading] = await readRecords(anything, { topic, partition: 0 }, [record], jsonCodec)
  return reading?.kind === 'fault' ? reading.fault.code : 'read'
}

const foreign = [topics.profiles, topics.weights, topics.rfis, topics.commands]
test.each(foreign)('%s: a record of others is read up to the limit', async topic => {
  expect(await fateOf(topic, largestRecord)).toBe('read')
  expect(await fateOf(topic, largestRecord + 1)).toBe('too-large')
})

test.each([topics.status, topics.notices])(
  '%s: our own records are read whatever their size',
  async topic => {
    expect(await fateOf(topic, 3 * largestRecord)).toBe('read')
  },
)

test('a dead letter has its key, but none that could make it too large to send', () => {
  const fault = { code: 'invalid', field: '', found: 'a', expected: 'b' } as const
  const keyOf = (key: string) => deadLetter('router', originOf(topics.rfis, { key }), fault).emission.key
  expect(String(keyOf('rfi-1'))).toBe('rfi-1')
  expect(keyOf('x'.repeat(1_000_000))).toBeNull()
})

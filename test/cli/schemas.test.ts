import { afterAll, beforeAll, expect, test } from 'vitest'
import { avroTextOf } from '../../src/adapters/registry/avro-schema.ts'
import { topicNames } from '../../src/roles/topics.ts'
import { type FakeRegistry, fakeRegistry } from '../support/registry/fake-registry.ts'
import { run } from './run.ts'

let registry: FakeRegistry
beforeAll(async () => {
  registry = await fakeRegistry()
})
afterAll(() => registry.close())

const schemas = (...words: string[]) =>
  run(['schemas', ...words], {
    environment: { SCHEMA_REGISTRY_URL: registry.url, ROUTER_TOPIC_PREFIX: 'e-' },
  })
const statesOf = (stdout: string) =>
  Object.fromEntries(
    (JSON.parse(stdout).subjects as { topic: string; state: string }[]).map(({ topic, state }) => [
      topic,
      state,
    ]),
  )

test('what is missing is said, made once, and then there; what is theirs is left', async () => {
  registry.add('e-rfis-value', { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' })
  const theirs = { rfis: 'theirs' }
  const all = (state: string) => ({
    ...Object.fromEntries(topicNames.map(topic => [topic, state])),
    ...theirs,
  })

  const before = await schemas('check', '--json')
  expect([before.code, statesOf(before.stdout)]).toEqual([1, all('missing')])
  expect(before.stderr).toContain('schemas register')
  const made = await schemas('register', '--json')
  expect([made.code, statesOf(made.stdout)]).toEqual([0, all('made')])
  const again = await schemas('register', '--json')
  expect([again.code, statesOf(again.stdout)]).toEqual([0, all('there')])
  const table = await schemas('check')
  expect([table.code, table.stdout]).toEqual([0, expect.stringMatching(/e-rfis-value +theirs \(PROTOBUF\)/)])
})

test('one that others hold is said to be in the way', async () => {
  const another = await fakeRegistry()
  another.add('referrals-value', { schema: '{}', schemaType: 'JSON' })
  for (const topic of topicNames.filter(name => name !== 'referrals'))
    another.add(`${topic}-value`, { schema: avroTextOf(topic) })
  const ended = await run(['schemas', 'register'], { environment: { SCHEMA_REGISTRY_URL: another.url } })
  await another.close()
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain("can't become the next version of: referrals-value")
})

test('without a registry, and with one that is not there', async () => {
  const none = await run(['schemas', 'check'])
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('SCHEMA_REGISTRY_URL')])
  const gone = await run(['schemas', 'check'], { environment: { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' } })
  expect([gone.code, gone.stderr.trim().split('\n')]).toEqual([
    1,
    [expect.stringContaining("can't be reached")],
  ])
})

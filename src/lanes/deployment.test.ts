import { expect, it } from 'vitest'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeploymentDocument } from '../roles/documents/operations.ts'
import {
  adoptDeployment,
  checkDeployment,
  type Deployment,
  hasOtherSecret,
  noteDeployment,
  unreadableValues,
} from './deployment.ts'

/** A store that holds the one document. `rival` notes first, once. */
function bench(rival: Partial<Deployment> | null = null) {
  let noted: DeploymentDocument | null = null
  let waiting = rival
  const lines: string[] = []
  const logger = { debug() {}, info() {}, error() {}, warn: (_: object, event: string) => lines.push(event) }
  const store: Pick<Store<Collections>, 'get' | 'commit'> = {
    get: (async () => new Map(noted === null ? [] : [[noted._id, noted]])) as Store<Collections>['get'],
    async commit({ writes: [write] }) {
      if (waiting !== null) {
        noted = { ...own, ...waiting, _id: 'deployment', version: 1, customerSecret: null }
        waiting = null
      }
      if (write?.collection !== 'deployment' || write.kind === 'remove') throw new Error('not the deployment')
      const version = write.kind === 'replace' ? write.version : undefined
      if (noted?.version !== version)
        return { kind: 'conflict', collection: 'deployment', id: write.document._id }
      noted = write.document
      return { kind: 'committed' }
    },
  }
  const note = (changes: Partial<Deployment> = {}) =>
    noteDeployment({ ...own, ...changes }, { store, logger })
  return { store, lines, note, noted: () => noted }
}

const own: Deployment = {
  values: 'json',
  cluster: 'one',
  topicPrefix: 'a-',
  customerSecret: 'long and secret',
}

it('notes what the first worker has, never the secret, and the same goes on', async () => {
  const { note, noted, lines, store } = bench()
  await note()
  expect(noted()).toMatchObject({ version: 1, values: 'json', cluster: 'one', topicPrefix: 'a-' })
  expect(JSON.stringify(noted())).not.toContain(own.customerSecret)
  await note()
  expect(noted()?.version).toBe(1)
  expect(lines).toEqual([])
  expect(await hasOtherSecret(own, store)).toBe(false)
  expect(await hasOtherSecret({ customerSecret: 'another' }, store)).toBe(true)
  expect(await hasOtherSecret({ customerSecret: '' }, store)).toBe(true)
})

it.each([
  [
    { cluster: 'two' },
    /^the database belongs to the Kafka cluster one, and KAFKA_BROKERS are of two; .*store adopt/,
  ],
  [
    { topicPrefix: '' },
    /^the database belongs to the topic prefix a-, and ROUTER_TOPIC_PREFIX is ""; .*store adopt/,
  ],
] as const)('refuses %j', async (changes, message) => {
  const { store, note } = bench()
  await note()
  const refused = { code: 'configuration', retryable: false, message: expect.stringMatching(message) }
  await expect(checkDeployment({ ...own, ...changes }, store)).rejects.toMatchObject(refused)
  await expect(note(changes)).rejects.toMatchObject(refused)
})

it('values become Avro in one line, and never JSON again by themselves', async () => {
  const { store, note, noted, lines } = bench()
  await note()
  expect(await unreadableValues({ contentType: 'application/json' }, store)).toBeNull()
  await note({ values: 'avro' })
  await note({ values: 'avro' })
  expect(noted()).toMatchObject({ values: 'avro', version: 2 })
  expect(lines).toEqual(['values-are-avro-from-now-on'])
  await expect(note()).rejects.toThrow(/write Avro, and SCHEMA_REGISTRY_URL is not set/)
  expect(await unreadableValues({ contentType: 'application/json' }, store)).toMatch(/dead-lettered/)
  expect(await unreadableValues({ contentType: 'application/avro' }, store)).toBeNull()
})

it('goes by what another worker noted at the same time', async () => {
  const same = bench({ cluster: 'one' })
  await same.note()
  expect(same.noted()?.version).toBe(1)
  await expect(bench({ cluster: 'two' }).note()).rejects.toThrow(/belongs to the Kafka cluster two/)
})

it('brokers that tell no id are not held against one, and it is noted once it is told', async () => {
  const { note, noted } = bench()
  await note({ cluster: null })
  await note()
  await note({ cluster: null })
  expect(noted()).toMatchObject({ cluster: 'one', version: 2 })
})

it('is adopted as a whole, and says what that changed', async () => {
  const { store, note } = bench()
  await note()
  expect(await adoptDeployment(own, store)).toEqual([])
  const now: Deployment = { ...own, values: 'avro', cluster: 'two', customerSecret: '' }
  expect(await adoptDeployment(now, store)).toEqual([
    'Kafka cluster: one → two',
    'values: json → avro',
    'ROUTER_CUSTOMER_SECRET',
  ])
  await note(now)
  await expect(note()).rejects.toThrow(/belongs to the Kafka cluster two/)
})

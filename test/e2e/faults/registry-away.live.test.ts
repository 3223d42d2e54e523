import { afterAll, beforeAll, expect, test } from 'vitest'
import { registryClient } from '../../../src/adapters/registry/client.ts'
import { type RegistryCodec, registryCodec } from '../../../src/adapters/registry/codec.ts'
import { subjects } from '../../../src/adapters/registry/registration.ts'
import { topics } from '../../../src/roles/topics.ts'
import { jsonLines, type Running, start } from '../../cli/run.ts'
import { eventually } from '../../support/servers/eventually.ts'
import { type LocalRegistry, startRegistry } from '../../support/servers/registry.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { falling, names, profiles, rfi } from './input.ts'
import { Lines } from './lines.ts'
import { openStand, type Stand } from './stand.ts'

// A registry of its own: it is killed. The tests build on each other.
liveDescribe('a schema registry that goes away', { needs: ['kafka', 'mongodb'], own: ['registry'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  let registry: LocalRegistry
  let stand: Stand
  let worker: Running | null = null
  let codec: RegistryCodec
  /** Of a schema by which a producer writes that the worker hasn't met. */
  let newId: number

  const soon = (what: string, ask: () => Promise<boolean>) => eventually(what, ask, { within: 20_000 })
  const worked = async (ids: readonly string[]) => (await stand.store.get('rfis', ids)).size
  const sendRfi = (id: string, value: Uint8Array) =>
    stand.send([{ topic: topics.rfis, key: id, value, headers: {} }])
  const sendAvro = async (ids: readonly string[], change: object = {}) => {
    for (const id of ids) {
      const [value] = await codec.encode(topics.rfis, [{ ...rfi(id), ...change }])
      await sendRfi(id, value ?? new Uint8Array())
    }
  }
  const sendById = (id: string, schemaId: number) => {
    const header = Buffer.alloc(5)
    header.writeInt32BE(schemaId, 1)
    return sendRfi(id, Buffer.concat([header, Buffer.from(JSON.stringify(rfi(id)))]))
  }
  /** What the worker that runs has waited for. */
  const waits = () =>
    jsonLines(worker?.output.stderr ?? '').filter(({ msg, event }) => (event ?? msg) === 'waiting')
  const expectNothingDead = async () => expect(await stand.store.find('dead', { where: {} })).toEqual([])

  beforeAll(async () => {
    registry = await startRegistry()
    const client = registryClient(registry)
    await subjects(client, prefix, true)
    codec = registryCodec({ url: registry.url, topicPrefix: prefix })
    await codec.prepare([topics.rfis])
    const made = await fetch(`${registry.url}/subjects/${prefix}producer-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({
        schemaType: 'JSON',
        schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }),
      }),
    })
    newId = ((await made.json()) as { id: number }).id
    expect(newId).toBeGreaterThan(0)
    stand = await openStand({ brokers: kafkaBrokers, prefix, mongodbUri, sessionTimeout: 6000 })
    await stand.send(profiles())
    const first = await stand.startWorker({ codec })
    await stand.untilDrained()
    await first.stop()
  })
  afterAll(async () => {
    await worker?.stop()
    await stand?.close()
    await registry?.stop()
  })

  test('not there as the worker starts: it says what it waits for, and goes on when it is', async () => {
    await registry.kill()
    const ids = names('early', 4)
    await sendAvro(ids)
    worker = start(['worker', '--json'], {
      KAFKA_BROKERS: kafkaBrokers,
      MONGODB_URI: mongodbUri,
      SCHEMA_REGISTRY_URL: registry.url,
      ROUTER_TOPIC_PREFIX: prefix,
    })
    await soon('a wait that is told', async () => waits().length > 0)
    expect(waits()[0]).toMatchObject({
      what: expect.any(String),
      error: expect.stringMatching(/the schema registry can't be reached: connect ECONNREFUSED/),
    })
    expect(worker.output.stdout).not.toContain('ready')
    expect(await worked(ids)).toBe(0)
    await registry.restart()
    await worker.until('"event":"ready"')
    await stand.untilDrained()
    expect(await worked(ids)).toBe(ids.length)
    await expectNothingDead()
  })

  test('lost later: what is known goes on, also what was never written before', async () => {
    await registry.kill()
    const ids = names('known', 4)
    await sendAvro(ids)
    await sendAvro(['nobody'], { requestedPartners: ['unheard-of'] })
    await stand.untilDrained()
    expect(await worked([...ids, 'nobody'])).toBe(ids.length + 1)
    await expectNothingDead()
  })

  test('a record with a new schema id waits for the registry, and what follows it with it', async () => {
    const before = waits().length
    const [[fresh = ''], [behind = '']] = [falling(0, 'new', 1), falling(0, 'behind', 1)]
    await sendById(fresh, newId)
    await sendAvro([behind])
    await soon('a wait that is told', async () => waits().length > before)
    expect(await worked([fresh, behind])).toBe(0)
    await registry.restart()
    await stand.untilDrained()
    expect(await worked([fresh, behind])).toBe(2)
    await expectNothingDead()
    const ended = await worker?.stop()
    expect(ended).toMatchObject({ code: 0 })
    expect(jsonLines(ended?.stderr ?? '').filter(({ level }) => level === 'error')).toEqual([])
  })

  test('an id that nobody has: dead after the patience, and what follows it is worked', async () => {
    const lines = new Lines()
    const impatient = registryCodec({
      url: registry.url,
      topicPrefix: prefix,
      unknownSchemaPatience: 800,
      logger: lines,
    })
    const running = await stand.startWorker({ codec: impatient })
    const unknown = falling(0, 'unknown', 1)
    const behind = falling(0, 'after', 3)
    for (const id of unknown) await sendById(id, 0x7fff_fff0)
    await sendAvro(behind)
    await stand.untilDrained()
    expect(lines.of('schema-unknown')[0]).toMatchObject({ schemaId: 0x7fff_fff0, patience: 800 })
    expect(running.lines.waits().join('\n')).toMatch(/router\/rfis\/0: .*knows no schema 2147483632 yet/)
    expect(await stand.store.find('dead', { where: {} })).toMatchObject([
      { role: 'router', code: 'unknown-schema' },
    ])
    expect(await worked([...unknown, ...behind])).toBe(behind.length)
    await running.stop()
    expect(running.lines.halts()).toEqual({})
  })
})

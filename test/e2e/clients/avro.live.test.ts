import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { registryCodec } from '../../../src/adapters/registry/codec.ts'
import { topicShapes } from '../../../src/roles/topic-shapes.ts'
import { type Topic, topics } from '../../../src/roles/topics.ts'
import { run } from '../../cli/run.ts'
import type { JsonObject } from '../../support/samples.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { asJson, type Got, type Sent } from './client.ts'
import { confluentAvro } from './confluent-avro.ts'
import { byPlace, expectHeaders, expectKeys, expectLetters } from './expectations.ts'
import { command, profile, rfi, traceOf } from './inputs.ts'
import { javaConsole } from './java-console.ts'
import { type PlatformaticClient, platformatic } from './platformatic.ts'
import { openWorld, partitions, type World } from './world.ts'

const avscOf = (topic: Topic) =>
  JSON.parse(readFileSync(new URL(`../../../schemas/${topic}.avsc`, import.meta.url), 'utf8'))

const moment = { type: 'long', logicalType: 'timestamp-millis' }
const texts = { type: 'array', items: 'string' }
const record = (name: string, fields: object[]) => ({ type: 'record', name, fields })

/** What a producer that began before us may have registered for `rfis`: fewer fields than ours has. */
const olderRfi = {
  ...record('Rfi', [
    { name: 'rfiId', type: 'string' },
    { name: 'occurredAt', type: moment },
    { name: 'channel', type: 'string' },
    { name: 'customer', type: record('RfiCustomer', [{ name: 'country', type: 'string' }]) },
    { name: 'need', type: record('Need', [{ name: 'keywords', type: texts, default: [] }]) },
    { name: 'requestedPartners', type: texts, default: [] },
    {
      name: 'consent',
      type: ['null', record('RfiConsent', [{ name: 'shareWithPartners', type: 'boolean', default: false }])],
      default: null,
    },
  ]),
  namespace: 'referralrouter',
}

/** A schema of a producer's own: other names of types, other order, fewer fields, moments as text, one field too many. */
const ownRfi = {
  ...record('Lead', [
    { name: 'score', type: 'int' },
    { name: 'consent', type: record('Ok', [{ name: 'shareWithPartners', type: 'boolean' }]) },
    { name: 'requestedPartners', type: texts },
    { name: 'need', type: record('Wish', [{ name: 'title', type: 'string' }]) },
    { name: 'customer', type: record('Buyer', [{ name: 'country', type: 'string' }]) },
    { name: 'channel', type: { type: 'enum', name: 'Channel', symbols: ['seller', 'marketing'] } },
    { name: 'occurredAt', type: 'string' },
    { name: 'rfiId', type: 'string' },
  ]),
  namespace: 'com.example.crm',
}

const commandProto = `syntax = "proto3";
package crm;
message Command {
  string command_id = 1; string referral_id = 2; string partner_id = 3; string occurred_at = 4; string type = 5;
  Engagement engagement = 6;
}
message Engagement { string name = 1; }`

const text = (field: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, Buffer.byteLength(value)]), Buffer.from(value)])

/** By hand, as nobody's library: a zero for the first message of the file, then the fields. */
function commandAsProtobuf(value: JsonObject): Buffer {
  const names = ['commandId', 'referralId', 'partnerId', 'occurredAt', 'type']
  const engagement = text(1, String((value.engagement as JsonObject).name))
  const fields = names.map((name, at) => text(at + 1, String(value[name])))
  return Buffer.concat([Buffer.from([0]), ...fields, text(6, engagement.toString())])
}

const traced = (id: string, value: Buffer): Sent => ({
  key: id,
  value,
  headers: { traceparent: traceOf(id) },
})

liveDescribe("other people's clients, with a registry", () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers, schemaRegistryUrl } = servers()
  const topic = (name: Topic) => prefix + name
  const subject = (name: string) => `${prefix}${name}-value`
  const registry = confluentAvro(schemaRegistryUrl)
  const partners = ['acme', 'bolt'] as const
  let world: World
  let theirs: PlatformaticClient
  let java: Awaited<ReturnType<typeof javaConsole>>
  let olderId = 0

  beforeAll(async () => {
    theirs = platformatic(kafkaBrokers, { prefix, partitions })
    java = await javaConsole(kafkaBrokers, { prefix })
    olderId = await registry.register(subject('rfis'), olderRfi)
    await registry.setCompatibility(subject('rfis'), 'FULL')
    const environment = { SCHEMA_REGISTRY_URL: schemaRegistryUrl, ROUTER_TOPIC_PREFIX: prefix }
    expect(await run(['schemas', 'register'], { environment })).toMatchObject({ code: 0, stderr: '' })
    // Long enough to be waited for, and short enough to wait for it here.
    const codec = registryCodec({
      url: schemaRegistryUrl,
      topicPrefix: prefix,
      unknownSchemaPatience: 300,
    })
    world = await openWorld({ brokers: kafkaBrokers, mongodbUri, prefix, codec })
  })
  afterAll(async () => {
    await theirs?.close()
    await world?.close()
  })

  const read = async (name: Topic): Promise<Got[]> =>
    await theirs.read(topic(name), await theirs.count(topic(name)))
  const events = async (name: Topic) =>
    await Promise.all(
      (await read(name)).map(async record => ({
        record,
        value: (await registry.decode(record.value)) as Record<string, unknown>,
      })),
    )
  /** By the schema that `schemas register` put there, and by what lies in `schemas/`. */
  const byOurs = async (name: Topic, value: object): Promise<Buffer> => {
    const { id, schema } = await registry.latest(subject(name))
    expect(JSON.parse(schema)).toEqual(avscOf(name))
    return registry.encode(id, avscOf(name), value)
  }

  const rfiIds = ['ours', 'older', 'newer', 'own', 'json-schema', 'json', 'after-bad']

  it('takes what is written by our schemas, older and newer ones, and their own', async () => {
    const profiles = await Promise.all(
      partners.map(async id => traced(`${id}/PT`, await byOurs(topics.profiles, profile(id)))),
    )
    await theirs.send(topic(topics.profiles), profiles, 'zstd')
    await world.work(['directory'])
    expect(await world.store.count('profiles', {})).toBe(partners.length)

    const ofId = (id: string) => rfi(id, partners)
    const ours = await byOurs(topics.rfis, ofId('ours'))
    // A producer that is ahead of us: one more field that may be absent.
    const { fields, ...rest } = avscOf(topics.rfis)
    const mood = { name: 'mood', type: ['null', 'string'], default: null }
    const newer = { ...rest, fields: [...fields, mood] }
    const newerId = await registry.register(subject('rfis'), newer)
    const ownId = await registry.register(subject('crm-leads'), ownRfi)
    const jsonSchema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }
    const jsonId = await registry.register(subject('crm-json'), jsonSchema, 'JSON')
    const own = { ...ofId('own'), score: 7, need: { title: 'Stock' } }
    const values: Record<string, Buffer> = {
      ours,
      older: registry.encode(olderId, olderRfi, ofId('older')),
      newer: registry.encode(newerId, newer, { ...ofId('newer'), mood: 'good' }),
      own: registry.encode(ownId, ownRfi, own),
      'json-schema': registry.withId(jsonId, asJson(ofId('json-schema'))),
    }
    const sent = Object.entries(values).map(([id, value]) => traced(id, value))
    await theirs.send(topic(topics.rfis), sent, 'lz4')
    const plain = traced('json', asJson(ofId('json')))
    await (typeof java === 'string' ? theirs : java).send(topic(topics.rfis), [plain], 'gzip')

    const truncated = ours.subarray(0, ours.length - 20)
    const bad = [
      truncated,
      registry.withId(2 ** 31 - 2, Buffer.from('x')),
      Buffer.from([1, 2, 3]),
      Buffer.from([0, 1]),
      Buffer.from([0xff, 0xfe]),
    ]
    const badRecords = bad.map((value, at) => ({ key: `bad-${at}`, value }))
    const after = traced('after-bad', registry.encode(newerId, newer, { ...ofId('after-bad'), mood: null }))
    await theirs.send(topic(topics.rfis), [...badRecords, after], 'gzip')
    await world.work(['router'])
    expect((await world.store.get('rfis', rfiIds)).size).toBe(rfiIds.length)
    expect(await world.store.count('referrals', {})).toBe(rfiIds.length * partners.length)
  })

  it('takes commands as Avro and as Protobuf', async () => {
    const id = await registry.register(subject('crm-commands'), commandProto, 'PROTOBUF')
    const commands = await Promise.all(
      rfiIds.flatMap(rfiId => [
        byOurs(topics.commands, command(`${rfiId}:acme`, 'accept')).then(value =>
          traced(`${rfiId}:acme`, value),
        ),
        traced(`${rfiId}:bolt`, registry.withId(id, commandAsProtobuf(command(`${rfiId}:bolt`, 'accept')))),
      ]),
    )
    await theirs.send(topic(topics.commands), commands, 'snappy')
    await world.work(['referral', 'projector'])
    expect(await world.store.count('referrals', { status: 'Active' })).toBe(rfiIds.length * partners.length)
  })

  it('tells in Avro what avsc reads by the id in the bytes', async () => {
    const causes = new Map([
      ...byPlace(topics.rfis, await read(topics.rfis)),
      ...byPlace(topics.commands, await read(topics.commands)),
    ])
    const [status, referrals, letters] = await Promise.all(
      [topics.status, topics.referrals, topics.deadLetters].map(events),
    )
    const types = (status ?? []).map(({ value }) => `${value.referralId} ${value.version} ${value.type}`)
    const life = ['1 referral.routed', '2 referral.accepted']
    const expected = rfiIds.flatMap(id =>
      partners.flatMap(partner => life.map(each => `${id}:${partner} ${each}`)),
    )
    expect(types.sort()).toEqual(expected.sort())
    expect(referrals?.length).toBe(rfiIds.length * partners.length)
    for (const [name, all = []] of [
      [topics.status, status],
      [topics.referrals, referrals],
    ] as const) {
      const values = new Map(all.map(({ record, value }) => [record, value]))
      const records = [...values.keys()]
      expectKeys(records, record => values.get(record)?.partnerId)
      const type = (record: Got) => String(values.get(record)?.type)
      expectHeaders(records, causes, { contentType: 'application/avro', type })
      for (const value of values.values())
        expect(topicShapes[name].schema.safeParse(value).error).toBeUndefined()
    }
    const { id } = await registry.latest(subject('referrals'))
    expect(new Set(referrals?.map(({ record }) => record.value?.readInt32BE(1)))).toEqual(new Set([id]))
    const ours = referrals?.find(({ value }) => value.referralId === 'ours:acme')?.value
    expect(ours).toMatchObject({
      rfiId: 'ours',
      location: { locationId: 'acme/PT/lisboa', contact: { email: 'r@acme.example' } },
      need: { title: 'Stock', products: ['DynamicsAX,GP,NAV,SL'] },
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    const codes = ['invalid', 'invalid', 'malformed-json', 'malformed-utf8', 'unknown-schema']
    expect(expectLetters(letters ?? [], causes)).toEqual(codes.map(code => `rfis ${code}`))
  })

  it("shows keys, headers, bytes and times in Java's console consumer", async context => {
    if (typeof java === 'string') return context.skip(java)
    const records = await read(topics.referrals)
    const shown = await java.read(topic(topics.referrals), records.length)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown).toEqual(records.map(record => ({ ...record, timestamp: expect.any(Number) })))
  })
})

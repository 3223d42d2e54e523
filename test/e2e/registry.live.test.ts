import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import protobuf from 'protobufjs'
import { beforeAll, expect, test } from 'vitest'
import { avroSchemaOf, avroTextOf } from '../../src/adapters/registry/avro-schema.ts'
import { registryClient } from '../../src/adapters/registry/client.ts'
import { registryCodec } from '../../src/adapters/registry/codec.ts'
import { jsonSchemaOf } from '../../src/adapters/registry/json-schema.ts'
import { isInOrder, subjects } from '../../src/adapters/registry/registration.ts'
import { parseTimestamp, toTimestamp } from '../../src/domain/time.ts'
import type { Decoded } from '../../src/ports/codec.ts'
import { topicShapes } from '../../src/roles/topic-shapes.ts'
import { type Topic, topicNames } from '../../src/roles/topics.ts'
import { fc } from '../support/property.ts'
import { arbitraryOf, fitsAvsc } from '../support/registry/arbitrary.ts'
import { rfiSample } from '../support/samples.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'

liveDescribe('a schema registry', { needs: ['registry'] }, () => {
  const { prefix } = scratch()
  const { schemaRegistryUrl: url } = servers()
  const client = registryClient({ url })
  const codec = registryCodec({ url, topicPrefix: prefix })
  const theirs = new SchemaRegistry({ host: url })

  beforeAll(async () => {
    const before = await subjects(client, prefix, false)
    expect(new Set(before.map(({ state }) => state.kind))).toEqual(new Set(['missing']))
    const made = await subjects(client, prefix, true)
    expect(new Set(made.map(({ state }) => state.kind))).toEqual(new Set(['made']))
    expect(new Set(made.map(({ compatibility }) => compatibility))).toEqual(new Set(['FULL']))
  })

  test('registering again changes nothing', async () => {
    const [once, twice] = [await subjects(client, prefix, true), await subjects(client, prefix, false)]
    expect(once).toEqual(twice)
    expect(once.every(isInOrder)).toBe(true)
    expect(once.map(({ state }) => state.kind)).toEqual(topicNames.map(() => 'there'))
  })

  test.each(topicNames)('%s: what we write others read, and the other way about', async topic => {
    const { schema } = topicShapes[topic]
    // Of a large shape few made-up values fit what only the parser and Avro know of it.
    const samples = fc.sample(arbitraryOf(jsonSchemaOf(topic)), { numRuns: 400, seed: 7 })
    const values = samples.flatMap(value => {
      const parsed = schema.safeParse(value)
      return parsed.success && fitsAvsc(parsed.data) ? [parsed.data] : []
    })
    expect(values.length).toBeGreaterThan(5)
    values.splice(60)
    const ours = await codec.encode(topic, values)
    const id = Buffer.from(ours[0] ?? []).readInt32BE(1)
    const foreign = await Promise.all(values.map(value => theirs.encode(id, asNumbers(topic, value))))
    const read = await Promise.all(ours.map(bytes => theirs.decode(Buffer.from(bytes))))
    expect(read.map(value => schema.parse(asTexts(topic, value)))).toEqual(values)
    expect((await codec.decode(topic, foreign)).map(each => schema.parse(readAs(each)))).toEqual(values)
  })

  test('the next version may have one more field that can be absent; one that cannot is refused', async () => {
    const subject = `${prefix}referrals-value`
    const grown = (field: object) => {
      const { fields, ...rest } = avroSchemaOf('referrals')
      return JSON.stringify({ ...rest, fields: [...fields, field] })
    }
    expect(await client.compatible(subject, grown({ name: 'more', type: 'string' }))).toMatchObject({
      compatible: false,
    })
    const next = grown({ name: 'more', type: ['null', 'string'], default: null })
    expect(await client.compatible(subject, next)).toMatchObject({ compatible: true })
    expect((await client.register(subject, next)).kind).toBe('registered')
    // A worker of the older version finds its own still.
    const older = await registryCodec({ url, topicPrefix: prefix }).encode('referrals', [])
    expect(older).toEqual([])
    expect(await client.lookup(subject, avroTextOf('referrals'))).toMatchObject({ version: 1 })
  })

  test("producers' own schemas: JSON Schema and Protobuf", async () => {
    const asJson = await theirs.register(
      {
        type: SchemaType.JSON,
        schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }),
      },
      { subject: `${prefix}json-value` },
    )
    const proto =
      'syntax = "proto3"; package shop; message Rfi { string rfi_id = 1; string occurred_at = 2; string channel = 3;' +
      ' Customer customer = 4; Need need = 5; } message Customer { string country = 1; } message Need { repeated string keywords = 1; }'
    const asProto = await theirs.register(
      { type: SchemaType.PROTOBUF, schema: proto },
      { subject: `${prefix}proto-value` },
    )
    const small = {
      rfiId: 'rfi-1',
      occurredAt: '2026-03-02T09:14:00.000Z',
      channel: 'seller',
      customer: { country: 'PT' },
      need: { keywords: ['erp'] },
    }
    const batch = [
      await theirs.encode(asJson.id, rfiSample),
      await theirs.encode(asProto.id, small),
      Buffer.from(JSON.stringify(small)),
    ]
    expect((await codec.decode('rfis', batch)).map(readAs)).toEqual([rfiSample, small, small])
    const { root } = protobuf.parse(proto)
    const direct = root
      .lookupType('shop.Need')
      .encode({ keywords: ['x'] })
      .finish()
    const header = Buffer.alloc(7)
    header.writeInt32BE(asProto.id, 1)
    header.set([2, 4], 5)
    expect(await codec.decode('rfis', [Buffer.concat([header, direct])])).toEqual([
      { kind: 'value', value: { keywords: ['x'] } },
    ])
  })

  test('an id that nobody has', async () => {
    const unknown = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 0])
    await expect(codec.decode('rfis', [unknown])).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    const impatient = registryCodec({ url, unknownSchemaPatience: 0 })
    expect(await impatient.decode('rfis', [unknown])).toMatchObject([
      { kind: 'poison', code: 'unknown-schema' },
    ])
  })
})

function readAs(decoded: Decoded): unknown {
  return decoded.kind === 'value' ? decoded.value : decoded
}

/** Their client knows no logical types: moments are numbers to it. */
function asNumbers(topic: Topic, value: unknown): unknown {
  return mapMoments(topic, value, each =>
    typeof each === 'string' && parseTimestamp(each) !== null ? Date.parse(each) : each,
  )
}

function asTexts(topic: Topic, value: unknown): unknown {
  return mapMoments(topic, value, each => (typeof each === 'number' ? toTimestamp(each) : each))
}

/** Follows the schema to its moments. */
function mapMoments(topic: Topic, value: unknown, change: (moment: unknown) => unknown): unknown {
  const known = new Map<string, unknown>()
  const visit = (type: unknown, part: unknown): unknown => {
    if (Array.isArray(type)) return part === null || part === undefined ? null : visit(type[1], part)
    if (typeof type === 'string') return known.has(type) ? visit(known.get(type), part) : part
    const { type: kind, logicalType, name, fields, items } = type as Record<string, unknown>
    if (kind === 'record') known.set(`referralrouter.${name}`, type)
    if (logicalType !== undefined) return change(part)
    if (kind === 'array') return (part as unknown[] | undefined)?.map(each => visit(items, each))
    if (kind !== 'record') return part
    const record = part as Record<string, unknown>
    return Object.fromEntries(
      (fields as { name: string; type: unknown }[]).map(field => [
        field.name,
        visit(field.type, record[field.name]),
      ]),
    )
  }
  return visit(avroSchemaOf(topic), value)
}

import avro from 'avsc'
import protobuf from 'protobufjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { routed } from '../../../test/support/arbitraries.ts'
import { type FakeRegistry, fakeRegistry } from '../../../test/support/registry/fake-registry.ts'
import { rfiSample } from '../../../test/support/samples.ts'
import { rfiSchema } from '../../domain/rfi.ts'
import { topicNames } from '../../roles/topics.ts'
import { avroTextOf } from './avro-schema.ts'
import { type RegistryCodecOptions, registryCodec } from './codec.ts'

let registry: FakeRegistry
let now = 0
const time = { now: () => now, sleep: () => Promise.resolve() }

beforeEach(async () => {
  registry = await fakeRegistry()
  now = 1_000_000
})
afterEach(() => registry.close())

function codecOf(more: Partial<RegistryCodecOptions> = {}) {
  return registryCodec({ url: registry.url, time, topicPrefix: 't-', ...more })
}

function framed(id: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(5)
  header.writeInt32BE(id, 1)
  return Buffer.concat([header, payload])
}

const note = avro.Type.forSchema({ type: 'record', name: 'Note', fields: [{ name: 'text', type: 'string' }] })
const noteSchema = JSON.stringify(note.schema())
const noteOf = (id: number, text = 'hi') => framed(id, note.toBuffer({ text }))
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const value = (each: unknown) => ({ kind: 'value', value: each })

describe('reading', () => {
  test('JSON, and Avro by the id of its writer, mixed in one batch and in order', async () => {
    const [one, other] = [
      registry.add('a', { schema: noteSchema }),
      registry.add('b', { schema: '"string"' }),
    ]
    const text = framed(other, avro.Type.forSchema('string').toBuffer('plain'))
    const batch = [json({ a: 1 }), noteOf(one, 'x'), text, json([2]), noteOf(one, 'y')]
    const values = [{ a: 1 }, { text: 'x' }, 'plain', [2], { text: 'y' }]
    expect(await codecOf().decode('rfis', batch)).toEqual(values.map(value))
  })

  test('an id is asked for once, whoever and however many wait for it', async () => {
    const id = registry.add('a', { schema: noteSchema })
    const codec = codecOf()
    const batch = Array.from({ length: 2000 }, () => noteOf(id))
    const batches = await Promise.all([codec.decode('rfis', batch), codec.decode('rfis', batch)])
    expect(batches.flat()).toHaveLength(4000)
    registry.failWith('cut')
    expect(await codec.decode('rfis', [noteOf(id)])).toEqual([value({ text: 'hi' })])
    expect(registry.requests).toEqual([`GET /schemas/ids/${id}`])
  })

  test('an unknown id is waited for, then a dead letter for its own record alone, until it is there', async () => {
    const id = registry.add('a', { schema: noteSchema })
    const codec = codecOf()
    const batch = [noteOf(id), noteOf(7), noteOf(8)]
    for (const later of [0, 30_000, 59_999]) {
      now = 1_000_000 + later
      await expect(codec.decode('rfis', batch)).rejects.toMatchObject({
        code: 'unavailable',
        retryable: true,
      })
    }
    now = 1_060_000
    const poison = (missing: number) => ({
      kind: 'poison',
      code: 'unknown-schema',
      found: '8 bytes',
      expected: `schema ${missing}, which the registry doesn't know`,
    })
    expect(await codec.decode('rfis', batch)).toEqual([value({ text: 'hi' }), poison(7), poison(8)])
    const asked = registry.requests.length
    expect(await codec.decode('rfis', batch)).toHaveLength(3)
    expect(registry.requests).toHaveLength(asked)
    while (registry.add('late', { schema: noteSchema }) < 7);
    now += 5000
    expect((await codec.decode('rfis', batch))[1]).toEqual(value({ text: 'hi' }))
  })

  const failures = [
    ['a lost connection', 'cut', 'unavailable', true],
    ['no answer in time', 'silent', 'timeout', true],
    ['500', { status: 500 }, 'unavailable', true],
    ['503', { status: 503 }, 'unavailable', true],
    ['429', { status: 429 }, 'unavailable', true],
    ["404 of something that isn't a registry", { status: 404, body: '<html>' }, 'unavailable', true],
    ['a page', { status: 200, body: '<html>' }, 'unavailable', true],
    ['401', { status: 401 }, 'configuration', false],
    ['403', { status: 403 }, 'configuration', false],
  ] as const
  test.each(failures)('%s rejects the batch', async (_name, failure, code, retryable) => {
    registry.failWith(failure)
    const codec = codecOf({ timeout: 200 })
    await expect(codec.decode('rfis', [noteOf(1)])).rejects.toMatchObject({ code, retryable })
    await expect(codec.encode('referrals', [routed()])).rejects.toMatchObject({ code, retryable })
    registry.failWith(null)
    const id = registry.add('a', { schema: noteSchema })
    expect(await codec.decode('rfis', [noteOf(id)])).toEqual([value({ text: 'hi' })])
  })

  test('nobody listening', async () => {
    await registry.close()
    await expect(codecOf().decode('rfis', [noteOf(1)])).rejects.toMatchObject({ code: 'unavailable' })
  })

  test.each(['', 'localhost:8081', 'ftp://x', 'http://me:secret@x'])('the address %j is refused', url => {
    expect(() => registryCodec({ url })).toThrow(expect.objectContaining({ code: 'configuration' }))
    expect(() => registryCodec({ url })).not.toThrow(/secret@/)
  })

  test('name and password are sent', async () => {
    const id = registry.add('a', { schema: noteSchema })
    await codecOf({ auth: { username: 'me', password: 'sécret' } }).decode('rfis', [noteOf(id)])
    expect(registry.headers).toEqual([`Basic ${Buffer.from('me:sécret').toString('base64')}`])
  })

  test('bytes that do not fit are dead letters that show nothing of them', async () => {
    const id = registry.add('a', { schema: noteSchema })
    const batch = [
      framed(id, Buffer.from([20, 1])),
      framed(id, Buffer.from([2, 0x61, 0])),
      framed(id, Buffer.from([2, 0xff])),
      Buffer.from([0, 0, 0]),
      framed(-1, Buffer.from('x')),
      Buffer.from([]),
      Buffer.from('{"a":'),
    ]
    const decoded = await codecOf().decode('rfis', batch)
    expect(decoded.map(each => each.kind === 'poison' && [each.code, each.expected])).toEqual([
      ['invalid', `AVRO by schema ${id}: more bytes at text`],
      ['invalid', `AVRO by schema ${id}: nothing after the value`],
      ['malformed-utf8', `AVRO by schema ${id}: UTF-8 at text`],
      ['invalid', 'a schema id after the zero byte, as the Confluent wire format has it'],
      ['invalid', 'a schema id after the zero byte, as the Confluent wire format has it'],
      ['malformed-json', 'JSON'],
      ['malformed-json', 'JSON'],
    ])
  })

  test('a schema that is of no use is asked for once', async () => {
    const ids = [
      registry.add('a', { schema: '{"type":"record"}' }),
      registry.add('b', {
        schema: `${'{"type":"array","items":'.repeat(100_000)}"int"${'}'.repeat(100_000)}`,
      }),
      registry.add('c', { schema: 'message {', schemaType: 'PROTOBUF' }),
      registry.add('d', { schema: '{}', schemaType: 'XML' }),
    ]
    const codec = codecOf()
    for (let round = 0; round < 2; round += 1) {
      const decoded = await codec.decode(
        'rfis',
        ids.map(id => noteOf(id)),
      )
      expect(decoded.map(({ kind }) => kind)).toEqual(['poison', 'poison', 'poison', 'poison'])
    }
    expect(registry.requests).toHaveLength(4)
  })

  test('what is nested or listed without end comes to one', async () => {
    const tree = '{"type":"record","name":"Tree","fields":[{"name":"child","type":["null","Tree"]}]}'
    const doubling = Array.from({ length: 40 }, (_, level) => ({
      type: 'record',
      name: `L${level}`,
      fields: ['a', 'b'].map(name => ({ name, type: level === 0 ? 'null' : `L${level - 1}` })),
    }))
    const itself = '{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}'
    const schemas = [
      [tree, Buffer.concat([Buffer.alloc(100_000, 2), Buffer.from([0])])],
      ['{"type":"array","items":"null"}', Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0])],
      ['{"type":"array","items":"string"}', Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0])],
      [itself, Buffer.from([0])],
      [JSON.stringify([...doubling.slice(0, 39), doubling[39]]), Buffer.from([78])],
    ] as const
    const codec = codecOf()
    const batch = schemas.map(([schema, bytes], at) => framed(registry.add(`s${at}`, { schema }), bytes))
    expect((await codec.decode('rfis', batch)).map(({ kind }) => kind)).toEqual(Array(5).fill('poison'))
    const shallow = framed(1, Buffer.concat([Buffer.alloc(100, 2), Buffer.from([0])]))
    expect((await codec.decode('rfis', [shallow]))[0]?.kind).toBe('value')
  })

  test('Avro comes as JSON would give it', async () => {
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 6 }
    const fields: [string, unknown, number[], unknown][] = [
      ['union', ['null', 'int', 'string'], [4, 2, 0x61], 'a'],
      ['enum', { type: 'enum', name: 'E', symbols: ['SELLER', 'MARKETING'] }, [2], 'MARKETING'],
      ['bytes', 'bytes', [4, 1, 255], 'Af8='],
      ['fixed', { type: 'fixed', name: 'F', size: 2 }, [1, 255], 'Af8='],
      ['decimal', decimal, [6, 0x7f, 0xff, 0xff], '8.388607'],
      ['negative', decimal, [4, 0xff, 0x38], '-0.0002'],
      ['long', 'long', [255, 255, 255, 255, 255, 255, 255, 255, 255, 1], '-9223372036854775808'],
      ['map', { type: 'map', values: 'int' }, [2, 18, ...Buffer.from('__proto__'), 2, 0], undefined],
      ['millis', { type: 'long', logicalType: 'timestamp-millis' }, [2], '1969-12-31T23:59:59.999Z'],
      ['micros', { type: 'long', logicalType: 'timestamp-micros' }, [2], '1970-01-01T00:00:00.000Z'],
      ['date', { type: 'int', logicalType: 'date' }, [2], '1970-01-02'],
      ['uuid', { type: 'string', logicalType: 'uuid' }, [2, 0x61], 'a'],
      ['block', { type: 'array', items: 'int' }, [3, 4, 2, 4, 0], [1, 2]],
      ['badDefault', 'int', [2], 1],
    ]
    const withDefault = fields.map(([name, type]) => ({
      name,
      type,
      ...(name === 'badDefault' ? { default: 'x' } : {}),
    }))
    fields.forEach(([name], at) => {
      if (name === 'micros') fields[at] = ['micros', null, [1], '1969-12-31T23:59:59.999Z']
      if (name === 'millis') fields[at] = ['millis', null, [1], '1969-12-31T23:59:59.999Z']
    })
    const schema = JSON.stringify({ type: 'record', name: 'All', namespace: 'x', fields: withDefault })
    const bytes = framed(registry.add('all', { schema }), Buffer.from(fields.flatMap(([, , each]) => each)))
    const [decoded] = await codecOf().decode('rfis', [bytes])
    const got = decoded?.kind === 'value' ? (decoded.value as Record<string, unknown>) : decoded
    for (const [name, , , expected] of fields)
      if (expected !== undefined)
        expect([name, (got as Record<string, unknown>)[name]]).toEqual([name, expected])
    expect(JSON.stringify((got as Record<string, unknown>).map)).toBe('{"__proto__":1}')
  })

  test('Avro, Protobuf and JSON Schema with references', async () => {
    registry.add('money', {
      schema: '{"type":"record","name":"Money","namespace":"m","fields":[{"name":"amount","type":"string"}]}',
    })
    const references = [{ name: 'm.Money', subject: 'money', version: 1 }]
    const schema = '{"type":"record","name":"Deal","fields":[{"name":"value","type":"m.Money"}]}'
    const id = registry.add('deal', { schema, references })
    const bytes = framed(id, Buffer.from([4, 0x34, 0x32]))
    expect(await codecOf().decode('rfis', [bytes])).toEqual([value({ value: { amount: '42' } })])
    const lost = registry.add('lost', {
      schema,
      references: [{ name: 'm.Money', subject: 'gone', version: 1 }],
    })
    await expect(codecOf().decode('rfis', [noteOf(lost)])).rejects.toMatchObject({ retryable: true })
  })

  const proto = `syntax = "proto3"; package shop;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "money.proto";
    enum Channel { marketing = 0; seller = 1; } enum Kind { KIND_UNSPECIFIED = 0; BIG = 1; }
    message Other { string x = 1; }
    message Rfi {
      string rfi_id = 1; google.protobuf.Timestamp occurred_at = 2; Channel channel = 3; Kind kind = 4;
      repeated string keywords = 5; Need need = 6; int64 max_partners = 7; optional int32 zero = 8; int32 unset = 9;
      shop.Money budget = 10; map<string, int32> counts = 11; bytes blob = 12; google.protobuf.StringValue note = 13;
      message Need { string title = 1; }
    }`
  test('Protobuf comes by the JSON mapping of proto3, whichever message of the file it is', async () => {
    const money = 'syntax = "proto3"; package shop; message Money { string amount = 1; }'
    registry.add('money.proto', { schema: money, schemaType: 'PROTOBUF' })
    const references = [{ name: 'money.proto', subject: 'money.proto', version: 1 }]
    const id = registry.add('rfi', { schema: proto, schemaType: 'PROTOBUF', references })
    const { root } = protobuf.parse(proto.replaceAll(/import "[^"]+";/g, ''))
    protobuf.parse(money, root)
    for (const name of ['timestamp', 'wrappers'])
      root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {})
    const rfi = root.lookupType('shop.Rfi')
    const at = { seconds: 1_772_442_840, nanos: 5_000_000 }
    const message = {
      rfiId: 'r',
      occurredAt: at,
      channel: 0,
      kind: 0,
      keywords: ['a'],
      need: { title: 't' },
      maxPartners: 5,
      zero: 0,
      budget: { amount: '1' },
      counts: { a: 1 },
      blob: Buffer.from([255]),
      note: { value: 'n' },
    }
    const need = root.lookupType('shop.Rfi.Need').encode({ title: 'only' }).finish()
    const batch = [
      framed(id, Buffer.concat([Buffer.from([2, 2]), rfi.encode(message).finish()])),
      framed(
        id,
        Buffer.concat([Buffer.from([0]), root.lookupType('shop.Other').encode({ x: 'y' }).finish()]),
      ),
      framed(id, Buffer.concat([Buffer.from([4, 2, 0]), need])),
      framed(id, Buffer.from([2, 12, 1])),
      framed(id, Buffer.from([2, 2, 10, 200])),
    ]
    const decoded = await codecOf().decode('rfis', batch)
    expect(decoded.slice(0, 3)).toEqual([
      value({
        rfiId: 'r',
        occurredAt: '2026-03-02T09:14:00.005Z',
        channel: 'marketing',
        keywords: ['a'],
        need: { title: 't' },
        maxPartners: 5,
        zero: 0,
        budget: { amount: '1' },
        counts: { a: 1 },
        blob: '/w==',
        note: 'n',
      }),
      value({ x: 'y' }),
      value({ title: 'only' }),
    ])
    expect(decoded.slice(3).map(({ kind }) => kind)).toEqual(['poison', 'poison'])
  })

  test('JSON Schema: the JSON after the id', async () => {
    const id = registry.add('json', { schema: '{"type":"object"}', schemaType: 'JSON' })
    const batch = [
      framed(id, json({ a: 1 })),
      framed(id, Buffer.from('{')),
      framed(id, Buffer.from([0x22, 0xff, 0x22])),
    ]
    const decoded = await codecOf().decode('rfis', batch)
    expect(decoded[0]).toEqual(value({ a: 1 }))
    expect(decoded.slice(1).map(each => each.kind === 'poison' && each.code)).toEqual([
      'malformed-json',
      'malformed-utf8',
    ])
  })
})

describe('writing', () => {
  test('by the id of our own schema, looked up once, and on without the registry', async () => {
    registry.add('t-referrals-value', { schema: '"string"' })
    const id = registry.add('t-referrals-value', { schema: avroTextOf('referrals') })
    registry.add('t-referrals-value', { schema: '"int"' })
    const codec = codecOf()
    const [bytes] = await codec.encode('referrals', [routed()])
    expect(Buffer.from(bytes ?? []).readInt32BE(1)).toBe(id)
    expect(await codec.decode('referrals', [bytes ?? new Uint8Array()])).toEqual([value(routed())])
    registry.failWith('cut')
    expect(await codec.encode('referrals', [routed()])).toEqual([bytes])
    expect(registry.requests).toEqual(['POST /subjects/t-referrals-value', `GET /schemas/ids/${id}`])
  })

  test('finds ours where only the text differs', async () => {
    registry.add('t-rfis-value', { schema: JSON.stringify(JSON.parse(avroTextOf('rfis')), null, 4) })
    const codec = codecOf()
    const encoded = await codec.encode('rfis', [rfiSample])
    const [decoded] = await codec.decode('rfis', encoded)
    expect(rfiSchema.parse(decoded?.kind === 'value' ? decoded.value : decoded)).toEqual(
      rfiSchema.parse(rfiSample),
    )
  })

  test.each(['nothing', 'another'])('refused with %s registered, until ours is', async there => {
    if (there === 'another') registry.add('t-referrals-value', { schema: '"string"' })
    const codec = codecOf()
    const refusal = {
      code: 'configuration',
      retryable: false,
      message: expect.stringContaining('schemas register'),
    }
    await expect(codec.encode('referrals', [routed()])).rejects.toMatchObject(refusal)
    await expect(codec.prepare(topicNames)).rejects.toMatchObject(refusal)
    registry.add('t-referrals-value', { schema: avroTextOf('referrals') })
    expect(await codec.encode('referrals', [routed()])).toHaveLength(1)
  })

  test('a value that does not fit says where, not what', async () => {
    registry.add('t-referrals-value', { schema: avroTextOf('referrals') })
    const wrong = { ...routed(), need: { ...routed().need, keywords: [7] } }
    await expect(codecOf().encode('referrals', [wrong])).rejects.toMatchObject({
      message: "a value for referrals doesn't fit t-referrals-value at need.keywords: text is needed",
    })
    await expect(codecOf().encode('elsewhere', [1])).rejects.toMatchObject({ code: 'configuration' })
  })
})

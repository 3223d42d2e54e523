/** A registry of schemas in memory: our own, and such as nobody should register. */
import { avroTextOf } from '../../src/adapters/registry/avro-schema.ts'
import type { RegisteredSchema, RegistryClient } from '../../src/adapters/registry/client.ts'
import { subjectOf } from '../../src/adapters/registry/subjects.ts'
import { topicNames } from '../../src/roles/topics.ts'

const odd: readonly { readonly type: string; readonly schema: unknown }[] = [
  { type: 'AVRO', schema: 'string' },
  { type: 'AVRO', schema: { type: 'map', values: 'string' } },
  { type: 'AVRO', schema: { type: 'array', items: 'null' } },
  { type: 'AVRO', schema: { type: 'bytes', logicalType: 'decimal', precision: 60, scale: 30 } },
  {
    type: 'AVRO',
    schema: {
      type: 'record',
      name: 'Deep',
      fields: [
        { name: 'next', type: ['null', 'Deep'] },
        { name: 'same', type: ['null', 'Deep'] },
      ],
    },
  },
  { type: 'AVRO', schema: { type: 'record', name: 'Empty', fields: [] } },
  { type: 'AVRO', schema: { type: 'record', name: 'Broken', fields: [{ name: 'a', type: 'Nowhere' }] } },
  { type: 'AVRO', schema: '{' },
  { type: 'JSON', schema: { type: 'object' } },
  {
    type: 'PROTOBUF',
    schema:
      'syntax = "proto3"; message Rfi { string rfiId = 1; repeated Rfi more = 2; map<string, Rfi> by = 3; double x = 4; int64 y = 5; }',
  },
  {
    type: 'PROTOBUF',
    schema:
      'syntax = "proto3"; import "google/protobuf/struct.proto"; message Any { google.protobuf.Struct value = 1; }',
  },
  { type: 'PROTOBUF', schema: 'message {' },
  { type: 'XML', schema: '<a/>' },
]

const own = topicNames.map(topic => ({ topic, type: 'AVRO', schema: avroTextOf(topic) }))
const all: readonly RegisteredSchema[] = [
  ...own,
  ...odd.map(({ type, schema }) => ({
    type,
    schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
  })),
].map(({ type, schema }) => ({ type, schema, references: [] }))

/** Ids from 1 to this are known. */
export const schemaCount = all.length

const place = (subject: string) => own.findIndex(({ topic }) => subjectOf('', topic) === subject)
const refuse = () => Promise.reject(new Error('nothing is registered here'))

export const memoryRegistry: RegistryClient = {
  schemaById: async id => all[id - 1] ?? null,
  version: async subject => {
    const found = all[place(subject)]
    return found === undefined ? null : { ...found, id: place(subject) + 1, version: 1 }
  },
  versions: async subject => (place(subject) < 0 ? [] : [1]),
  lookup: async subject => (place(subject) < 0 ? null : { id: place(subject) + 1, version: 1 }),
  register: refuse,
  compatible: refuse,
  compatibility: async () => null,
  setCompatibility: refuse,
}

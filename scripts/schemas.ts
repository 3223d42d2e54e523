/**
 * Writes `schemas/`, what other languages read, from the zod shapes: an Avro schema and a JSON Schema for each topic, and
 * `asyncapi.yaml` over all of them. With `--check` it writes nothing and exits 1 when a committed file is not what it
 * would write.
 */
import { stringify } from 'yaml'
import { avroSchemaOf } from '../src/adapters/registry/avro-schema.ts'
import { jsonSchemaOf } from '../src/adapters/registry/json-schema.ts'
import { topicShapes } from '../src/roles/topic-shapes.ts'
import { type Topic, topicNames, topics } from '../src/roles/topics.ts'
import { type Generated, runScript } from './generated.ts'

const folder = new URL('../schemas/', import.meta.url)

/** Name → text, the same on every machine. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...topicNames.map(topic => [`${topic}.avsc`, pretty(avroSchemaOf(topic))] as const),
    ...topicNames.map(topic => [`${topic}.schema.json`, pretty(jsonSchemaOf(topic))] as const),
    ['asyncapi.yaml', stringify(asyncApi(), { lineWidth: 110, aliasDuplicateObjects: false })],
  ])
}

export const schemas: Generated = { script: 'scripts/schemas.ts', folder, files: generatedFiles, alone: true }

/** As Biome formats it: a list of short values is one line, everything else one line a member. */
function pretty(schema: unknown): string {
  return `${render(schema, '', 0)}\n`
}

const width = 110

/** `before` is what stands on the line already, as a number of characters. */
function render(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    const line = `[${value.map(each => JSON.stringify(each)).join(', ')}]`
    const plain = value.every(each => typeof each !== 'object' || each === null)
    // A comma may follow.
    if (plain && before + line.length < width) return line
    return `[\n${value.map(each => deeper + render(each, deeper, deeper.length)).join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value).map(([name, member]) => {
    const key = `${deeper}${JSON.stringify(name)}: `
    return key + render(member, deeper, key.length)
  })
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`
}

const keptFor: Readonly<Record<Topic, string>> = {
  [topics.profiles]: 'compacted',
  [topics.weights]: 'compacted',
  [topics.rfis]: '7 days',
  [topics.commands]: '30 days',
  [topics.referrals]: '30 days',
  [topics.status]: '90 days',
  [topics.notices]: '30 days',
  [topics.decisions]: '90 days',
  [topics.visibility]: 'compacted',
  [topics.deadLetters]: '90 days',
}

/** AsyncAPI 3.0. What the worker reads others send to a channel, and the other way about. */
function asyncApi(): object {
  const operations = topicNames.flatMap(topic => {
    const { written, complete } = topicShapes[topic]
    return [...(complete ? [] : ['receive' as const]), ...(written ? ['send' as const] : [])].map(action => [
      `${action}-${topic}`,
      { action, channel: { $ref: `#/channels/${topic}` } },
    ])
  })
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'referral-router',
      version: '1.0.0',
      description:
        "Routes customers' requests for information to partners. Written from the worker's point of view: it receives inputs and sends events. " +
        "A topic's name has the environment's prefix before it. Values are Avro in the Confluent wire format where a schema registry is configured, else JSON; of inputs both are taken, and any Avro, JSON Schema or Protobuf schema of the registry.",
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: { host: '{broker}', protocol: 'kafka', variables: { broker: { default: 'localhost:9092' } } },
    },
    channels: Object.fromEntries(topicNames.map(topic => [topic, channelOf(topic)])),
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(topicNames.flatMap(messagesOf)),
      messageTraits: { cloudEvent: { headers: cloudEventHeaders } },
    },
  }
}

function channelOf(topic: Topic): object {
  return {
    address: topic,
    description: `${topicShapes[topic].says} Kept: ${keptFor[topic]}.`,
    messages: Object.fromEntries(
      messagesOf(topic).map(([name]) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  }
}

/** Each topic's message in the two forms it may have. */
function messagesOf(topic: Topic): [string, object][] {
  const { name, says, key, written } = topicShapes[topic]
  const common = {
    name,
    summary: says,
    ...(written ? { traits: [{ $ref: '#/components/messageTraits/cloudEvent' }] } : {}),
    bindings: { kafka: { key: { type: 'string', description: key } } },
  }
  return [
    [
      `${name}Json`,
      { ...common, contentType: 'application/json', payload: { $ref: `./${topic}.schema.json` } },
    ],
    [
      `${name}Avro`,
      {
        ...common,
        contentType: 'application/avro',
        payload: {
          schemaFormat: 'application/vnd.apache.avro+json;version=1.9.0',
          schema: { $ref: `./${topic}.avsc` },
        },
      },
    ],
  ]
}

/** CloudEvents 1.0, binary mode, and the lane's own two. */
const cloudEventHeaders = {
  type: 'object',
  required: ['ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_specversion', 'content-type'],
  properties: {
    ce_id: {
      type: 'string',
      description: "<lane>@<seq>; of the clock's commands their commandId. The same for repeats",
    },
    ce_type: { type: 'string', description: "what happened; for those told apart by it, the value's type" },
    ce_source: { type: 'string' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_specversion: { type: 'string', const: '1.0' },
    'content-type': { type: 'string', enum: ['application/json', 'application/avro'] },
    traceparent: { type: 'string', description: "W3C trace context, the input's" },
    lane: {
      type: 'string',
      description: 'which part of the worker sent it; absent from commands of the clock',
    },
    seq: {
      type: 'string',
      pattern: '^\\d+\\.\\d+$',
      description: 'two whole numbers: of a lane it only grows in a partition, so repeats can be dropped',
    },
  },
}

if (import.meta.main) runScript(schemas)

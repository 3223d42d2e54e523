import { topicShapes } from '../../roles/topic-shapes.ts'
import type { Topic } from '../../roles/topics.ts'
import { acceptedBy, type JsonSchema } from './json-schema.ts'

/** An Avro schema as JSON holds it. */
export type AvroType = string | AvroType[] | AvroComplex
export interface AvroComplex {
  readonly type: string
  readonly [attribute: string]: unknown
}
export interface AvroRecord extends AvroComplex {
  readonly type: 'record'
  readonly name: string
  readonly namespace: string
  readonly fields: readonly AvroField[]
}
export interface AvroField {
  readonly name: string
  readonly type: AvroType
  readonly default?: unknown
}

export const avroNamespace = 'referralrouter'

/**
 * A topic's values as one Avro record, made from its JSON Schema (why so: docs/decisions/006-avro.md).
 * - what may be null is a union with null first, and null by default;
 * - lists and maps are empty by default, never null; flags that may be absent are false by default;
 * - words of a vocabulary are strings, as they change and hold what no Avro enum may; moments are timestamp-millis;
 * - shapes told apart by `type` are one record with the fields of all; those that not all have may be null.
 */
export function avroSchemaOf(topic: Topic): AvroRecord {
  const { name, says } = topicShapes[topic]
  const json = acceptedBy(topic)
  const made = new Set<string>([name])
  const fields = fieldsOf(json, { name, definitions: json.$defs ?? {}, made })
  return { type: 'record', name, namespace: avroNamespace, doc: says, fields }
}

/** Byte for byte what is registered and looked up. */
export function avroTextOf(topic: Topic): string {
  return JSON.stringify(avroSchemaOf(topic))
}

interface Place {
  /** Of the record around it, then its own. */
  readonly name: string
  readonly definitions: Record<string, JsonSchema>
  /** Records already written out: from then on they are named. */
  readonly made: Set<string>
}

/** Their members grow with releases, and a reader shouldn't need a new schema to read a new one. */
const asMap: ReadonlySet<string> = new Set(['FeatureWeights'])

function fieldsOf(json: JsonSchema, place: Place): AvroField[] {
  const variants = variantsOf(json, place.definitions)
  const fields = new Set(variants.flatMap(({ properties }) => Object.keys(properties ?? {})))
  return Array.from(fields, field => {
    const found = variants.flatMap(({ properties }) => properties?.[field] ?? []) as JsonSchema[]
    const required =
      found.length === variants.length && variants.every(variant => variant.required?.includes(field))
    const name = `${place.name}${field.charAt(0).toUpperCase()}${field.slice(1)}`
    return fieldOf(field, found, required, { ...place, name })
  })
}

/** The shapes of which a value has one; nested choices count as one choice. */
function variantsOf(json: JsonSchema, definitions: Place['definitions']): JsonSchema[] {
  const target = resolve(json, definitions).schema
  if (target.properties !== undefined) return [target]
  const options = (target.anyOf ?? target.oneOf ?? []) as JsonSchema[]
  return options.flatMap(option => variantsOf(option, definitions))
}

function fieldOf(name: string, found: readonly JsonSchema[], required: boolean, place: Place): AvroField {
  const options = distinct(found.flatMap(withoutNull))
  const nullable = !required || found.some(json => withoutNull(json).length !== flat(json).length)
  const type = typeOf(options, place)
  const written = found[0]?.default
  if (written !== undefined) return { name, type, default: filled(written, options, place.definitions) }
  if (typeof type === 'object' && 'type' in type) {
    if (type.type === 'array') return { name, type, default: [] }
    if (type.type === 'map') return { name, type, default: {} }
  }
  if (!nullable) return { name, type }
  // Optional in every shape that has it, a flag is false when absent; else it is of some shapes only.
  const flag = type === 'boolean' && found.every(json => String(json.type) === 'boolean,null')
  return flag ? { name, type, default: false } : { name, type: ['null', type], default: null }
}

function typeOf(options: readonly JsonSchema[], place: Place): AvroType {
  const [json] = options
  if (json === undefined) throw new Error(`${place.name} has no type`)
  const { schema, definition } = resolve(json, place.definitions)
  if (options.length > 1 && schema.properties === undefined) return simplest(options, place)
  if (definition !== null && asMap.has(definition)) return { type: 'map', values: 'long' }
  if (schema.properties !== undefined) {
    const name = options.length === 1 ? (definition ?? place.name) : place.name
    const full = `${avroNamespace}.${name}`
    if (place.made.has(name)) return full
    place.made.add(name)
    return { type: 'record', name, fields: fieldsOf({ anyOf: [...options] }, { ...place, name }) }
  }
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? { type: 'long', logicalType: 'timestamp-millis' } : 'string'
    case 'boolean':
      return 'boolean'
    case 'integer':
      return isSmall(schema.minimum, schema.maximum) ? 'int' : 'long'
    case 'number':
      return schema.enum === undefined ? 'double' : 'int'
    case 'array':
      return { type: 'array', items: typeOf([schema.items as JsonSchema], place) }
    case 'object':
      return { type: 'map', values: typeOf([schema.additionalProperties as JsonSchema], place) }
    default:
      throw new Error(`${place.name} is of a type without an Avro form: ${JSON.stringify(schema)}`)
  }
}

/** Shapes that differ in what they allow (`accept`, `decline`) but not in their Avro type. */
function simplest(options: readonly JsonSchema[], place: Place): AvroType {
  const types = new Map(
    options.map(option => typeOf([option], place)).map(type => [JSON.stringify(type), type]),
  )
  const [type, ...others] = types.values()
  if (type === undefined || others.length > 0)
    throw new Error(`${place.name} is of several types: ${[...types.keys()].join(', ')}`)
  return type
}

function isSmall(minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY): boolean {
  return minimum >= -(2 ** 31) && maximum < 2 ** 31
}

function resolve(
  json: JsonSchema,
  definitions: Place['definitions'],
): { schema: JsonSchema; definition: string | null } {
  const definition = json.$ref?.split('/').at(-1)
  if (definition === undefined) return { schema: json, definition: null }
  return { schema: definitions[definition] ?? {}, definition }
}

/** `anyOf` beside `properties` is a condition, not a choice. */
function flat(json: JsonSchema): JsonSchema[] {
  if (json.properties !== undefined) return [json]
  if (Array.isArray(json.type)) return json.type.map(type => ({ ...json, type }))
  return (json.anyOf as JsonSchema[] | undefined)?.flatMap(flat) ?? [json]
}

function withoutNull(json: JsonSchema): JsonSchema[] {
  return flat(json).filter(({ type }) => type !== 'null')
}

function distinct(options: readonly JsonSchema[]): JsonSchema[] {
  return [...new Map(options.map(option => [JSON.stringify(option), option])).values()]
}

/** A default of Avro names every field. */
function filled(value: unknown, options: readonly JsonSchema[], definitions: Place['definitions']): unknown {
  const [json] = options
  if (json === undefined || value === null || typeof value !== 'object') return value
  const properties = resolve(json, definitions).schema.properties ?? {}
  const defaults = Object.entries(properties).map(([name, schema]) => [name, (schema as JsonSchema).default])
  return { ...Object.fromEntries(defaults), ...value }
}

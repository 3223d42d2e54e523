import protobuf from 'protobufjs'
import { Misfit } from './misfit.ts'
import { momentOf } from './moments.ts'

/** A file that the schema imports, by the name it is imported under. */
export interface Import {
  readonly name: string
  readonly schema: string
}

/**
 * Protobuf → plain values as proto3's JSON mapping has them: names in camelCase (or `json_name`), enums as text, bytes as
 * base64, Timestamp as RFC 3339, wrappers and Struct as what they hold; but 64-bit numbers as numbers up to 2^53 and text
 * only beyond, as our shapes want numbers. What isn't on the wire is absent, except an enum's first value where it says
 * something (none does that ends in UNSPECIFIED or UNKNOWN): proto3 can't tell a 0 from nothing unless the field is `optional`.
 */
export function protobufReader(schema: string, imports: readonly Import[]): (bytes: Uint8Array) => unknown {
  const root = new protobuf.Root()
  const { package: packageName } = protobuf.parse(schema, root, { keepCase: false })
  // Before the imports, which may share the package: the indexes of a message count this file's own types.
  const own = packageName === undefined ? root : root.lookup(packageName)
  const types = own instanceof protobuf.Namespace ? typesIn(own) : []
  for (const each of imports) protobuf.parse(each.schema, root, { keepCase: false })
  for (const name of wellKnown) {
    const common = protobuf.common.get(`google/protobuf/${name}.proto`)
    if (common?.nested != null && root.lookup(`google.protobuf.${marks[name]}`) === null)
      root.addJSON(common.nested)
  }
  root.resolveAll()
  return bytes => {
    const { type, from } = messageOf(types, bytes)
    return toPlain(type, type.decode(bytes.subarray(from)) as unknown as Fields, 0)
  }
}

type Fields = Readonly<Record<string, unknown>>

const wellKnown = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'] as const
const marks: Readonly<Record<(typeof wellKnown)[number], string>> = {
  any: 'Any',
  duration: 'Duration',
  empty: 'Empty',
  field_mask: 'FieldMask',
  struct: 'Struct',
  timestamp: 'Timestamp',
  wrappers: 'StringValue',
}

const deepest = 200

function typesIn(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.filter(each => each instanceof protobuf.Type)
}

/**
 * Which message of the file it is: a list of places, each within the one before; a single 0 stands for the first. Where
 * no such list stands, as @kafkajs/confluent-schema-registry writes none, it is the first message from the first byte on.
 */
function messageOf(
  types: readonly protobuf.Type[],
  bytes: Uint8Array,
): { type: protobuf.Type; from: number } {
  const [first] = types
  if (first === undefined) throw new Misfit('a file with a message')
  const reader = protobuf.Reader.create(bytes)
  const count = reader.sint32()
  if (count === 0) return { type: first, from: reader.pos }
  let [within, type]: [readonly protobuf.Type[], protobuf.Type | undefined] = [types, undefined]
  for (let level = 0; level < count && reader.pos < bytes.length; level += 1) {
    type = within[reader.sint32()]
    if (type === undefined) break
    within = typesIn(type)
  }
  return type === undefined ? { type: first, from: 0 } : { type, from: reader.pos }
}

function toPlain(type: protobuf.Type, message: Fields, depth: number): unknown {
  if (depth > deepest) throw new Misfit(`at most ${deepest} levels`)
  const special = type.fullName.startsWith('.google.protobuf.') ? specials[type.name] : undefined
  if (special !== undefined) return special(type, message, depth)
  const plain: Record<string, unknown> = {}
  for (const field of type.fieldsArray) {
    const name = String(field.options?.json_name ?? field.name)
    const value = plainField(field, message, depth)
    if (value !== undefined) plain[name] = value
  }
  return plain
}

function plainField(field: protobuf.Field, message: Fields, depth: number): unknown {
  const there = Object.hasOwn(message, field.name)
  const value = message[field.name]
  if (field.repeated)
    return there ? (value as unknown[]).map(each => plainValue(field, each, depth)) : undefined
  if (field.map) {
    if (!there) return undefined
    return Object.fromEntries(
      Object.entries(value as object).map(([key, each]) => [key, plainValue(field, each, depth)]),
    )
  }
  const { resolvedType, partOf } = field
  if (!(resolvedType instanceof protobuf.Enum)) return there ? plainValue(field, value, depth) : undefined
  if (!there && (partOf !== null || resolvedType.valuesById[0] === undefined)) return undefined
  const word = plainValue(field, there ? value : 0, depth)
  return /(^|_)(UNSPECIFIED|UNKNOWN)$/.test(String(word)) ? undefined : word
}

function plainValue(field: protobuf.Field, value: unknown, depth: number): unknown {
  const { resolvedType } = field
  if (resolvedType instanceof protobuf.Type) return toPlain(resolvedType, value as Fields, depth + 1)
  if (resolvedType instanceof protobuf.Enum) {
    if (resolvedType.fullName === '.google.protobuf.NullValue') return null
    return resolvedType.valuesById[value as number] ?? value
  }
  return scalar(value)
}

function scalar(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'object' && value !== null) {
    const number = Number(String(value))
    return Number.isSafeInteger(number) ? number : String(value)
  }
  // As JSON has neither NaN nor infinity.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

type Special = (type: protobuf.Type, message: Fields, depth: number) => unknown

const unwrapped: Special = (type, message) =>
  scalar(message.value ?? (type.fields.value?.defaultValue as unknown))
const secondsIn = (message: Fields) => Number(scalar(message.seconds ?? 0))
const nanosIn = (message: Fields) => Number(message.nanos ?? 0)

const specials: Readonly<Record<string, Special>> = {
  Timestamp: (_type, message) =>
    momentOf(secondsIn(message) * 1000 + Math.floor(nanosIn(message) / 1_000_000)),
  Duration: (_type, message) => `${secondsIn(message) + nanosIn(message) / 1e9}s`,
  DoubleValue: unwrapped,
  FloatValue: unwrapped,
  Int64Value: unwrapped,
  UInt64Value: unwrapped,
  Int32Value: unwrapped,
  UInt32Value: unwrapped,
  BoolValue: unwrapped,
  StringValue: unwrapped,
  BytesValue: unwrapped,
  Struct: (type, message, depth) => {
    const { fields } = type.fields
    return fields === undefined ? {} : (plainField(fields, message, depth) ?? {})
  },
  ListValue: (type, message, depth) => {
    const { values } = type.fields
    return values === undefined ? [] : (plainField(values, message, depth) ?? [])
  },
  Value: (type, message, depth) => {
    const field = type.fieldsArray.find(({ name }) => Object.hasOwn(message, name))
    return field === undefined ? null : plainValue(field, message[field.name], depth)
  },
}

import { isUtf8 } from 'node:buffer'
import avro from 'avsc'
import { conversionOf, Logical, logicalTypes } from './avro-logical.ts'
import { Misfit } from './misfit.ts'

/**
 * Avro → plain values, by any writer's schema. avsc reads the schema; the bytes are read here, because avsc's own reader
 * does not look at where they end before it is done: an array that claims 2^40 items would never come to an end.
 * Values are such as JSON would give: unions unwrapped, enums as text, bytes as base64, decimals as decimal text, moments
 * as RFC 3339, whole numbers beyond 2^53 as text.
 */
export function avroReader(schema: string, references: readonly string[]): (bytes: Uint8Array) => unknown {
  const registry = {}
  for (const reference of references) typeOf(reference, registry)
  const read = compile(typeOf(schema, registry), new Map())
  return bytes => {
    const source: Source = {
      bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      position: 0,
      depth: 0,
      left: 10_000 + 10 * bytes.length,
    }
    const value = read(source)
    if (source.position !== bytes.length) throw new Misfit('nothing after the value')
    return value
  }
}

interface Source {
  readonly bytes: Buffer
  position: number
  depth: number
  /** How many more records, lists and maps are read: those of a schema can double on every level without taking a byte. */
  left: number
}

type Read = (source: Source) => unknown

const deepest = 500

function typeOf(schema: string, registry: { [name: string]: avro.Type }): avro.Type {
  // A writer's defaults are never read, and many schemas have some that are none.
  const json: unknown = parse(schema)
  return avro.Type.forSchema(json as avro.Schema, { registry, logicalTypes, wrapUnions: true })
}

/** A bare name is a schema too, though not JSON. */
function parse(schema: string): unknown {
  try {
    return JSON.parse(schema, (key, value) => (key === 'default' ? undefined : value))
  } catch {
    return schema
  }
}

function compile(type: avro.Type, made: Map<avro.Type, Read>): Read {
  if (type instanceof Logical) {
    const read = compile(type.underlyingType, made)
    const convert = conversionOf(type)
    return source => convert(read(source))
  }
  if (type instanceof avro.types.RecordType) return made.get(type) ?? record(type, made)
  if (type instanceof avro.types.ArrayType) return list(compile(type.itemsType, made))
  if (type instanceof avro.types.MapType) return map(compile(type.valuesType, made))
  if (type instanceof avro.types.WrappedUnionType) return union(type.types.map(each => compile(each, made)))
  if (type instanceof avro.types.EnumType) return enumeration(type.symbols)
  if (type instanceof avro.types.FixedType) {
    const { size } = type
    return source => take(source, size).toString('base64')
  }
  const read = primitives[type.typeName]
  if (read === undefined) throw new Error(`no way to read ${type.typeName}`)
  return read
}

const primitives: Readonly<Record<string, Read>> = {
  null: () => null,
  boolean: source => readByte(source) !== 0,
  int: readLong,
  long: readLong,
  float: source => take(source, 4).readFloatLE(0),
  double: source => take(source, 8).readDoubleLE(0),
  bytes: source => readBytes(source).toString('base64'),
  string: readText,
}

function record(type: avro.types.RecordType, made: Map<avro.Type, Read>): Read {
  const names = type.fields.map(({ name }) => name)
  const reads: Read[] = []
  const read: Read = source => {
    enter(source)
    const object: Record<string, unknown> = {}
    let at = 0
    try {
      for (; at < reads.length; at += 1) set(object, names[at] ?? '', reads[at]?.(source))
    } catch (error) {
      // Of a value nested without end, the outer names say enough.
      if (error instanceof Misfit && source.depth < 20) error.path.push(names[at] ?? '')
      throw error
    } finally {
      source.depth -= 1
    }
    return object
  }
  // Before its fields, which may hold the record itself.
  made.set(type, read)
  for (const field of type.fields) reads.push(compile(field.type, made))
  return read
}

function list(read: Read): Read {
  return source => {
    enter(source)
    const items: unknown[] = []
    for (let count = readCount(source); count > 0; count = readCount(source))
      for (let at = 0; at < count; at += 1) items.push(read(source))
    source.depth -= 1
    return items
  }
}

function map(read: Read): Read {
  return source => {
    enter(source)
    const object: Record<string, unknown> = {}
    for (let count = readCount(source); count > 0; count = readCount(source))
      for (let at = 0; at < count; at += 1) set(object, readText(source), read(source))
    source.depth -= 1
    return object
  }
}

function union(reads: readonly Read[]): Read {
  return source => {
    const read = reads[Number(readLong(source))]
    if (read === undefined) throw new Misfit('one of the types of a union')
    return read(source)
  }
}

function enumeration(symbols: readonly string[]): Read {
  return source => {
    const symbol = symbols[Number(readLong(source))]
    if (symbol === undefined) throw new Misfit('one of the symbols of an enum')
    return symbol
  }
}

function enter(source: Source): void {
  source.depth += 1
  source.left -= 1
  if (source.depth > deepest) throw new Misfit(`at most ${deepest} levels`)
  if (source.left < 0) throw new Misfit('no more records than bytes')
}

/** As JSON.parse would: a name never becomes the object's prototype. */
function set(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Of items; each takes a byte at least, or nobody would list it. */
function readCount(source: Source): number {
  let count = Number(readLong(source))
  if (count < 0) {
    count = -count
    readLong(source)
  }
  if (count > source.bytes.length - source.position) throw new Misfit('as many items as there are bytes for')
  return count
}

/** Up to here a loop is faster than a call out of JavaScript. */
const shortest = 24

function readText(source: Source): string {
  const length = Number(readLong(source))
  const { bytes, position: from } = source
  if (!(length >= 0 && length <= bytes.length - from)) throw new Misfit('more bytes')
  const to = from + length
  source.position = to
  if (length <= shortest) {
    let text = ''
    let at = from
    for (; at < to; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte > 0x7f) break
      text += String.fromCharCode(byte)
    }
    if (at === to) return text
  }
  const text = bytes.toString('utf8', from, to)
  // What is no text would come as a mark, silently.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to)))
    throw new Misfit('UTF-8', 'malformed-utf8')
  return text
}

function readBytes(source: Source): Buffer {
  return take(source, Number(readLong(source)))
}

function take(source: Source, length: number): Buffer {
  const from = source.position
  if (!(length >= 0 && length <= source.bytes.length - from)) throw new Misfit('more bytes')
  source.position = from + length
  return source.bytes.subarray(from, from + length)
}

function readByte(source: Source): number {
  const byte = source.bytes[source.position]
  if (byte === undefined) throw new Misfit('more bytes')
  source.position += 1
  return byte
}

/** Zigzag, seven bits a byte, the lowest first. Text beyond 2^53. */
function readLong(source: Source): number | string {
  let byte = readByte(source)
  let low = byte & 0x7f
  for (let shift = 7; byte > 0x7f; shift += 7) {
    if (shift > 21) return readLonger(source, low)
    byte = readByte(source)
    low |= (byte & 0x7f) << shift
  }
  return (low >>> 1) ^ -(low & 1)
}

/** What is left of a number whose lowest 28 bits were read. */
function readLonger(source: Source, low: number): number | string {
  let zigzag = BigInt(low)
  let byte = 0x80
  for (let shift = 28n; byte > 0x7f; shift += 7n) {
    if (shift > 63n) throw new Misfit('a number of at most 64 bits')
    byte = readByte(source)
    zigzag |= BigInt(byte & 0x7f) << shift
  }
  const value = BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n))
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

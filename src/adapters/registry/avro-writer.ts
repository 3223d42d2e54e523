import type { AvroComplex, AvroField, AvroType } from './avro-schema.ts'
import { Misfit } from './misfit.ts'
import { millisOf } from './moments.ts'

/**
 * Values → Avro, for our own schemas alone: what `avro-schema.ts` makes, no more. Written out here because it is on the
 * path of every record and three times as fast as avsc with logical types; a test holds the bytes equal to avsc's.
 */
export function avroWriter(schema: AvroType): (value: unknown, prefix: Uint8Array) => Uint8Array {
  const write = compile(schema, new Map())
  return (value, prefix) => {
    sink.position = 0
    makeRoom(prefix.length)
    sink.bytes.set(prefix)
    sink.position = prefix.length
    write(value)
    // A copy of its own, as it is kept in the journal for a while.
    return new Uint8Array(sink.bytes.subarray(0, sink.position))
  }
}

type Write = (value: unknown) => void

/** One for all: nothing here waits, so nobody else writes meanwhile. */
const sink = { bytes: Buffer.allocUnsafeSlow(64 * 1024), position: 0 }
/** What one large record took is given back with the next small one. Bytes. */
const mostKept = 4 * 1024 * 1024

function makeRoom(size: number): void {
  const needed = sink.position + size
  if (needed > sink.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * sink.bytes.length))
    larger.set(sink.bytes.subarray(0, sink.position))
    sink.bytes = larger
  } else if (sink.position === 0 && sink.bytes.length > mostKept) {
    sink.bytes = Buffer.allocUnsafeSlow(64 * 1024)
  }
}

function compile(type: AvroType, records: Map<string, Write>): Write {
  if (Array.isArray(type)) return nullable(type, records)
  if (typeof type === 'object') return complex(type, records)
  switch (type) {
    case 'string':
      return value => writeText(typeof value === 'string' ? value : misfit('text'))
    case 'boolean':
      return value => writeByte(typeof value === 'boolean' ? Number(value) : misfit('true or false'))
    case 'int':
    case 'long':
      return value => writeInteger(Number.isSafeInteger(value) ? (value as number) : misfit('a whole number'))
    case 'double':
      return value => writeDouble(typeof value === 'number' ? value : misfit('a number'))
    default: {
      const name = type.split('.').at(-1) ?? type
      return value => {
        const write = records.get(name)
        if (write === undefined) throw new Error(`no record ${type}`)
        write(value)
      }
    }
  }
}

function complex(type: AvroComplex, records: Map<string, Write>): Write {
  if (type.logicalType === 'timestamp-millis')
    return value => writeInteger((typeof value === 'string' ? millisOf(value) : null) ?? misfit('a moment'))
  switch (type.type) {
    case 'record': {
      const write = record(type.fields as readonly AvroField[], records)
      records.set(String(type.name), write)
      return write
    }
    case 'array':
      return list(compile(type.items as AvroType, records))
    case 'map':
      return map(compile(type.values as AvroType, records))
    default:
      return compile(type.type, records)
  }
}

/** Of two, null first. */
function nullable([, type]: readonly AvroType[], records: Map<string, Write>): Write {
  const write = compile(type ?? 'string', records)
  return value => {
    if (value === null || value === undefined) return writeByte(0)
    writeByte(2)
    write(value)
  }
}

function record(fields: readonly AvroField[], records: Map<string, Write>): Write {
  const names = fields.map(({ name }) => name)
  const defaults = fields.map(field => field.default)
  const writes = fields.map(({ type }) => compile(type, records))
  return value => {
    if (typeof value !== 'object' || value === null) misfit('an object')
    const object = value as Record<string, unknown>
    let at = 0
    try {
      for (; at < writes.length; at += 1) writes[at]?.(object[names[at] ?? ''] ?? defaults[at])
    } catch (error) {
      if (error instanceof Misfit) error.path.push(names[at] ?? '')
      throw error
    }
  }
}

function list(write: Write): Write {
  return value => {
    if (!Array.isArray(value)) misfit('a list')
    const items = value as readonly unknown[]
    if (items.length > 0) {
      writeInteger(items.length)
      for (const item of items) write(item)
    }
    writeByte(0)
  }
}

function map(write: Write): Write {
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) misfit('an object')
    const entries = Object.entries(value as object).filter(([, member]) => member !== undefined)
    if (entries.length > 0) {
      writeInteger(entries.length)
      for (const [key, member] of entries) {
        writeText(key)
        write(member)
      }
    }
    writeByte(0)
  }
}

function misfit(expected: string): never {
  throw new Misfit(expected)
}

function writeByte(byte: number): void {
  if (sink.position >= sink.bytes.length) makeRoom(1)
  sink.bytes[sink.position] = byte
  sink.position += 1
}

/** Zigzag, seven bits a byte, the lowest first. */
function writeInteger(value: number): void {
  if (value > 0x3fffffff || value < -0x40000000) {
    writeLong(value)
    return
  }
  makeRoom(5)
  const { bytes } = sink
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let at = sink.position
  for (; rest > 0x7f; rest >>>= 7) {
    bytes[at] = (rest & 0x7f) | 0x80
    at += 1
  }
  bytes[at] = rest
  sink.position = at + 1
}

/** Beyond 32 bits, in two halves: whole up to 2^53. */
function writeLong(value: number): void {
  makeRoom(10)
  const { bytes } = sink
  // −1 − n in place of the sign bit's flipping; twice that, and 1 for the sign, is the zigzag of n.
  const magnitude = value < 0 ? -(value + 1) : value
  const sign = value < 0 ? 1 : 0
  let low = ((magnitude % 0x2000000) * 2 + sign) >>> 0 // the lower 26 bits of it
  let high = Math.floor(magnitude / 0x2000000)
  let at = sink.position
  // Move seven bits out of `low` at a time and let `high` fill up behind them.
  for (;;) {
    const byte = low % 128
    const carried = high % 128
    low = Math.floor(low / 128) + carried * 2 ** 19
    high = Math.floor(high / 128)
    if (low === 0 && high === 0) {
      bytes[at] = byte
      break
    }
    bytes[at] = byte | 0x80
    at += 1
  }
  sink.position = at + 1
}

const double = new DataView(new ArrayBuffer(8))
const doubleBytes = new Uint8Array(double.buffer)

function writeDouble(value: number): void {
  makeRoom(8)
  double.setFloat64(0, value, true)
  sink.bytes.set(doubleBytes, sink.position)
  sink.position += 8
}

/** Up to here the length takes one byte, and a loop is faster than a call out of JavaScript. */
const shortest = 63

function writeText(text: string): void {
  const { length } = text
  makeRoom(3 * length + 5)
  const { bytes } = sink
  if (length <= shortest) {
    const start = sink.position
    let at = 0
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) break
      bytes[start + 1 + at] = code
    }
    if (at === length) {
      bytes[start] = length << 1
      sink.position = start + 1 + length
      return
    }
  }
  writeInteger(Buffer.byteLength(text))
  sink.position += sink.bytes.write(text, sink.position, 'utf8')
}

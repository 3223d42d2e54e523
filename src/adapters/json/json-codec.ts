import type { Codec, Decoded } from '../../ports/codec.ts'
import { jsonOf } from '../../ports/json-text.ts'
import { positionIn } from './position.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** JSON, UTF-8: what is read and written when no schema registry is configured. */
export const jsonCodec: Codec = {
  contentType: 'application/json',
  decode: (_topic, values) => Promise.resolve(values.map(decode)),
  encode: (_topic, values) => Promise.resolve(values.map(encode)),
}

/** One event goes to several topics: it is written out once. What is sent is never changed afterwards. */
const written = new WeakMap<object, Uint8Array>()

function encode(value: unknown): Uint8Array {
  if (typeof value !== 'object' || value === null) return encoder.encode(JSON.stringify(value))
  const known = written.get(value)
  if (known !== undefined) return known
  const bytes = encoder.encode(jsonOf(value))
  written.set(value, bytes)
  return bytes
}

/** The Confluent wire format's first byte, which no JSON text begins with. */
const magicByte = 0

function decode(bytes: Uint8Array): Decoded {
  if (bytes[0] === magicByte) {
    return poison('unknown-schema', bytes, 'JSON: no schema registry is configured to read other formats')
  }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return poison('malformed-utf8', bytes, 'UTF-8')
  }
  try {
    return { kind: 'value', value: JSON.parse(text) }
  } catch (error) {
    const position = positionIn(error)
    return poison(
      'malformed-json',
      bytes,
      position === null ? 'JSON' : `JSON; it breaks at character ${position}`,
    )
  }
}

function poison(code: string, bytes: Uint8Array, expected: string): Decoded {
  return { kind: 'poison', code, found: `${bytes.length} bytes`, expected }
}

import type { Codec, Decoded } from '../../ports/codec.ts'
import { misconfigured } from '../../ports/errors.ts'
import { type Logger, silent } from '../../ports/logger.ts'
import type { Time } from '../../ports/time.ts'
import { isTopic, type Topic } from '../../roles/topics.ts'
import { jsonCodec } from '../json/json-codec.ts'
import { systemTime } from '../system-time.ts'
import { type RegistryClient, type RegistryOptions, registryClient } from './client.ts'
import { asMisfit, Misfit } from './misfit.ts'
import { Readers, type SchemaReader } from './readers.ts'
import { subjectOf } from './subjects.ts'
import { Writers } from './writers.ts'

export interface RegistryCodecOptions extends RegistryOptions {
  readonly logger?: Logger
  readonly time?: Time
  /** Before every topic's name; a subject is `<prefix><topic>-value`. */
  readonly topicPrefix?: string
  /** How long a record waits for a schema id that the registry doesn't know, ms. */
  readonly unknownSchemaPatience?: number
  /** Instead of one made of `url` and `auth`. */
  readonly client?: RegistryClient
}

export interface RegistryCodec extends Codec {
  /**
   * Looks up what will be written, so that what isn't registered is told at the start, not at the first record, and that
   * a registry lost later isn't missed.
   */
  prepare(topics: readonly Topic[]): Promise<void>
}

const magicByte = 0
const headerLength = 5
/** Ids are signed in Java, and none is negative. */
const largestId = 2 ** 31 - 1

/**
 * Values in the Confluent wire format: a zero byte, the schema's id in four, then the value. What begins otherwise is
 * JSON. Written is Avro by our own schemas, which must be registered (`schemas register`); read is whatever the registry
 * has under the id.
 */
export function registryCodec(options: RegistryCodecOptions): RegistryCodec {
  const { logger = silent, time = systemTime, topicPrefix = '', unknownSchemaPatience = 60_000 } = options
  const client = options.client ?? registryClient(options)
  const readers = new Readers({ client, logger, time, patience: unknownSchemaPatience })
  const writers = new Writers(client, topicPrefix)
  return {
    contentType: 'application/avro',
    decode: (topic, values) => decode(readers, topic, values),
    encode: async (topic, values) => {
      if (values.length === 0) return []
      const { write, header } = await writers.writer(named(topic))
      return values.map(value => {
        try {
          return write(value, header)
        } catch (error) {
          if (!(error instanceof Misfit)) throw error
          const where = error.field === '' ? 'as a whole' : `at ${error.field}`
          throw misconfigured(
            `a value for ${topic} doesn't fit ${subjectOf(topicPrefix, named(topic))} ${where}: ${error.message} is needed`,
          )
        }
      })
    },
    prepare: async topics => {
      const made = await Promise.all(topics.map(topic => writers.writer(topic)))
      // Some of it is read again by our own roles, perhaps for the first time when the registry is away.
      await readers.all(new Set(made.flatMap(({ header }) => idOf(header) ?? [])))
    },
  }
}

async function decode(
  readers: Readers,
  topic: string,
  values: readonly Uint8Array[],
): Promise<readonly Decoded[]> {
  const json: number[] = []
  const asked = new Map<number, SchemaReader | undefined>()
  values.forEach((bytes, at) => {
    if (bytes[0] !== magicByte || bytes.length === 0) json.push(at)
    else {
      const id = idOf(bytes)
      if (id !== null && !asked.has(id)) asked.set(id, readers.known(id))
    }
  })
  const unknown = new Set([...asked.keys()].filter(id => asked.get(id) === undefined))
  const fetched = unknown.size === 0 ? null : await readers.all(unknown)
  const plain = json.length === 0 ? [] : await jsonCodec.decode(topic, valuesAt(values, json))
  const texts = plain.values()
  return values.map(bytes => {
    if (bytes[0] !== magicByte || bytes.length === 0)
      return texts.next().value ?? poison('malformed-json', bytes, 'JSON')
    const id = idOf(bytes)
    const reader = id === null ? undefined : (asked.get(id) ?? fetched?.get(id))
    if (id === null || reader === undefined)
      return poison('invalid', bytes, 'a schema id after the zero byte, as the Confluent wire format has it')
    if (reader.kind === 'unusable') return poison('unknown-schema', bytes, reader.reason)
    return read(bytes, id, reader)
  })
}

function read(bytes: Uint8Array, id: number, reader: Extract<SchemaReader, { kind: 'reader' }>): Decoded {
  try {
    return { kind: 'value', value: reader.read(bytes.subarray(headerLength)) }
  } catch (error) {
    const misfit = asMisfit(error)
    const where = misfit.field === '' ? '' : ` at ${misfit.field}`
    return poison(misfit.code, bytes, `${reader.type} by schema ${id}: ${misfit.message}${where}`)
  }
}

function valuesAt(values: readonly Uint8Array[], places: readonly number[]): Uint8Array[] {
  return places.flatMap(at => values[at] ?? [])
}

/** Null when there is none. */
function idOf(bytes: Uint8Array): number | null {
  if (bytes.length < headerLength) return null
  const [, a = 0, b = 0, c = 0, d = 0] = bytes
  const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  return id > largestId ? null : id
}

function poison(code: string, bytes: Uint8Array, expected: string): Decoded {
  return { kind: 'poison', code, found: `${bytes.length} bytes`, expected }
}

function named(topic: string): Topic {
  if (isTopic(topic)) return topic
  throw misconfigured(`there is no schema for the topic ${topic}`)
}

import { isRetryable, unavailable } from '../../ports/errors.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Time } from '../../ports/time.ts'
import { avroReader } from './avro-reader.ts'
import type { RegisteredSchema, RegistryClient } from './client.ts'
import { Misfit } from './misfit.ts'
import { protobufReader } from './protobuf-reader.ts'

/** How the records of one schema id are read, or why none of them can be. */
export type SchemaReader =
  | { readonly kind: 'reader'; readonly type: string; readonly read: (bytes: Uint8Array) => unknown }
  | { readonly kind: 'unusable'; readonly reason: string }

export interface ReadersOptions {
  readonly client: RegistryClient
  readonly logger: Logger
  readonly time: Pick<Time, 'now'>
  /** How long an id that the registry doesn't know is waited for, ms. */
  readonly patience: number
}

/**
 * Readers by schema id. An id never changes its meaning, so each is asked for once and kept; so is one that can't be
 * used. An id that the registry doesn't know
 *   for `patience` after it was first missed: rejects with a retryable error, whoever asks
 *   after that: unusable, and asked for again only every `recheck`, as it may be registered yet
 *   not met for a while: forgotten, so that it is waited for anew
 */
export class Readers {
  readonly #options: ReadersOptions
  readonly #known = new Map<number, SchemaReader>()
  readonly #asked = new Map<number, Promise<SchemaReader>>()
  readonly #missing = new Map<number, { readonly since: number; at: number }>()

  constructor(options: ReadersOptions) {
    this.#options = options
  }

  /** Undefined unless it needs no asking. */
  known(id: number): SchemaReader | undefined {
    return this.#known.get(id)
  }

  /** All of them, each asked for once however many want it; rejects when any has to be waited for. */
  async all(ids: ReadonlySet<number>): Promise<ReadonlyMap<number, SchemaReader>> {
    const readers = new Map<number, SchemaReader>()
    const rest = [...ids].values()
    const waited: unknown[] = []
    const work = async () => {
      for (const id of rest) {
        try {
          readers.set(id, await this.#reader(id))
        } catch (error) {
          // The others go on, so that all that are missing are missed from the same moment.
          waited.push(error)
          if (!isMissing(error)) return
        }
      }
    }
    await Promise.all(Array.from({ length: mostRequests }, work))
    if (waited.length > 0) throw waited.find(error => !isRetryable(error)) ?? waited[0]
    return readers
  }

  #reader(id: number): SchemaReader | Promise<SchemaReader> {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const under = this.#asked.get(id)
    if (under !== undefined) return under
    const asked = this.#ask(id).finally(() => this.#asked.delete(id))
    this.#asked.set(id, asked)
    return asked
  }

  async #ask(id: number): Promise<SchemaReader> {
    const { client, logger, time, patience } = this.#options
    const missed = this.#missing.get(id)
    const now = time.now()
    if (missed !== undefined && now - missed.since >= patience && now - missed.at < recheck)
      return unknown(id)
    const found = await client.schemaById(id)
    const imports = found === null ? null : await this.#imports(found)
    if (found === null || imports === null) return this.#missed(id)
    this.#missing.delete(id)
    const reader = compiled(found, imports)
    if (reader.kind === 'unusable') logger.error({ schemaId: id, reason: reader.reason }, 'schema-unusable')
    else logger.debug({ schemaId: id, type: reader.type }, 'schema-loaded')
    this.#known.set(id, reader)
    return reader
  }

  #missed(id: number): SchemaReader {
    const { logger, time, patience } = this.#options
    const now = time.now()
    const before = this.#missing.get(id)
    const missed =
      before === undefined || now - before.at > patience + forgotten ? { since: now, at: now } : before
    missed.at = now
    this.#missing.delete(id)
    this.#missing.set(id, missed)
    if (this.#missing.size > mostMissing) {
      const [oldest] = this.#missing.keys()
      if (oldest !== undefined) this.#missing.delete(oldest)
    }
    if (now - missed.since >= patience) return unknown(id)
    logger.warn({ schemaId: id, since: missed.since, patience }, 'schema-unknown')
    throw missingSchema(id)
  }

  /** The schemas it refers to, those they refer to first; null when one is not there. */
  async #imports(schema: RegisteredSchema): Promise<readonly Import[] | null> {
    const imports = new Map<string, Import>()
    const gather = async ({ references }: RegisteredSchema, depth: number): Promise<boolean> => {
      for (const { name, subject, version } of references) {
        const key = JSON.stringify([subject, version])
        if (imports.has(key)) continue
        if (depth > mostReferences || imports.size > mostReferences) return true
        const found = await this.#options.client.version(subject, version)
        if (found === null) return false
        if (!(await gather(found, depth + 1))) return false
        imports.set(key, { name, schema: found.schema })
      }
      return true
    }
    return (await gather(schema, 0)) ? [...imports.values()] : null
  }
}

interface Import {
  readonly name: string
  readonly schema: string
}

/** At a time, of one batch. */
const mostRequests = 8
/** How often an id that was waited for in vain is asked for again, ms: a redriven record must find it. */
const recheck = 5000
/** How long after it was last missed an id is waited for anew, ms. */
const forgotten = 600_000
const mostMissing = 10_000
const mostReferences = 100

const missing = new WeakSet<Error>()

function missingSchema(id: number): Error {
  const error = unavailable(`the schema registry knows no schema ${id} yet`)
  missing.add(error)
  return error
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && missing.has(error)
}

function unknown(id: number): SchemaReader {
  return { kind: 'unusable', reason: `schema ${id}, which the registry doesn't know` }
}

function compiled({ type, schema }: RegisteredSchema, imports: readonly Import[]): SchemaReader {
  try {
    return { kind: 'reader', type, read: readerOf(type, schema, imports) }
  } catch (error) {
    const reason =
      error instanceof RangeError
        ? 'it is nested too deep'
        : error instanceof Error
          ? error.message
          : 'it is broken'
    return { kind: 'unusable', reason: `a schema that can be used: ${reason.slice(0, 300)}` }
  }
}

function readerOf(type: string, schema: string, imports: readonly Import[]): (bytes: Uint8Array) => unknown {
  switch (type) {
    case 'AVRO':
      return avroReader(
        schema,
        imports.map(each => each.schema),
      )
    case 'PROTOBUF':
      return protobufReader(schema, imports)
    case 'JSON':
      return readJson
    default:
      throw new Error(`its type ${type} is none of AVRO, JSON, PROTOBUF`)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Not held against the writer's schema: what counts is the topic's own shape, and a producer's patterns can take for ever. */
function readJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new Misfit('UTF-8', 'malformed-utf8')
  }
  try {
    return JSON.parse(text)
  } catch {
    // V8's message quotes the input.
    throw new Misfit('JSON', 'malformed-json')
  }
}

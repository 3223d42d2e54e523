import { describe, inject } from 'vitest'
import { labels, type OwnServers, type ServerName, type ServersFound, serverNames } from './names.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly servers: ServersFound
    readonly own: OwnServers
  }
}

/** Addresses for a live test. */
export interface Servers {
  /** `host:port,…` */
  readonly kafkaBrokers: string
  /** Without a database: `scratch()` gives one of the test's own. */
  readonly mongodbUri: string
  /** The Confluent API, without a slash at the end. */
  readonly schemaRegistryUrl: string
  /** Which server each is and how it was had, e.g. `Apache Kafka 4.1.1, local`; `none`. */
  readonly origin: Readonly<Record<ServerName, string>>
}

/**
 * The servers that the global setup of the `live` project found or started; to be called from `*.live.test.ts` only.
 * In place of a missing one stands an address that no machine has (RFC 6761), so a client can be built but never connects.
 */
export function servers(): Servers {
  const { kafka, mongodb, registry } = found()
  const origin = (server: ServersFound[ServerName]) => (server.address === null ? 'none' : server.origin)
  return {
    kafkaBrokers: kafka.address ?? 'no-kafka-found.invalid:9092',
    mongodbUri: mongodb.address ?? 'mongodb://no-mongodb-found.invalid:27017/',
    schemaRegistryUrl: (registry.address ?? 'http://no-schema-registry-found.invalid').replace(/\/$/, ''),
    origin: { kafka: origin(kafka), mongodb: origin(mongodb), registry: origin(registry) },
  }
}

export interface Needs {
  /** By default all three. */
  readonly needs?: readonly ServerName[]
  /** Those it starts itself, to kill or to set up: a server that was given is nobody's to kill. */
  readonly own?: readonly ServerName[]
}

/** A suite that is skipped unless the servers it needs are there, and those of its own can be started. */
export function liveDescribe(name: string, body: () => void): void
export function liveDescribe(name: string, options: Needs, body: () => void): void
export function liveDescribe(name: string, options: Needs | (() => void), body?: () => void): void {
  const { needs = serverNames, own = [] } = typeof options === 'function' ? {} : options
  const run = typeof options === 'function' ? options : body
  const missing = [
    ...needs.filter(need => found()[need].address === null).map(need => labels[need]),
    ...own.filter(need => inject('own')[need] !== null).map(need => `${labels[need]} of its own`),
  ]
  if (run === undefined) throw new TypeError('liveDescribe needs a function')
  if (missing.length === 0) describe(name, run)
  else describe.skip(`${name} (no ${missing.join(', no ')})`, run)
}

function found(): ServersFound {
  const found: ServersFound | undefined = inject('servers')
  if (found === undefined) throw new Error('servers() is for files named *.live.test.ts')
  return found
}

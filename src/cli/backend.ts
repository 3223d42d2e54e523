import type { Member } from '../adapters/embedded/log.ts'
import type { Codec } from '../ports/codec.ts'
import type { Log, LogReader } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { RoleName } from '../roles/role.ts'

/** What the worker stands on: a data folder, or Kafka and MongoDB. */
export interface Backend {
  readonly log: Log & LogReader
  readonly store: Store<Collections>
  readonly codec: Codec
  /** For people: the folder, or the servers. */
  readonly place: string
  /** The same by name: `data`, or `brokers`, `database` and `registry`. */
  readonly on: Readonly<Record<string, string>>
  /** Whether everything is there that a worker needs, made as it needs it. Rejects with what is to be done. */
  prepare(): Promise<void>
  /** Takes over a store that belonged to something else. Returns what that changed, in words. */
  adopt(): Promise<readonly string[]>
  /** Who works on it now. */
  workers(): Promise<readonly WorkerSeen[]>
  close(): Promise<void>
}

/** A process that runs roles, as far as it can be seen from outside. */
export interface WorkerSeen {
  /** A process id, or what the brokers call it. */
  readonly name: string
  /** Null when it can't be told. */
  readonly roles: readonly RoleName[] | null
}

export interface BackendOptions {
  /** `read` makes nothing, and changes nothing. */
  readonly access: 'read' | 'write'
  readonly logger?: Logger
  /** How long a schema id that the registry doesn't know is waited for, ms; a minute, as whoever works on must. */
  readonly unknownSchemaPatience?: number
  /** Which partitions of a folder are read here, when several threads share it. */
  readonly member?: Member
}

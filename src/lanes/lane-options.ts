import type { Codec } from '../ports/codec.ts'
import type { Log, TopicPartition } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import type { Role } from '../roles/role.ts'
import type { Persistence } from './retry.ts'
import type { Turns } from './turns.ts'

export interface LaneOptions<T> {
  readonly role: Role<T>
  readonly partition: TopicPartition
  readonly store: Store<Collections>
  readonly log: Pick<Log, 'producer' | 'inspect' | 'partitions'>
  readonly codec: Codec
  readonly time: Time
  /** The batches' now, ms since 1970; `time` unless everything shall happen at its record's time. */
  readonly now?: (() => number) | undefined
  readonly logger: Logger
  /** `ce_source` of what it sends. */
  readonly source: string
  /** A batch whose output is larger is cut. Bytes. */
  readonly outputLimit?: number
  /** Asks the consumer to start the partition again: for trouble that no batch would answer for. */
  readonly restart?: () => void
  /** Shared by lanes that may meet in the same documents. */
  readonly turns?: Turns
}

/** What a wait for a server may be ended by, and what it must not forget. */
export type Waiting = Pick<Persistence, 'signal' | 'meanwhile'>

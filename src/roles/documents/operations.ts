/** What workers know of themselves, and of input that could not be read. */

import type { Fault } from '../../domain/shape.ts'
import type { Timestamp } from '../../domain/time.ts'
import type { StoredDocument } from '../../ports/store.ts'

/** The clock's lease (`clock`), and until when a referral's timer was asked for (`asked/<referralId>`). */
export interface LeaseDocument extends StoredDocument {
  readonly version: number
  readonly holder: string
  readonly until: number
}

export interface DeadDocument extends StoredDocument {
  readonly version: number
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: Timestamp
  readonly role: string
  /** Of the first fault. */
  readonly code: string
  /** The first 20. */
  readonly faults: readonly Fault[]
  readonly hash: string
  /** Bytes; null for a record without value. */
  readonly size: number | null
  /** Base64. */
  readonly key: string | null
  /** Base64; null for one too large to keep. */
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
  /** The dead letter that it was before, when it was sent again. */
  readonly redriveOf: string | null
  /** When it was last sent again: whether that has had its effect `redriven` tells. */
  readonly redrivingSince: Timestamp | null
  /** An RFI's bytes hold contact data: they stay as long as its topic keeps them, by the record's own time. */
  readonly removeAt: Timestamp | null
}

/** A dead letter that was sent again and had its effect: what else names it is a repeat. `_id`: see `redrive.ts`. */
export interface RedrivenDocument extends StoredDocument {
  /** Its `_id` in `dead`. */
  readonly letter: string
  readonly topic: string
  readonly timestamp: Timestamp
  readonly role: string
  readonly code: string
  readonly faults: readonly Fault[]
  readonly hash: string
  readonly size: number | null
  readonly redriveOf: string | null
  readonly redrivingSince: Timestamp | null
  /** Where it came the second time. */
  readonly lane: string
  readonly offset: number
  readonly takenAt: Timestamp
  /** The dead letter that it became again. */
  readonly again: string | null
}

/** A lane that takes nothing more until somebody has seen to it. Gone once the lane runs again. */
export interface HaltDocument extends StoredDocument {
  readonly reason: string
  /** Where the lane stands. */
  readonly offset: number
  readonly haltedAt: Timestamp
  /** The process that said so. */
  readonly holder: string
}

/** Commands that a lane (`_id`, with its epoch) refused, by the rejection's code. Added up on read. */
export interface RejectionsDocument extends StoredDocument {
  readonly counts: Readonly<Record<string, number>>
}

/** Partitions of a topic (`_id`) as they were when a worker first ran: keys must go on falling where they fell. */
export interface LayoutDocument extends StoredDocument {
  readonly partitions: number
}

/** What a database belongs to, as the first worker on it found it: see `lanes/deployment.ts`. One document. */
export interface DeploymentDocument extends StoredDocument {
  readonly version: number
  /** How the values of the worker's own records are written. */
  readonly values: 'json' | 'avro'
  /** The id Kafka's brokers tell of their cluster; null where they tell none. */
  readonly cluster: string | null
  readonly topicPrefix: string
  /** Tells whether a secret is the same without telling it; null where none is set. */
  readonly customerSecret: SecretFingerprint | null
}

/** Both base64url. */
export interface SecretFingerprint {
  readonly salt: string
  readonly hash: string
}

/** The last time an operator let a lane (`_id`) go on. */
export interface ResumptionDocument extends StoredDocument {
  /** The one it goes on under. */
  readonly epoch: number
  /** What its group had committed until then: from before, wherever it is still met. */
  readonly committed: number | null
}

/** Under which release a lane (`_id`) last sent the visibility of all its partners. */
export interface ToldDocument extends StoredDocument {
  /** Null once something was found due: whatever is in force when that is told. */
  readonly releaseHash: string | null
  /** Epoch of the lane's last resumption before: then its readers begin anew. */
  readonly resumed: number
  /** And of the last rebuild before that changed what visibility is made of. */
  readonly rebuilt: number
}

/** The last time a rebuild changed what visibility is made of, on a lane (`_id`). */
export interface RebuiltDocument extends StoredDocument {
  /** The one it went on under. */
  readonly epoch: number
}

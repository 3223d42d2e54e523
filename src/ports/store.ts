/**
 * The store: documents by collection, and the one transaction that gives every input exactly one effect.
 * MongoDB behind one adapter, one SQLite file behind the other; the names and shapes are the same in both.
 */
import type { OutgoingRecord } from './log.ts'

export interface StoredDocument {
  /** The natural key. */
  readonly _id: string
  /** RFC 3339, UTC, ms. Where the catalogue says `expires`, the store itself removes the document after it, within hours. */
  readonly removeAt?: string | null
}

/** Collection name → document type. `roles/collections.ts` has the worker's own. */
export type CollectionMap = Record<string, StoredDocument>

/** An index: the fields in order (dots reach into objects). A query filters on indexed fields alone. */
export type Index = readonly string[]
export type Catalogue<C extends CollectionMap> = {
  readonly [K in keyof C]: { readonly indexes: readonly Index[]; readonly expires?: boolean }
}

export type Scalar = string | number | boolean | null
export type Condition =
  | Scalar
  | { readonly in: readonly Scalar[] }
  | { readonly gt?: Scalar; readonly gte?: Scalar; readonly lt?: Scalar; readonly lte?: Scalar }

export interface Query {
  /** All must hold. A field is a path such as `changed.lane`; `_id` is always allowed. */
  readonly where: Readonly<Record<string, Condition>>
  readonly sort?: readonly (readonly [field: string, direction: 1 | -1])[]
  readonly limit?: number
}

export type Write<C extends CollectionMap, K extends keyof C = keyof C> = K extends keyof C
  ? /** A document that must not be there yet. */
      | { readonly kind: 'insert'; readonly collection: K; readonly document: C[K] }
      /** Written over whatever is there: only for documents with one writing lane. */
      | { readonly kind: 'put'; readonly collection: K; readonly document: C[K] }
      /** Written only over a document whose `version` field is `version`. */
      | {
          readonly kind: 'replace'
          readonly collection: K
          readonly document: C[K]
          readonly version: number
          /** Texts that it must still hold besides: what another than its lane changes, and leaves its version. */
          readonly where?: Readonly<Record<string, string>>
        }
      | { readonly kind: 'remove'; readonly collection: K; readonly id: string }
  : never

/** Where a lane stands: everything below `offset` has had its effect. */
export interface Position {
  /** `<role>/<topic>/<partition>`. */
  readonly lane: string
  readonly offset: number
  /** Timestamp of the last record before `offset`: tells a recreated topic. Null at the very start, and just resumed. */
  readonly timestamp: number | null
  /**
   * Part of the lane's name in `ce_id`: `seq` starts afresh with it. Raised by `lanes resume` (to the
   * seconds of the clock), by a rebuild, and where a lane says what no input asked for.
   */
  readonly epoch: number
}

export interface PositionMove {
  /** What the lane believes the stored position is; null when there is none. The commit is refused otherwise. */
  readonly from: Position | null
  readonly to: Position
}

/** What a lane owes the log, kept with the effect that caused it and sent afterwards. */
export interface JournalEntry {
  readonly lane: string
  /** The offset of the first record of the batch: entries of a lane are sent in this order. */
  readonly first: number
  readonly records: readonly OutgoingRecord[]
}

export interface UnitOfWork<C extends CollectionMap> {
  readonly move: PositionMove | null
  /** Best those first that others may write too. */
  readonly writes: readonly Write<C>[]
  readonly journal: JournalEntry | null
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** The position was not `move.from`: another owner has the lane. Nothing was written. */
  | { readonly kind: 'position-moved' }
  /** An insert met a document, or a replace another version: reload and redo. Nothing was written. */
  | { readonly kind: 'conflict'; readonly collection: string; readonly id: string }

export interface Reader<C extends CollectionMap> {
  /** One query, whatever the number of ids. Missing ones are missing from the map. */
  get<K extends keyof C & string>(collection: K, ids: readonly string[]): Promise<ReadonlyMap<string, C[K]>>
  /** Rejects with a `configuration` error when the filter has a field without an index. */
  find<K extends keyof C & string>(collection: K, query: Query): Promise<C[K][]>
  /** With no condition it may be off by a few after a server crashed: for people, not for decisions. */
  count<K extends keyof C & string>(collection: K, where: Query['where']): Promise<number>
  /** How many documents hold each value of an indexed field; values nobody holds are missing. */
  countBy<K extends keyof C & string>(
    collection: K,
    field: string,
    where: Query['where'],
  ): Promise<ReadonlyMap<string, number>>
}

export interface KeptEntry extends JournalEntry {
  readonly sent: boolean
}

export interface Journal {
  /** Entries of the lane that are not marked sent, of all its epochs (`<lane>~<epoch>`), oldest first. */
  unsent(lane: string): Promise<JournalEntry[]>
  /** Number of unsent entries of all lanes. */
  unsentCount(): Promise<number>
  /** When the oldest unsent entry of all lanes was written, ms since 1970; null when there is none, or it can't be told. */
  unsentSince(): Promise<number | null>
  markSent(lane: string, first: number, sentAt: number): Promise<void>
  /**
   * Every entry there was when it began, oldest first; entries of two processes within moments of each other in any order.
   * Some of those written meanwhile too. A few are held at a time.
   */
  kept(): AsyncIterable<KeptEntry>
  /** How many entries there are, roughly. */
  count(): Promise<number>
  /** Seconds after which an entry that was sent is removed; null where all are kept. */
  keptFor(): Promise<number | null>
}

export interface Store<C extends CollectionMap> extends Reader<C> {
  /** All of it or nothing, durable when it resolves. Rejects only with a `PortError`. */
  commit(unit: UnitOfWork<C>): Promise<CommitOutcome>
  position(lane: string): Promise<Position | null>
  positions(): Promise<Position[]>
  readonly journal: Journal
  close(): Promise<void>
}

/** What a program that isn't ours sends and gets. Values are bytes; `null` is a tombstone. */
export interface Sent {
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, string>>
  /** As the client would choose when absent. */
  readonly partition?: number
}

export interface Got {
  readonly partition: number
  readonly offset: number
  /** When the log took it, ms since 1970; null of a client that doesn't tell. */
  readonly timestamp: number | null
  readonly key: string | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

export const compressions = ['gzip', 'snappy', 'lz4', 'zstd'] as const
export type Compression = (typeof compressions)[number]

/** A client library or tool, as a producer's or notifier's author would use it. Topics are named in full. */
export interface Client {
  readonly name: string
  /** Whether a record can be sent without a key, and one without a value; else these are empty. */
  readonly sendsNull: boolean
  send(topic: string, records: readonly Sent[], compression: Compression): Promise<void>
  /** The topic's first `count` records, in the order of partition and offset. */
  read(topic: string, count: number): Promise<Got[]>
  close(): Promise<void>
}

export const inOrder = (records: readonly Got[]): Got[] =>
  [...records].sort((one, other) => one.partition - other.partition || one.offset - other.offset)

export const asJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

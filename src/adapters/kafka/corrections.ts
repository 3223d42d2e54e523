import { createRequire } from 'node:module'
import { sep } from 'node:path'
import { decodeRecordBatches } from './record-batches.ts'

/*
 * kafkajs is no longer maintained, and seven of its functions are wrong for us. They are put right in the loaded client,
 * whose version is therefore pinned exactly; decision 002 tells what was met.
 */

const require = createRequire(import.meta.url)
const parts = {
  decoder: 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  oldDecoder: 'kafkajs/src/protocol/messageSet/decoder.js',
  byPartition: 'kafkajs/src/producer/groupMessagesPerPartition.js',
  batch: 'kafkajs/src/consumer/batch.js',
  group: 'kafkajs/src/consumer/consumerGroup.js',
  errors: 'kafkajs/src/errors.js',
  queue: 'kafkajs/src/network/requestQueue/index.js',
} as const

/** kafkajs' reader of bytes, as far as it is used here. */
interface ByteReader {
  readInt32(): number
  readBytes(length: number): Buffer | null
  canReadBytes(length: number): boolean
}

interface KeyedMessage {
  readonly partition: number
}

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}

/** kafkajs' part of a consumer that speaks with its group's coordinator, as far as it is used here. */
interface ConsumerGroup {
  memberId: string | null
  connect(): Promise<void>
  heartbeat(options: { readonly interval: number }): Promise<void>
}

let corrected: typeof import('kafkajs') | null = null

/** kafkajs with the corrections; a copy of its own if somebody has loaded it before. */
export function kafkajs(): typeof import('kafkajs') {
  corrected ??= load()
  return corrected
}

function load(): typeof import('kafkajs') {
  const root = require.resolve('kafkajs').slice(0, -'index.js'.length)
  for (const path of Object.keys(require.cache))
    if (path.startsWith(`${root}src${sep}`) || path === `${root}index.js`) delete require.cache[path]
  replace(parts.decoder, decodeMessages)
  replace(parts.byPartition, groupMessagesPerPartition)
  const Batch = require(parts.batch) as { prototype: { rawMessages: unknown[]; isEmpty(): boolean } }
  // "Nothing fetched". As it was, a batch filtered to nothing never reached the handler, and the chain broke.
  Batch.prototype.isEmpty = function () {
    return this.rawMessages.length === 0
  }
  const { prototype: queue } = require(parts.queue) as { prototype: RequestQueue }
  const schedule = queue.scheduleCheckPendingRequests
  // It set a timer after every response, pending requests or not, and with a negative time: a warning on the screen.
  queue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this)
  }
  correctGroup((require(parts.group) as { prototype: ConsumerGroup }).prototype)
  return require('kafkajs') as typeof import('kafkajs')
}

/** Whom the consumer that is being started was in its group before. */
let formerMember: string | null = null

/**
 * Calls `start`, which calls `run` of a consumer before it waits for anything; that consumer joins its group as the
 * member of this id. A new one would wait until the session of the former, whom nobody could sign off, is over.
 */
export function joiningAs<T>(memberId: string | null, start: () => T): T {
  formerMember = memberId
  try {
    return start()
  } finally {
    formerMember = null
  }
}

function correctGroup(group: ConsumerGroup): void {
  const { connect, heartbeat } = group
  // Called once, and before anything is waited for. An id that the coordinator doesn't know costs one more question.
  group.connect = function () {
    this.memberId ??= formerMember
    return connect.call(this)
  }
  // A coordinator that was gone was asked again and again until the client gave up. It is looked up anew, and the group
  // joined by the same member, when the answer is that this broker isn't it.
  group.heartbeat = async function (options) {
    try {
      await heartbeat.call(this, options)
    } catch (error) {
      throw notCoordinator(error) ?? error
    }
  }
}

const lostConnections: ReadonlySet<unknown> = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
])

function notCoordinator(error: unknown): Error | null {
  if (!(error instanceof Error) || !lostConnections.has(error.name)) return null
  const { KafkaJSProtocolError } = require(parts.errors) as typeof import('kafkajs')
  const told = { type: 'NOT_COORDINATOR_FOR_GROUP', code: 16, message: error.message, retriable: true }
  return Object.assign(new KafkaJSProtocolError(told as never), { cause: error })
}

/** Puts a function in the place of a module that nothing has loaded yet. */
function replace(part: string, by: (...given: never[]) => unknown): void {
  require(part)
  const loaded = require.cache[require.resolve(part)]
  if (loaded === undefined) throw new Error(`kafkajs has no ${part}`)
  loaded.exports = by
}

const magicAt = 16

async function decodeMessages(reader: ByteReader): Promise<unknown[]> {
  const size = reader.readInt32()
  if (size <= 0 || !reader.canReadBytes(size)) return []
  const bytes = reader.readBytes(size)
  if (bytes === null || bytes.length <= magicAt) return []
  if (bytes.readInt8(magicAt) === 2) return decodeRecordBatches(bytes)
  // What brokers before 0.11 wrote.
  const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => ByteReader
  const decodeOld = require(parts.oldDecoder) as (reader: ByteReader, size: number) => Promise<unknown[]>
  return decodeOld(new Decoder(bytes), size)
}

/** The partition is named in every message. As it was, each message copied all those before it. */
function groupMessagesPerPartition({ messages }: { messages: readonly KeyedMessage[] }) {
  const grouped: Record<number, KeyedMessage[]> = {}
  for (const message of messages) {
    const group = grouped[message.partition]
    if (group === undefined) grouped[message.partition] = [message]
    else group.push(message)
  }
  return grouped
}

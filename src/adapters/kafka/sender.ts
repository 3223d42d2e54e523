import type { Kafka, Producer } from 'kafkajs'
import { PortError, unavailable } from '../../ports/errors.ts'
import { retry } from './client.ts'
import { type Acknowledged, type AddressedRecord, byTopic, piecesOf, unacknowledged } from './pieces.ts'

/** The part of kafkajs' producer that is used here. */
export type RecordProducer = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>

export interface SenderOptions {
  /** Makes an idempotent producer. */
  readonly open: () => RecordProducer
  /** ms after which an answer isn't waited for any longer; less than a lane may go without a heartbeat. */
  readonly patience?: number
}

export interface Sender {
  /** Resolves when the brokers' answers cover every record. One call at a time. */
  send(records: readonly AddressedRecord[]): Promise<void>
  close(): Promise<void>
}

/** How often what an answer leaves out is sent again before the whole counts as failed. */
const supplements = 3

/** ms that closing waits for sends that were given up. */
const closingPatience = 3000

/**
 * Sends by one idempotent producer at a time, one request at a time, retries included. After any failure a new one is
 * opened: a failed attempt gives its sequence numbers back although the brokers may have taken them, and another send
 * of as many records would then be answered as a repeat of the first, and not be written (decision 002).
 */
export function createSender({ open, patience = 15_000 }: SenderOptions): Sender {
  let current: Promise<RecordProducer> | null = null
  const leaving = new Set<Promise<unknown>>()

  function producer(): Promise<RecordProducer> {
    current ??= (async () => {
      const opened = open()
      try {
        await opened.connect()
        return opened
      } catch (error) {
        leave(opened)
        throw error
      }
    })()
    return current
  }

  /** A send that was given up goes on inside kafkajs, and connects again for it: left once more when that ended. */
  function leave(from: RecordProducer, under: Promise<unknown> = Promise.resolve()): void {
    const left = (async () => {
      await from.disconnect().catch(() => undefined)
      await under.catch(() => undefined)
      await from.disconnect().catch(() => undefined)
    })()
    leaving.add(left)
    void left.finally(() => leaving.delete(left))
  }

  async function sendPiece(by: RecordProducer, piece: readonly AddressedRecord[]): Promise<void> {
    let left = piece
    for (let attempt = 0; attempt <= supplements; attempt += 1) {
      // The same records of a partition under the same sequence numbers: had they been taken, they'd be known again.
      const sending = by.sendBatch({ acks: -1, timeout: 10_000, topicMessages: byTopic(left) })
      const answer = await within(patience, sending)
      if (answer === null) {
        current = null
        leave(by, sending)
        throw new PortError('timeout', `no answer within ${patience} ms`, { retryable: true })
      }
      left = unacknowledged(left, answer as Acknowledged[])
      if (left.length === 0) return
    }
    throw unavailable(`the brokers' answer leaves out ${left.length} of ${piece.length} records`)
  }

  return {
    async send(records) {
      try {
        const by = await producer()
        for (const piece of piecesOf(records)) await sendPiece(by, piece)
      } catch (error) {
        const failed = current
        current = null
        failed?.then(
          by => leave(by),
          () => undefined,
        )
        throw error
      }
    },
    async close() {
      const last = current
      current = null
      await last?.then(
        by => leave(by),
        () => undefined,
      )
      await within(closingPatience, Promise.all(leaving))
    },
  }
}

/** A producer of kafkajs that may be used as above. */
export function openProducer(kafka: Kafka): RecordProducer {
  return kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // Every message names its partition.
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    // More than elsewhere: another leader takes its time, and what is sent again here is known again by the brokers.
    retry: { ...retry, retries: 6 },
  })
}

/** What the promise resolves to, or null when it takes longer. */
async function within<T>(time: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<null>(resolve => {
    timer = setTimeout(resolve, time, null)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}

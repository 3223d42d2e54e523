import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs'
import { PortError } from '../../ports/errors.ts'
import type { BatchAnswer, PartitionHandler, TopicPartition } from '../../ports/log.ts'
import type { Logger } from '../../ports/logger.ts'
import { isRebalance } from './errors.ts'
import { type DeliveryLimits, delivery, type FetchedBatch, indexOf } from './fetched.ts'
import { CommitHints } from './hints.ts'
import type { PartitionTurns } from './partition-turns.ts'
import { placeOf } from './pieces.ts'

/*
 * One life of a consumer of kafkajs, from joining the group until it stops or fails.
 *
 *   joined    everything is revoked and assigned anew. Each partition is paused at once, before a fetch can be planned;
 *             then the handler is asked where to start; then seek, resume.
 *   batch     taken only when it begins where the last one ended (`next`): then an unbroken chain of fetches led to it.
 *             Otherwise, or when the handler is in doubt: paused, and asked again as above.
 *   overtime  a handler that takes longer than the budget goes on outside of what kafkajs waits for, so that the other
 *             partitions of the fetch are fetched on meanwhile. Its own is paused: nothing else of it is begun. When it is
 *             done: seek to where it stands, resume. kafkajs heartbeats by itself then, so the handler's own heartbeats are
 *             watched: one that gives none for long costs the membership, as it would if kafkajs waited for it.
 *   halted    stays paused, until `retry` asks as above.
 * A partition is `Owned` from one join to the next; what is late for a former one finds its signal aborted.
 */
interface Owned {
  readonly partition: TopicPartition
  readonly revoking: AbortController
  /** Where the chain of fetches stands; null while it isn't known. */
  next: number | null
  /** Whether the handler was told, and has to hear that it ended. */
  told: boolean
  halted: boolean
  /** Runs while work of this partition outlasts its fetch, afresh from every heartbeat. */
  overtime: NodeJS.Timeout | null
}

export interface SessionOptions {
  readonly consumer: Pick<Consumer, 'pause' | 'resume' | 'seek'>
  readonly handler: PartitionHandler
  /** The port's name of a topic. */
  readonly portName: (topic: string) => string
  readonly limits: DeliveryLimits
  readonly turns: PartitionTurns
  readonly logger: Logger
  /** ms that kafkajs waits for a handler; what takes longer goes on beside it. */
  readonly budget: number
  /** ms that a handler which goes on beside it may be without a heartbeat. */
  readonly patience: number
  /** What the handler rejected with: the consumer can't go on. */
  readonly fail: (error: unknown) => void
  /** A handler gives no sign of life: the group has to go on without this member. */
  readonly lose: (error: unknown) => void
}

/** ms between commits to the group. */
const hintInterval = 500

export class Session {
  readonly #options: SessionOptions
  readonly #owned = new Map<string, Owned>()
  readonly #hints: CommitHints
  #ended = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#hints = new CommitHints(hintInterval, options.logger)
  }

  /** To be called synchronously when the group was joined. */
  joined({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    this.#hints.forget()
    const former = this.#release()
    if (this.#ended) return
    for (const [topic, partitions] of Object.entries(memberAssignment))
      for (const partition of partitions) {
        this.#options.consumer.pause([{ topic, partitions: [partition] }])
        const owned = {
          partition: { topic, partition },
          revoking: new AbortController(),
          next: null,
          told: false,
          halted: false,
          overtime: null,
        }
        this.#owned.set(placeOf(owned.partition), owned)
      }
    const { handler, portName } = this.#options
    handler.joined?.(
      [...this.#owned.values()].map(({ partition }) => ({ ...partition, topic: portName(partition.topic) })),
    )
    for (const one of former) this.#revoke(one)
    for (const one of this.#owned.values()) this.#start(one)
  }

  /** Asks the handler once more where a partition starts. Topic and partition are the port's. */
  retry({ topic, partition }: TopicPartition): void {
    const { portName, turns } = this.#options
    for (const owned of this.#owned.values()) {
      const { partition: place, halted } = owned
      if (place.partition !== partition || portName(place.topic) !== topic) continue
      if (halted) {
        owned.halted = false
        this.#start(owned)
        continue
      }
      const asked = turns.take(place, async () => {
        const isReading = owned.next !== null && owned.overtime === null && !this.#stale(owned)
        if (isReading && this.#owned.get(placeOf(place)) === owned) this.#restart(owned)
      })
      asked.catch(error => this.#fail(error))
    }
  }

  /** The group is about to share its partitions out anew. */
  rebalancing(): void {
    for (const { revoking } of this.#owned.values()) revoking.abort()
    void this.#hints.flush()
  }

  /** Takes nothing new, and resolves when nothing is under way and what was done is committed to the group. */
  async end(): Promise<void> {
    this.#ended = true
    for (const { revoking, partition } of this.#owned.values()) {
      revoking.abort()
      this.#pause(partition)
    }
    await this.#options.turns.settled()
    await this.#hints.flush()
  }

  /** After the group was left. */
  async revoked(): Promise<void> {
    for (const one of this.#release()) this.#revoke(one)
    await this.#options.turns.settled()
  }

  /** What kafkajs calls with what it fetched of a partition. */
  async batch({
    batch,
    heartbeat,
    resolveOffset,
    commitOffsetsIfNecessary,
  }: EachBatchPayload): Promise<void> {
    // The types leave `fetchedOffset` out, and the decoder is ours.
    const fetched = batch as unknown as FetchedBatch
    const owned = this.#owned.get(placeOf(fetched))
    if (owned === undefined || owned.next === null || owned.overtime !== null || this.#stale(owned)) return
    if (Number(fetched.fetchedOffset) !== owned.next) {
      const { topic, partition } = owned.partition
      this.#options.logger.info(
        { topic, partition, expected: owned.next, fetched: fetched.fetchedOffset },
        'chain-broken',
      )
      return this.#restart(owned)
    }
    this.#hints.through(offsets => commitOffsetsIfNecessary(offsets))
    const delivered = this.#options.turns.take(owned.partition, () =>
      this.#deliver(owned, fetched, heartbeat, resolveOffset).finally(() => this.#catchUp(owned)),
    )
    await this.#waitFor(delivered, owned)
  }

  /** As long as the budget lasts; then it is nobody's but the partition's. */
  async #waitFor(delivered: Promise<void>, owned: Owned): Promise<void> {
    const { budget, patience, lose, logger } = this.#options
    const { topic, partition } = owned.partition
    const over = Promise.withResolvers<void>()
    const silent = () => {
      logger.error({ topic, partition, patience }, 'handler-silent')
      const place = `${topic}/${partition}`
      const message = `no heartbeat of the handler of ${place} for ${patience} ms`
      lose(new PortError('timeout', message, { retryable: true }))
    }
    // In the timer itself, as no end of the work can come between.
    const timer = setTimeout(() => {
      owned.overtime = setTimeout(silent, patience)
      this.#pause(owned.partition)
      over.resolve()
    }, budget)
    try {
      await Promise.race([delivered, over.promise])
    } finally {
      clearTimeout(timer)
    }
    // kafkajs meets the same by itself.
    delivered.catch(error => logger.debug({ topic, partition, error: String(error) }, 'heartbeat-failed'))
  }

  /** After work that outlasted its fetch. */
  #catchUp(owned: Owned): void {
    if (owned.overtime === null) return
    clearTimeout(owned.overtime)
    owned.overtime = null
    const { partition, next } = owned
    if (this.#owned.get(placeOf(partition)) !== owned || next === null || this.#stale(owned)) return
    this.#seek(partition, next)
    this.#resume(partition)
  }

  async #deliver(
    owned: Owned,
    fetched: FetchedBatch,
    heartbeat: () => Promise<void>,
    resolveOffset: (offset: string) => void,
  ): Promise<void> {
    const { handler, limits, portName } = this.#options
    const { partition, revoking } = owned
    const end = Number(fetched.lastOffset()) + 1
    this.#tellUnreadable(fetched)
    // What a heartbeat failed with is the client's own to deal with.
    let failure: unknown
    const beat = () => {
      owned.overtime?.refresh()
      return heartbeat().catch(error => {
        failure = error
        revoking.abort()
        throw error
      })
    }
    while (owned.next !== null && owned.next < end && !this.#stale(owned)) {
      const from = owned.next
      const { to, records } = delivery(fetched.messages, indexOf(fetched.messages, from), end, limits)
      let answer: BatchAnswer
      try {
        const place = { topic: portName(partition.topic), partition: partition.partition }
        answer = await handler.batch({
          ...place,
          from,
          to,
          records,
          heartbeat: beat,
          signal: revoking.signal,
        })
      } catch (error) {
        if (error !== failure) return this.#fail(error)
        // Without a rebalance nobody joins, and nothing would start the partition again.
        if (!isRebalance(error)) this.#renew(owned)
        throw error
      }
      if (this.#owned.get(placeOf(partition)) !== owned) return
      if (answer.kind === 'restart') return this.#restart(owned)
      if (answer.kind === 'halted') {
        owned.next = null
        owned.halted = true
        return this.#pause(partition)
      }
      if (!(answer.next >= from && answer.next <= to))
        return this.#fail(new RangeError(`a batch of ${from} to ${to} can't be answered with ${answer.next}`))
      owned.next = answer.next
      this.#hints.note(partition, answer.next)
      // When it is done, a seek says where to fetch on.
      if (owned.overtime !== null) continue
      if (answer.next === end || answer.next <= Number(fetched.messages.at(-1)?.offset ?? end))
        this.#quietly(() => resolveOffset(String(answer.next - 1)))
      // kafkajs takes the last message's offset for the end of the batch, which may be further.
      else this.#seek(partition, answer.next)
    }
  }

  #tellUnreadable({ topic, partition, messages }: FetchedBatch): void {
    for (const { offset, unreadable, value } of messages)
      if (unreadable !== undefined)
        this.#options.logger.error(
          { topic, partition, offset, bytes: value?.length ?? 0, reason: unreadable },
          'record-batch-unreadable',
        )
  }

  #stale(owned: Owned): boolean {
    return this.#ended || owned.revoking.signal.aborted
  }

  #restart(owned: Owned): void {
    owned.next = null
    this.#pause(owned.partition)
    this.#start(owned)
  }

  #start(owned: Owned): void {
    const { handler, portName, turns } = this.#options
    const { topic, partition } = owned.partition
    const starting = turns.take(owned.partition, async () => {
      if (this.#stale(owned)) return
      owned.told = true
      const start = await handler.assigned({ topic: portName(topic), partition })
      if (this.#stale(owned)) return
      if (start.kind === 'halted') {
        owned.halted = true
        return
      }
      owned.next = start.offset
      this.#hints.note(owned.partition, start.offset)
      this.#seek(owned.partition, start.offset)
      this.#resume(owned.partition)
    })
    starting.catch(error => this.#fail(error))
  }

  /** As if assigned anew; what is late for the former one finds its signal aborted. */
  #renew(former: Owned): void {
    if (this.#ended || this.#owned.get(placeOf(former.partition)) !== former) return
    const owned = { ...former, revoking: new AbortController(), next: null, halted: false, overtime: null }
    this.#owned.set(placeOf(owned.partition), owned)
    this.#pause(owned.partition)
    this.#start(owned)
  }

  #fail(error: unknown): void {
    this.#ended = true
    this.#options.fail(error)
  }

  #release(): Owned[] {
    const former = [...this.#owned.values()]
    for (const { revoking } of former) revoking.abort()
    this.#owned.clear()
    return former
  }

  #revoke(owned: Owned): void {
    const { handler, portName, turns } = this.#options
    const { topic, partition } = owned.partition
    const revoking = turns.take(owned.partition, async () => {
      if (owned.told) await handler.revoked({ topic: portName(topic), partition })
    })
    revoking.catch(error => this.#fail(error))
  }

  // A client that failed refuses these, until its session ends.
  #seek({ topic, partition }: TopicPartition, offset: number): void {
    this.#quietly(() => this.#options.consumer.seek({ topic, partition, offset: String(offset) }))
  }

  #pause({ topic, partition }: TopicPartition): void {
    this.#quietly(() => this.#options.consumer.pause([{ topic, partitions: [partition] }]))
  }

  #resume({ topic, partition }: TopicPartition): void {
    this.#quietly(() => this.#options.consumer.resume([{ topic, partitions: [partition] }]))
  }

  #quietly(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#options.logger.debug({ error: String(error) }, 'client-refused')
    }
  }
}

import type {
  Batch,
  BatchAnswer,
  LogConsumer,
  PartitionHandler,
  Start,
  TopicPartition,
} from '../ports/log.ts'
import { HaltRows } from './halts.ts'
import { Lane } from './lane.ts'
import { laneOf } from './lane-name.ts'
import type { LaneOptions } from './lane-options.ts'
import { Interrupted } from './retry.ts'
import { Turns } from './turns.ts'

export interface RoleHostOptions<T> extends Omit<LaneOptions<T>, 'partition'> {
  /** Names this process, where a lane halts. */
  readonly holder: string
}

/** ms between two looks at halted lanes. */
const lookInterval = 2000
/** ms after which one that may have healed is tried again. */
const healInterval = 30_000

interface Halted {
  readonly partition: TopicPartition
  readonly reason: string | null
  readonly epoch: number
  /** When it halted, or was last tried again, ms since 1970. */
  readonly triedAt: number
}

/** What the log gave when the group was last joined. */
interface Assignment {
  readonly lanes: ReadonlySet<string>
  /** Those that have neither started nor halted yet. */
  readonly beginning: Set<string>
}

/** Runs a role on whatever partitions the log gives it: one lane each. */
export class RoleHost<T> implements PartitionHandler {
  readonly #options: RoleHostOptions<T>
  readonly #lanes = new Map<string, Lane<T>>()
  readonly #turns = new Turns()
  /** Looked at again from time to time: an operator may let them go on. */
  readonly #halted = new Map<string, Halted>()
  readonly #leaving = new AbortController()
  #consumer: LogConsumer | null = null
  #assignment: Assignment | null = null
  readonly #settled = Promise.withResolvers<void>()
  /** Lanes whose halt was logged and not taken back yet. */
  readonly #toldHalts = new Set<string>()
  /** When lanes that are at work last showed a sign of life, ms since 1970. */
  readonly #alive = new Map<string, number>()

  readonly #rows: HaltRows

  constructor(options: RoleHostOptions<T>) {
    this.#options = options
    this.#rows = new HaltRows(options)
  }

  get role(): LaneOptions<T>['role'] {
    return this.#options.role
  }

  get lanes(): readonly Lane<T>[] {
    return [...this.#lanes.values()]
  }

  /** Resolves once the group was joined and every lane that came with it has started or halted. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /**
   * Lanes at work that have made no step since a moment, ms since 1970. To wait for a server and to try again is a step.
   */
  stuckSince(moment: number): string[] {
    return [...this.#alive]
      .filter(([lane, at]) => at < moment && !this.#turns.isWaiting(lane))
      .map(([lane]) => lane)
  }

  /** Resolves when the consumer has stopped. */
  async run(consumer: LogConsumer): Promise<void> {
    this.#consumer = consumer
    const ended = new AbortController()
    const looking = this.#lookForResumed(consumer, AbortSignal.any([ended.signal, this.#leaving.signal]))
    try {
      await consumer.run(this)
    } finally {
      ended.abort()
      await looking
    }
  }

  /**
   * `lanes resume` raises the epoch of a halted lane's position: then it starts again. One whose server refused us is
   * tried again from time to time: a right that is given tells nobody.
   */
  async #lookForResumed(consumer: LogConsumer, signal: AbortSignal): Promise<void> {
    const { store, time, logger } = this.#options
    while (!signal.aborted) {
      await time.sleep(lookInterval, signal)
      if (!signal.aborted) await this.#rows.catchUp()
      for (const [name, halted] of signal.aborted ? [] : this.#halted) {
        const { partition, triedAt } = halted
        if (this.#lanes.get(name)?.mayHeal === true && time.now() - triedAt >= healInterval) {
          this.#halted.set(name, { ...halted, triedAt: time.now() })
          consumer.retry(partition)
          continue
        }
        try {
          const position = await store.position(name)
          const { epoch = 0 } = this.#lanes.get(name) ?? {}
          if (position !== null && position.epoch > epoch) consumer.retry(partition)
        } catch (err) {
          logger.debug({ lane: name, err }, 'resumed-not-read')
        }
      }
    }
  }

  /** Nothing new is begun: a lane that waits for a server to start gives up, as whoever comes next will start it. */
  leave(): void {
    this.#leaving.abort()
  }

  joined(partitions: readonly TopicPartition[]): void {
    const lanes = new Set(partitions.map(partition => laneOf(this.role.name, partition)))
    this.#assignment = { lanes, beginning: new Set(lanes) }
    this.#settle(this.#assignment)
  }

  async assigned(partition: TopicPartition): Promise<Start> {
    const assignment = this.#assignment
    try {
      await this.#options.role.ready()
      const lane = this.#lane(partition)
      const start = await this.#begin(lane)
      if (start.kind === 'halted') await this.#noteHalt(lane, partition)
      else {
        this.#halted.delete(lane.lane)
        this.#toldHalts.delete(lane.lane)
        await this.#rows.forget(lane.lane)
      }
      assignment?.beginning.delete(lane.lane)
      this.#settle(assignment)
      return start
    } catch (error) {
      if (error instanceof Interrupted) return { kind: 'halted' }
      throw error
    }
  }

  async #begin(lane: Lane<T>): Promise<Start> {
    try {
      this.#showLife(lane)
      return await lane.start(this.#leaving.signal, async () => this.#showLife(lane))
    } finally {
      this.#alive.delete(lane.lane)
    }
  }

  async batch(batch: Batch): Promise<BatchAnswer> {
    const lane = this.#lane(batch)
    const heartbeat = () => {
      this.#showLife(lane)
      return batch.heartbeat()
    }
    try {
      this.#showLife(lane)
      const answer = await lane.batch({ ...batch, heartbeat })
      if (answer.kind === 'halted') await this.#noteHalt(lane, batch)
      return answer
    } finally {
      this.#alive.delete(lane.lane)
    }
  }

  #showLife({ lane }: Lane<T>): void {
    this.#alive.set(lane, this.#options.time.now())
  }

  /** Nothing once the group was joined anew. A halted lane that went to another worker is that one's to tell of. */
  #settle(assignment: Assignment | null): void {
    if (assignment === null || assignment !== this.#assignment || assignment.beginning.size > 0) return
    for (const lane of this.#toldHalts) {
      if (assignment.lanes.has(lane)) continue
      this.#toldHalts.delete(lane)
      this.#options.logger.info({ lane }, 'halted-lane-left')
    }
    this.#settled.resolve()
  }

  #noteHalt(
    { lane, offset, epoch, haltReason }: Lane<T>,
    { topic, partition }: TopicPartition,
  ): Promise<void> {
    const before = this.#halted.get(lane)
    const [place, triedAt] = [{ topic, partition }, this.#options.time.now()]
    this.#halted.set(lane, { partition: place, reason: haltReason, epoch, triedAt })
    this.#toldHalts.add(lane)
    // Tried again in vain: it has been halted since then.
    if (before?.reason === haltReason && before.epoch === epoch) return Promise.resolve()
    return this.#rows.note(lane, { offset, reason: haltReason ?? 'unknown' })
  }

  async revoked(partition: TopicPartition): Promise<void> {
    const name = laneOf(this.#options.role.name, partition)
    const lane = this.#lanes.get(name)
    this.#lanes.delete(name)
    await lane?.stop()
    this.#halted.delete(name)
    this.#rows.leave(name)
  }

  #lane(partition: TopicPartition): Lane<T> {
    const { topic, partition: number } = partition
    const name = laneOf(this.#options.role.name, partition)
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      const place = { topic, partition: number }
      const restart = () => this.#consumer?.retry(place)
      lane = new Lane({ ...this.#options, turns: this.#turns, partition: place, restart })
      this.#lanes.set(name, lane)
    }
    return lane
  }
}

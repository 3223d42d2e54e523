import type {
  Batch,
  BatchAnswer,
  LogConsumer,
  PartitionHandler,
  Start,
  TopicPartition,
} from '../ports/log.ts'
import { forgetHalt, noteHalt } from './halts.ts'
import { Lane, type LaneOptions } from './lane.ts'
import { laneOf } from './lane-name.ts'
import { Interrupted } from './retry.ts'
import { Turns } from './turns.ts'

export interface RoleHostOptions<T> extends Omit<LaneOptions<T>, 'partition'> {
  /** Names this process, where a lane halts. */
  readonly holder: string
}

/** ms between two looks at halted lanes. */
const lookInterval = 2000

/** Runs a role on whatever partitions the log gives it: one lane each. */
export class RoleHost<T> implements PartitionHandler {
  readonly #options: RoleHostOptions<T>
  readonly #lanes = new Map<string, Lane<T>>()
  readonly #turns = new Turns()
  /** Looked at again from time to time: an operator may let them go on. */
  readonly #halted = new Map<string, TopicPartition>()
  readonly #leaving = new AbortController()

  constructor(options: RoleHostOptions<T>) {
    this.#options = options
  }

  get role(): LaneOptions<T>['role'] {
    return this.#options.role
  }

  get lanes(): readonly Lane<T>[] {
    return [...this.#lanes.values()]
  }

  /** Resolves when the consumer has stopped. */
  async run(consumer: LogConsumer): Promise<void> {
    const ended = new AbortController()
    const looking = this.#lookForResumed(consumer, AbortSignal.any([ended.signal, this.#leaving.signal]))
    try {
      await consumer.run(this)
    } finally {
      ended.abort()
      await looking
    }
  }

  /** `lanes resume` raises the epoch of a halted lane's position: then it starts again. */
  async #lookForResumed(consumer: LogConsumer, signal: AbortSignal): Promise<void> {
    const { store, time, logger } = this.#options
    while (!signal.aborted) {
      await time.sleep(lookInterval, signal)
      for (const [name, partition] of signal.aborted ? [] : this.#halted) {
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

  async assigned(partition: TopicPartition): Promise<Start> {
    try {
      await this.#options.role.ready()
      const lane = this.#lane(partition)
      const start = await lane.start(this.#leaving.signal)
      if (start.kind === 'halted') await this.#noteHalt(lane, partition)
      else {
        this.#halted.delete(lane.lane)
        await forgetHalt(lane.lane, this.#options)
      }
      return start
    } catch (error) {
      if (error instanceof Interrupted) return { kind: 'halted' }
      throw error
    }
  }

  async batch(batch: Batch): Promise<BatchAnswer> {
    const lane = this.#lane(batch)
    const answer = await lane.batch(batch)
    if (answer.kind === 'halted') await this.#noteHalt(lane, batch)
    return answer
  }

  #noteHalt({ lane, offset, haltReason }: Lane<T>, { topic, partition }: TopicPartition): Promise<void> {
    this.#halted.set(lane, { topic, partition })
    return noteHalt({ lane, offset, reason: haltReason ?? 'unknown' }, this.#options)
  }

  async revoked(partition: TopicPartition): Promise<void> {
    const name = laneOf(this.#options.role.name, partition)
    this.#lanes.get(name)?.stop()
    this.#lanes.delete(name)
    this.#halted.delete(name)
  }

  #lane(partition: TopicPartition): Lane<T> {
    const { topic, partition: number } = partition
    const name = laneOf(this.#options.role.name, partition)
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      lane = new Lane({ ...this.#options, turns: this.#turns, partition: { topic, partition: number } })
      this.#lanes.set(name, lane)
    }
    return lane
  }
}

import type { LogConsumer, PartitionHandler, Start, TopicPartition } from '../ports/log.ts'
import { Lane, type LaneOptions } from './lane.ts'
import { laneOf } from './lane-name.ts'
import { Interrupted } from './retry.ts'

/** Runs a role on whatever partitions the log gives it: one lane each. */
export class RoleHost<T> implements PartitionHandler {
  readonly #options: Omit<LaneOptions<T>, 'partition'>
  readonly #lanes = new Map<string, Lane<T>>()
  readonly #leaving = new AbortController()

  constructor(options: Omit<LaneOptions<T>, 'partition'>) {
    this.#options = options
  }

  get role(): LaneOptions<T>['role'] {
    return this.#options.role
  }

  get lanes(): readonly Lane<T>[] {
    return [...this.#lanes.values()]
  }

  /** Resolves when the consumer has stopped. */
  run(consumer: LogConsumer): Promise<void> {
    return consumer.run(this)
  }

  /** Nothing new is begun: a lane that waits for a server to start gives up, as whoever comes next will start it. */
  leave(): void {
    this.#leaving.abort()
  }

  async assigned(partition: TopicPartition): Promise<Start> {
    try {
      await this.#options.role.ready()
      return await this.#lane(partition).start(this.#leaving.signal)
    } catch (error) {
      if (error instanceof Interrupted) return { kind: 'halted' }
      throw error
    }
  }

  async batch(batch: Parameters<PartitionHandler['batch']>[0]) {
    return this.#lane(batch).batch(batch)
  }

  async revoked(partition: TopicPartition): Promise<void> {
    const name = laneOf(this.#options.role.name, partition)
    this.#lanes.get(name)?.stop()
    this.#lanes.delete(name)
  }

  #lane(partition: TopicPartition): Lane<T> {
    const { topic, partition: number } = partition
    const name = laneOf(this.#options.role.name, partition)
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      lane = new Lane({ ...this.#options, partition: { topic, partition: number } })
      this.#lanes.set(name, lane)
    }
    return lane
  }
}

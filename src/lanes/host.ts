import type { LogConsumer, PartitionHandler, TopicPartition } from '../ports/log.ts'
import { Lane, type LaneOptions } from './lane.ts'
import { laneOf } from './lane-name.ts'

/** Runs a role on whatever partitions the log gives it: one lane each. */
export class RoleHost<T> implements PartitionHandler {
  readonly #options: Omit<LaneOptions<T>, 'partition'>
  readonly #lanes = new Map<string, Lane<T>>()
  readonly #stopping = new AbortController()

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

  /** A lane waiting for a server gives up; what it was doing is done by whoever starts next. */
  abort(): void {
    this.#stopping.abort()
  }

  async assigned(partition: TopicPartition) {
    await this.#options.role.ready()
    return this.#lane(partition).start(this.#stopping.signal)
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

import type { TopicPartition } from '../../ports/log.ts'
import type { Logger } from '../../ports/logger.ts'
import { placeOf } from './pieces.ts'

export interface Offsets {
  topics: { topic: string; partitions: { partition: number; offset: string }[] }[]
}

/** Commits offsets to the group, some time after the fact and all together: nobody waits for what is only a hint. */
export class CommitHints {
  readonly #interval: number
  readonly #logger: Logger
  readonly #due = new Map<string, TopicPartition & { readonly next: number }>()
  #commit: ((offsets: Offsets) => Promise<void>) | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(interval: number, logger: Logger) {
    this.#interval = interval
    this.#logger = logger
  }

  /** By whom the next ones are committed: the one that kafkajs gives each batch works until the group is left. */
  through(commit: (offsets: Offsets) => Promise<void>): void {
    this.#commit = commit
  }

  note(partition: TopicPartition, next: number): void {
    this.#due.set(placeOf(partition), { ...partition, next })
    this.#timer ??= setTimeout(() => void this.flush(), this.#interval)
  }

  /** What was noted is about partitions that may be another's now. */
  forget(): void {
    this.#due.clear()
    this.#stopTimer()
  }

  /** Commits what is due; a failure is only told. */
  async flush(): Promise<void> {
    this.#stopTimer()
    if (this.#due.size === 0 || this.#commit === null) return
    const topics = [...Map.groupBy(this.#due.values(), ({ topic }) => topic)].map(([topic, due]) => ({
      topic,
      partitions: due.map(({ partition, next }) => ({ partition, offset: String(next) })),
    }))
    this.#due.clear()
    try {
      await this.#commit({ topics })
    } catch (error) {
      this.#logger.debug({ error: String(error) }, 'hint-not-committed')
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

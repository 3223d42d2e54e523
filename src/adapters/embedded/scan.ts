import type { LogRecord, Stretch, TopicRecord } from '../../ports/log.ts'

/** Reads records of a partition from an offset on, at most so many. */
export type ReadPartition = (
  place: Pick<Stretch, 'topic' | 'partition'>,
  from: number,
  limit: number,
) => readonly LogRecord[]

interface Queue {
  readonly stretch: Stretch
  /** Read ahead, last first. */
  records: LogRecord[]
  next: number
}

const readAhead = 500

/** Reads stretches of partitions as one stream, by time; records of one time in the order of the stretches. */
export class MergedReader {
  readonly #read: ReadPartition
  readonly #queues: Queue[]

  constructor(read: ReadPartition, stretches: readonly Stretch[]) {
    this.#read = read
    this.#queues = stretches.map(stretch => ({ stretch, records: [], next: stretch.start }))
  }

  /** Whether all was read up to the stretches' ends. */
  get finished(): boolean {
    return this.#queues.every(({ stretch, records, next }) => records.length === 0 && next >= stretch.end)
  }

  /** What is there now and was not read before. */
  *available(): Generator<TopicRecord> {
    for (;;) {
      let soonest: Queue | undefined
      for (const queue of this.#queues) {
        const head = this.#head(queue)
        const best = soonest?.records.at(-1)
        if (head !== undefined && (best === undefined || head.timestamp < best.timestamp)) soonest = queue
      }
      const record = soonest?.records.pop()
      if (soonest === undefined || record === undefined) return
      const { topic, partition } = soonest.stretch
      yield { ...record, topic, partition }
    }
  }

  /** Of the records read ahead, which lie last first. */
  #head(queue: Queue): LogRecord | undefined {
    const { stretch } = queue
    if (queue.records.length === 0 && queue.next < stretch.end) {
      const found = this.#read(stretch, queue.next, Math.min(readAhead, stretch.end - queue.next))
      queue.records = found.filter(({ offset }) => offset < stretch.end).reverse()
      queue.next = (found.at(-1)?.offset ?? queue.next - 1) + 1
    }
    return queue.records.at(-1)
  }
}

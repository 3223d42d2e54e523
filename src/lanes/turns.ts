/**
 * Lanes of one role that keep meeting in the same documents (two routers and the last places of a partner) gain nothing
 * from working side by side: each commit makes the others' work void. Those that met take turns for a while.
 * Only a matter of speed, and within one process: the version guards decide.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  readonly #waiting = new Set<string>()

  /** Begins when all who asked before have ended, however they did. */
  async take<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting.add(lane)
    await before
    this.#waiting.delete(lane)
    try {
      return await work()
    } finally {
      resolve()
    }
  }

  /** Whether the lane waits for another one's turn to end. */
  isWaiting(lane: string): boolean {
    return this.#waiting.has(lane)
  }
}

/** Batches that a lane takes turns for after a conflict. */
export const cautiousFor = 16

import { setTimeout } from 'node:timers/promises'

/**
 * Lanes of one role that keep meeting in the same documents (two routers and the last places of a partner) gain nothing
 * from working side by side: each commit makes the others' work void. Those that met take turns for a while.
 * Only a matter of speed, and within one process: the version guards decide.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  readonly #waiting = new Set<string>()
  readonly #signOfLife: number

  /** ms between two signs of life of who waits. */
  constructor(signOfLife = 1000) {
    this.#signOfLife = signOfLife
  }

  /**
   * Begins when all who asked before have ended, however they did. `meanwhile` is called every now and then; when it
   * rejects, the turn is given up.
   */
  async take<T>(lane: string, work: () => Promise<T>, meanwhile?: () => Promise<void>): Promise<T> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting.add(lane)
    try {
      await (meanwhile === undefined ? before : this.#waitFor(before, meanwhile))
    } catch (error) {
      void before.then(() => resolve())
      throw error
    } finally {
      this.#waiting.delete(lane)
    }
    try {
      return await work()
    } finally {
      resolve()
    }
  }

  async #waitFor(turn: Promise<unknown>, meanwhile: () => Promise<void>): Promise<void> {
    for (;;) {
      const timer = new AbortController()
      const over = setTimeout(this.#signOfLife, 'over', { signal: timer.signal }).catch(() => null)
      const outcome = await Promise.race([turn.then(() => null), over])
      timer.abort()
      if (outcome === null) return
      await meanwhile()
    }
  }

  /** Whether the lane waits for another one's turn to end. */
  isWaiting(lane: string): boolean {
    return this.#waiting.has(lane)
  }
}

/** Batches that a lane takes turns for after a conflict. */
export const cautiousFor = 16

import type { RoleThread } from './threads.ts'

/**
 * SIGTERM or SIGINT stops a worker in three steps: nothing new is taken; what is under way is finished, within the
 * deadline (ms); then the process ends whatever goes on. A second signal ends it at once.
 */
export class Stopping {
  readonly #deadline: number
  readonly #asked = new AbortController()
  #threads: readonly RoleThread[] = []
  #stopped: Promise<unknown> | null = null

  constructor(deadline: number) {
    this.#deadline = deadline
    process.on('SIGTERM', this.#onSignal).on('SIGINT', this.#onSignal)
  }

  /** Aborted with the first signal. */
  get signal(): AbortSignal {
    return this.#asked.signal
  }

  /** Resolves when a signal came and all have stopped. When one can't go on, the others are stopped too, and it rejects. */
  async run(threads: readonly RoleThread[]): Promise<void> {
    this.#threads = threads
    if (this.signal.aborted) void this.#stopAll()
    try {
      await Promise.all(threads.map(thread => thread.run()))
    } finally {
      await this.#stopAll()
    }
  }

  /** Signals mean again what they meant before. */
  end(): void {
    process.off('SIGTERM', this.#onSignal).off('SIGINT', this.#onSignal)
  }

  readonly #onSignal = (): void => {
    if (this.signal.aborted) giveUp('stopped at once')
    this.#asked.abort()
    void this.#stopAll()
    setTimeout(() => giveUp('the stop took too long'), this.#deadline + 5_000).unref()
  }

  #stopAll(): Promise<unknown> {
    if (this.#threads.length === 0) return Promise.resolve()
    this.#stopped ??= Promise.allSettled(this.#threads.map(thread => thread.stop(this.#deadline)))
    return this.#stopped
  }
}

function giveUp(why: string): never {
  process.stderr.write(`referral-router: ${why}; what was under way is done by the next start\n`)
  process.exit(1)
}

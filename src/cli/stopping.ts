import { explain } from './explain-error.ts'
import type { RoleThread } from './threads.ts'

/** ms beyond the deadline after which the process ends whatever goes on. */
const grace = 5_000

/**
 * SIGTERM or SIGINT stops a worker in three steps: nothing new is taken; what is under way is finished, within the
 * deadline (ms); then the process ends whatever goes on. A second signal ends it at once. A thread that can't go on has
 * the others stopped in the same way.
 */
export class Stopping {
  readonly #deadline: number
  readonly #asked = new AbortController()
  #threads: readonly Pick<RoleThread, 'run' | 'stop'>[] = []
  #stopped: Promise<unknown> | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(deadline: number) {
    this.#deadline = deadline
    process.on('SIGTERM', this.#onSignal).on('SIGINT', this.#onSignal)
  }

  /** Aborted with the first signal, or when a thread failed. */
  get signal(): AbortSignal {
    return this.#asked.signal
  }

  /** Resolves when a signal came and all have stopped. When one can't go on, the others are stopped too, and it rejects. */
  async run(threads: readonly Pick<RoleThread, 'run' | 'stop'>[]): Promise<void> {
    this.#threads = threads
    if (this.signal.aborted) void this.#stopAll()
    try {
      await Promise.all(threads.map(thread => thread.run()))
    } catch (error) {
      this.#failure = { error }
      throw error
    } finally {
      this.#begin()
      await this.#stopAll()
    }
  }

  /** Signals mean again what they meant before. */
  end(): void {
    process.off('SIGTERM', this.#onSignal).off('SIGINT', this.#onSignal)
  }

  readonly #onSignal = (): void => {
    if (this.signal.aborted) this.#giveUp('stopped at once')
    this.#begin()
    void this.#stopAll()
  }

  #begin(): void {
    if (this.signal.aborted) return
    this.#asked.abort()
    // Not what keeps the process alive; and not taken back, as closing what the threads shared may hang as well.
    setTimeout(() => this.#giveUp('the stop took too long'), this.#deadline + grace).unref()
  }

  #stopAll(): Promise<unknown> {
    if (this.#threads.length === 0) return Promise.resolve()
    this.#stopped ??= Promise.allSettled(this.#threads.map(thread => thread.stop(this.#deadline)))
    return this.#stopped
  }

  /** A failure is told here, as nobody comes to tell it otherwise. */
  #giveUp(how: string): never {
    const why = this.#failure === null ? '' : `${explain(this.#failure.error).message}; `
    process.stderr.write(`referral-router: ${why}${how}; what was under way is done by the next start\n`)
    process.exit(1)
  }
}

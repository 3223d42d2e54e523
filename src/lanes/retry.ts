import { isRetryable } from '../ports/errors.ts'
import type { Logger } from '../ports/logger.ts'
import type { Time } from '../ports/time.ts'

/** Thrown out of `persist` when the partition was revoked or the worker stops while a server can't be reached. */
export class Interrupted extends Error {}

export interface Persistence {
  readonly time: Pick<Time, 'sleep'>
  readonly logger: Logger
  /** What is waited for, in the log line. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
  /** Called before each further attempt: a member of a group that waits must still say that it lives. */
  readonly meanwhile?: (() => Promise<void>) | undefined
  readonly firstDelay?: number
  readonly longestDelay?: number
}

/**
 * Does `work` until it works: a server that can't be reached is waited for, loudly and without end. Errors that waiting
 * can't mend come through. Delays in ms double from `firstDelay` (100) to `longestDelay` (5,000).
 */
export async function persist<T>(work: () => Promise<T>, options: Persistence): Promise<T> {
  const longest = options.longestDelay ?? 5000
  let delay = options.firstDelay ?? 100
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isRetryable(error)) throw error
      if (options.signal?.aborted === true) throw new Interrupted(options.what, { cause: error })
      options.logger.warn({ what: options.what, attempt, delay, error: String(error) }, 'waiting')
      await options.time.sleep(delay, options.signal)
      await options.meanwhile?.()
      delay = Math.min(2 * delay, longest)
    }
  }
}

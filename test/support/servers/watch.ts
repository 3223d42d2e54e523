import { setTimeout } from 'node:timers/promises'

export interface WatchOptions {
  readonly label: string
  /** Resolves when the server has done a small piece of real work. */
  readonly ask: (signal: AbortSignal) => Promise<void>
  /** Makes a server that answers of one that doesn't. */
  readonly mend: () => Promise<void>
  readonly tell: (line: string) => void
  /** ms from one ask to the next; 5 s. */
  readonly every?: number
  /** ms without an answer after which an ask has failed; 20 s. */
  readonly patience?: number
  /** Asks in a row that fail before it is mended; 2. */
  readonly failures?: number
}

/**
 * A shared server that hangs for good would fail every suite after the one it hung in, each at the end of its timeouts.
 * This finds it, mends it and says so: the suite it hung in is repeated, the others never notice.
 */
export function watch(options: WatchOptions): { stop(): Promise<void> } {
  const { label, ask, mend, tell, every = 5000, patience = 20_000, failures = 2 } = options
  const stopped = new AbortController()
  const answers = async () => {
    const late = AbortSignal.any([AbortSignal.timeout(patience), stopped.signal])
    const tooLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(new Error(`no answer in ${patience / 1000} s`)))
    })
    await Promise.race([ask(late), tooLate])
  }
  const run = async () => {
    let failed = 0
    for (;;) {
      await setTimeout(every, undefined, { signal: stopped.signal })
      try {
        await answers()
        failed = 0
      } catch (error) {
        stopped.signal.throwIfAborted()
        failed += 1
        tell(
          `${label} did not answer (${failed} of ${failures}): ${error instanceof Error ? error.message : error}`,
        )
        if (failed < failures) continue
        failed = 0
        await mend().then(
          () => tell(`${label} was started again: tests that used it meanwhile fail, or are repeated`),
          reason =>
            tell(`${label} can't be started again: ${reason instanceof Error ? reason.message : reason}`),
        )
      }
    }
  }
  const running = run().catch(() => {
    // The only way out of the loop is the stop.
  })
  return {
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}

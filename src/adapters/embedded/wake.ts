import type { Database } from './database.ts'

/** How long, in ms, an append by another process may go unnoticed. */
const pollInterval = 20

/** Tells waiting consumers that there may be something to read. */
export interface Wake {
  /** Grows with every append noticed. Read it before looking, wait with it after finding nothing. */
  readonly generation: () => number
  /** This process appended. */
  notify(): void
  /** Resolves as soon as the generation is past `seen`, or the signal aborts. */
  wait(seen: number, signal: AbortSignal): Promise<void>
}

/**
 * While somebody waits, a timer asks SQLite whether another connection has written (`PRAGMA data_version`, which
 * reads a counter in shared memory). It asks about any write, so a waiter may wake to nothing.
 */
export function openWake(database: Database): Wake {
  const waiting = new Set<() => void>()
  let generation = 0
  let timer: NodeJS.Timeout | null = null

  const dataVersion = () => database.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0
  let seenVersion = dataVersion()

  const notify = (): void => {
    generation++
    for (const resume of [...waiting]) resume()
  }

  const poll = (): void => {
    let version: number
    try {
      version = dataVersion()
    } catch {
      // The reader that wakes meets the same error, where somebody can be told.
      notify()
      return
    }
    if (version === seenVersion) return
    seenVersion = version
    notify()
  }

  return {
    generation: () => generation,
    notify,
    wait: (seen, signal) =>
      new Promise(resolve => {
        if (generation > seen || signal.aborted) return resolve()
        const resume = (): void => {
          waiting.delete(resume)
          signal.removeEventListener('abort', resume)
          if (waiting.size === 0 && timer !== null) {
            clearInterval(timer)
            timer = null
          }
          resolve()
        }
        waiting.add(resume)
        signal.addEventListener('abort', resume)
        timer ??= setInterval(poll, pollInterval)
      }),
  }
}

import type { Logger } from '../ports/logger.ts'
import type { Halt, Said } from './worker-lines.ts'

export interface LanesToldOptions {
  /** Everything is passed on to it. */
  readonly logger: Logger
  /** How many lanes are to come; null when a group shares them out, and nobody knows. */
  readonly lanes: number | null
  /** How many threads are to come. */
  readonly threads: number
  tell(said: Said): void
}

export interface LanesTold {
  /** To be given to the threads. */
  readonly logger: Logger
  /** In the order they halted. */
  readonly halts: readonly Halt[]
}

/**
 * Tells of lanes as they come, by what is logged. Once all have, and every thread has its tables, it says `ready`; or that
 * it isn't, when a lane has halted by then.
 */
export function lanesTold({ logger, lanes, threads, tell }: LanesToldOptions): LanesTold {
  const settled = new Set<string>()
  const halts: Halt[] = []
  let [tablesRead, told] = [0, false]
  const readyYet = () => {
    if (told || tablesRead < threads || settled.size < (lanes ?? 0)) return
    told = true
    const running = settled.size - halts.length
    tell(
      halts.length === 0
        ? { event: 'ready', running }
        : { event: 'not-ready', running, halted: halts.map(({ lane }) => lane) },
    )
  }
  return {
    halts,
    logger: {
      debug(fields, event) {
        logger.debug(fields, event)
        if (event !== 'lane' || !isLaneState(fields) || fields.state !== 'running') return
        settled.add(fields.lane)
        const { lane, state, offset } = fields
        tell({ event: 'lane', lane, state, offset })
        readyYet()
      },
      info(fields, event) {
        // Of one thread: the worker is ready when all are.
        if (event === 'ready') {
          logger.debug(fields, event)
          tablesRead += 1
        } else logger.info(fields, event)
        readyYet()
      },
      warn: (fields, event) => logger.warn(fields, event),
      error(fields, event) {
        logger.error(fields, event)
        if (event !== 'lane-halted' || !isHalt(fields)) return
        const { lane, reason } = fields
        settled.add(lane)
        halts.push({ lane, reason })
        tell({ event: 'halted', lane, reason })
        readyYet()
      },
    },
  }
}

function isLaneState(fields: object): fields is { lane: string; state: string; offset: number } {
  return 'lane' in fields && 'state' in fields && 'offset' in fields
}

function isHalt(fields: object): fields is Halt {
  return 'lane' in fields && 'reason' in fields
}

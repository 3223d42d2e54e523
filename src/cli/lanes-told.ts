import type { Logger } from '../ports/logger.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { inputsOf } from './lane-places.ts'
import type { Halt, Said } from './worker-lines.ts'

// A worker is
//   starting – until every thread has its tables, is in its groups, and has started (or halted) the lanes it got there;
//   ready – while no lane of it is halted;
//   not-ready – while one is; ready again once none is: an operator lets it go on, or another worker gets it;
//   stopping – once told to, or when it can't go on.
export type WorkerState = 'starting' | 'ready' | 'not-ready' | 'stopping'

export interface LanesToldOptions {
  /** Everything is passed on to it. */
  readonly logger: Logger
  readonly roles: readonly RoleName[]
  /** How many threads are to come. */
  readonly threads: number
  readonly now: () => number
  tell(said: Said): void
  /** Hears of every lane that begins or ceases to run, until it stops; gets all that run. */
  lanesChanged(lanes: ReadonlySet<string>): void
}

export interface LanesTold {
  /** To be given to the threads. */
  readonly logger: Logger
  /** Those that stand now, in the order they halted. */
  readonly halts: readonly Halt[]
  /** How many lanes run. */
  readonly running: number
  readonly state: WorkerState
  /** When it came to that state, ms since 1970. */
  readonly since: number
  stopping(): void
}

/** Tells of lanes as they come, halt and go on, by what is logged, and of the worker's state as it changes. */
export function lanesTold(options: LanesToldOptions): LanesTold {
  const { logger, roles, threads, now, tell } = options
  const running = new Set<string>()
  const halts = new Map<string, Halt>()
  const reads = roleNames.some(role => roles.includes(role) && inputsOf[role].length > 0)
  let threadsReady = 0
  let state: WorkerState = 'starting'
  let since = now()
  const enter = (next: WorkerState) => {
    if (next === state) return false
    state = next
    since = now()
    return true
  }
  const cease = (lane: string) => {
    if (running.delete(lane) && state !== 'stopping') options.lanesChanged(running)
  }
  const look = () => {
    if (state === 'stopping' || threadsReady < threads) return
    if (!enter(halts.size === 0 ? 'ready' : 'not-ready')) return
    if (halts.size > 0) tell({ event: 'not-ready', running: running.size, halted: [...halts.keys()] })
    else tell({ event: 'ready', running: running.size, idle: reads && running.size === 0 })
  }
  return {
    get halts() {
      return [...halts.values()]
    },
    get running() {
      return running.size
    },
    get state() {
      return state
    },
    get since() {
      return since
    },
    stopping: () => void enter('stopping'),
    logger: {
      debug(fields, event) {
        logger.debug(fields, event)
        if (event !== 'lane' || !isLaneState(fields)) return
        const { lane, offset } = fields
        // A restart in between is nobody's concern.
        if (fields.state === 'stopped' || fields.state === 'halted') cease(lane)
        if (fields.state !== 'running' || running.has(lane)) return
        running.add(lane)
        options.lanesChanged(running)
        if (halts.delete(lane)) tell({ event: 'goes-on', lane, offset })
        else tell({ event: 'lane', lane, state: fields.state, offset })
        look()
      },
      info(fields, event) {
        // Of one thread: the worker is ready when all are.
        if (event === 'ready') {
          logger.debug(fields, event)
          threadsReady += 1
        } else logger.info(fields, event)
        if (event === 'halted-lane-left' && isLane(fields) && halts.delete(fields.lane))
          tell({ event: 'left', lane: fields.lane })
        look()
      },
      warn: (fields, event) => logger.warn(fields, event),
      error(fields, event) {
        logger.error(fields, event)
        if (event !== 'lane-halted' || !isHalt(fields)) return
        const { lane, reason } = fields
        cease(lane)
        const before = halts.get(lane)
        halts.set(lane, { lane, reason })
        // Each time the group is joined again a halted lane is tried again.
        if (before?.reason !== reason) tell({ event: 'halted', lane, reason })
        look()
      },
    },
  }
}

function isLane(fields: object): fields is { lane: string } {
  return 'lane' in fields
}

function isLaneState(fields: object): fields is { lane: string; state: string; offset: number } {
  return 'lane' in fields && 'state' in fields && 'offset' in fields
}

function isHalt(fields: object): fields is Halt {
  return 'lane' in fields && 'reason' in fields
}

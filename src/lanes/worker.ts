import type { Codec } from '../ports/codec.ts'
import type { Log, LogConsumer } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import { directory } from '../roles/directory.ts'
import { projector } from '../roles/projector.ts'
import { referral } from '../roles/referral.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { router } from '../roles/router.ts'
import { Tables } from '../roles/tables.ts'
import { Clock } from './clock.ts'
import { Herald } from './herald.ts'
import { RoleHost } from './host.ts'
import type { Lane } from './lane.ts'
import type { LaneOptions } from './lane-options.ts'
import { TableReader } from './table-reader.ts'

export interface WorkerOptions {
  readonly log: Log
  readonly store: Store<Collections>
  readonly codec: Codec
  /** What the clock goes by, and what waits are made of. */
  readonly time: Time
  /** The batches' now; `time` unless everything shall happen at its record's time. */
  readonly batchTime?: Pick<Time, 'now'>
  readonly logger: Logger
  readonly roles?: readonly RoleName[]
  readonly customerSecret?: string
  /** Names this process in leases and logs. */
  readonly holder: string
  /** Records a lane takes at once. */
  readonly batchRecords?: number
  /** ms between two looks at the tables, and at the timers. */
  readonly tableInterval?: number
  readonly clockInterval?: number
  /** ms between two looks at whether all visibility is to be sent, and that it has to be due before. */
  readonly heraldInterval?: number
  readonly heraldSettling?: number
  /** See `ClockOptions.patience`. */
  readonly timerPatience?: number
  /** Hears at once why it can't go on; `run` rejects only when all else has stopped. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * `starting` until the tables are read, every role's group is joined, and the lanes that came with it have started or
 * halted; `stopping` from the first call of `stop`.
 */
export type WorkerState = 'starting' | 'running' | 'stopping' | 'stopped'

export const sourceOf = (role: string): string => `/referral-router/${role}`

/** Each role with the hosts, tables and readers it needs, wired but not running. */
export function assemble(options: WorkerOptions) {
  const { log, store, codec, time, logger } = options
  const now = options.batchTime?.now
  const wanted = new Set(options.roles ?? roleNames)
  const tables = new Tables()
  const reader = new TableReader(
    store,
    tables,
    wanted.has('router')
      ? ['profiles', 'weights', 'partners', 'interests', 'cells']
      : wanted.has('projector')
        ? ['weights', 'cells']
        : [],
  )
  const ready = () => reader.ready()
  const host = <T>(role: LaneOptions<T>['role']) =>
    new RoleHost<T>({
      role,
      log,
      store,
      codec,
      time,
      now,
      logger,
      source: sourceOf(role.name),
      holder: options.holder,
    })
  const customerSecret = options.customerSecret ?? ''
  const projecting = wanted.has('projector') ? host(projector({ tables, ready })) : null
  const hosts = [
    ...(wanted.has('directory') ? [host(directory())] : []),
    ...(wanted.has('router') ? [host(router({ tables, ready, customerSecret }))] : []),
    ...(wanted.has('referral') ? [host(referral())] : []),
    ...(projecting === null ? [] : [projecting]),
  ] as const
  const herald =
    projecting === null
      ? null
      : new Herald({
          lanes: () => projecting.lanes as never,
          ...{ tables, store, log, time, now, logger, ready, settling: options.heraldSettling },
        })
  const clock = wanted.has('clock')
    ? new Clock({
        store,
        codec,
        logger,
        time,
        producer: log.producer,
        source: sourceOf('clock'),
        holder: options.holder,
        ...(options.timerPatience === undefined ? {} : { patience: options.timerPatience }),
      })
    : null
  return { hosts, clock, herald, reader, tables }
}

/** Runs roles until told to stop. Rejects from `run` when it can't go on: the process should end then. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #parts: ReturnType<typeof assemble>
  readonly #consumers: LogConsumer[] = []
  readonly #ending = new AbortController()
  #state: WorkerState = 'starting'

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#parts = assemble(options)
  }

  get state(): WorkerState {
    return this.#state
  }

  get lanes(): readonly Lane<never>[] {
    return this.#parts.hosts.flatMap(host => host.lanes as readonly Lane<never>[])
  }

  /** Lanes at work that have made no step for as long as this, ms. */
  stuckFor(duration: number): string[] {
    const moment = this.#options.time.now() - duration
    return this.#parts.hosts.flatMap(host => host.stuckSince(moment))
  }

  async run(): Promise<void> {
    const { log, time, logger, batchRecords = 500 } = this.#options
    const { tableInterval = 100, clockInterval = 500, heraldInterval = 2000 } = this.#options
    const { signal } = this.#ending
    const { hosts, clock, herald, reader } = this.#parts
    const work: Promise<void>[] = []
    const follow = reader.run({ time, logger, interval: tableInterval, signal })
    for (const host of hosts) {
      const consumer = log.consumer({ group: host.role.name, topics: host.role.topics, batchRecords })
      this.#consumers.push(consumer)
      work.push(host.run(consumer))
    }
    if (clock !== null) work.push(clock.run({ interval: clockInterval, signal }))
    if (herald !== null) work.push(herald.run({ interval: heraldInterval, signal }))
    const everything = Promise.all([follow, ...work])
    Promise.all([reader.ready(), ...hosts.map(host => host.settled)]).then(
      () => this.#setState('running'),
      () => undefined,
    )
    try {
      await everything
    } catch (error) {
      this.#options.onFailure?.(error)
      throw error
    } finally {
      // One that can't go on takes the others with it: half a worker would look alive.
      await this.#takeNothingNew()
      this.#setState('stopped')
    }
  }

  /**
   * Three steps: take nothing new; wait for what is under way, which gives up where it waits for a server; after
   * `deadline` ms wait no longer, and say so. What was given up is done by whoever starts next.
   */
  async stop(deadline = 20_000): Promise<void> {
    this.#setState('stopping')
    const patience = new AbortController()
    const overdue = this.#options.time.sleep(deadline, patience.signal).then(() => {
      if (!patience.signal.aborted) this.#options.logger.warn({ deadline }, 'stop-overdue')
    })
    await Promise.race([this.#takeNothingNew(), overdue])
    patience.abort()
    await overdue
  }

  async #takeNothingNew(): Promise<void> {
    this.#ending.abort()
    for (const host of this.#parts.hosts) host.leave()
    // Whoever has a lane next may have newer things to say.
    await Promise.all(this.lanes.map(lane => lane.quiet()))
    await Promise.allSettled(this.#consumers.map(consumer => consumer.stop()))
  }

  #setState(state: WorkerState): void {
    const order: readonly WorkerState[] = ['starting', 'running', 'stopping', 'stopped']
    if (order.indexOf(state) <= order.indexOf(this.#state)) return
    this.#state = state
    this.#options.logger.info({ state }, state === 'running' ? 'ready' : state)
  }
}

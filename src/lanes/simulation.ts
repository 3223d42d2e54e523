import { toMillis } from '../domain/time.ts'
import type { Log, LogRecord, TopicPartition } from '../ports/log.ts'
import type { Time } from '../ports/time.ts'
import type { RoleHost } from './host.ts'
import { laneOf } from './lane-name.ts'
import { Agenda, type HistoryLine } from './timeline.ts'
import { assemble, type WorkerOptions } from './worker.ts'

/** A log that can be read at any place, at once: what stepping needs and a cluster can't give. */
export interface SteppedLog extends Log {
  read(partition: TopicPartition, from: number, limit: number): readonly LogRecord[]
}

/** Time that stands still until it is moved, and never goes back. */
export class SimulatedTime implements Time {
  #now = 0

  readonly now = (): number => this.#now

  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at)
  }

  sleep(): Promise<void> {
    return Promise.resolve()
  }
}

export interface SimulationOptions
  extends Omit<WorkerOptions, 'log' | 'time' | 'batchTime' | 'roles' | 'timerPatience'> {
  readonly log: SteppedLog
  readonly time: SimulatedTime
  /** Called after all that a line caused was drained; what it returns is put on the agenda. */
  readonly respond?: () => readonly HistoryLine[]
  readonly progress?: (done: number, at: number) => void
}

const mostAtOnce = 500

/**
 * The whole worker in event time. One lane steps at a time, in a fixed order; all that a line causes is drained and the
 * tables are read before the next line; the clock steps at each timer that falls due in between. So the same history
 * gives the same bytes, however fast it runs.
 */
export class Simulation {
  readonly #options: SimulationOptions
  readonly #parts: ReturnType<typeof assemble>
  readonly #agenda = new Agenda<HistoryLine>()
  /** Sends to each topic so far: a partition that was read to its end has nothing new until there is another. */
  readonly #sends = new Map<string, number>()
  #steps: Step[] | null = null

  constructor(options: SimulationOptions) {
    const log = this.#counted(options.log)
    this.#options = { ...options, log }
    this.#parts = assemble({ ...this.#options, timerPatience: 0 })
  }

  #counted(log: SteppedLog): SteppedLog {
    const send: SteppedLog['producer']['send'] = async records => {
      await log.producer.send(records)
      for (const topic of new Set(records.map(record => record.topic))) {
        this.#sends.set(topic, (this.#sends.get(topic) ?? 0) + 1)
      }
    }
    return {
      producer: { send },
      read: (partition, from, limit) => log.read(partition, from, limit),
      consumer: options => log.consumer(options),
      partitions: topic => log.partitions(topic),
      inspect: (partition, at, group) => log.inspect(partition, at, group),
      close: () => log.close(),
    }
  }

  /** Runs the history to its end, or with `settle` on until no timer and no response is left. */
  async run(history: Iterable<HistoryLine>, { settle = false } = {}): Promise<void> {
    await this.#start()
    let done = 0
    for (const line of history) {
      await this.#catchUp(line.at)
      await this.#feed(line)
      done += 1
      this.#options.progress?.(done, line.at)
    }
    if (settle) await this.#catchUp(Number.POSITIVE_INFINITY)
  }

  /** Everything on the agenda and every timer up to `until`, in the order of their times; timers first. */
  async #catchUp(until: number): Promise<void> {
    for (;;) {
      const timer = await this.#nextTimer()
      const response = this.#agenda.peek()
      const next = Math.min(timer, response?.at ?? Number.POSITIVE_INFINITY)
      if (next > until || next === Number.POSITIVE_INFINITY) return
      if (timer <= next) {
        this.#options.time.moveTo(timer)
        if ((await this.#parts.clock?.tick()) === 0)
          throw new Error(`a timer due at ${timer} asked for nothing`)
        await this.#drain()
      } else {
        this.#agenda.take()
        if (response !== undefined) await this.#feed(response)
      }
    }
  }

  async #feed(line: HistoryLine): Promise<void> {
    const { time, log } = this.#options
    time.moveTo(line.at)
    const value = new TextEncoder().encode(line.value)
    await log.producer.send([{ topic: line.topic, key: line.key, value, headers: {} }])
    await this.#drain()
    for (const response of this.#options.respond?.() ?? []) this.#agenda.add(response)
  }

  async #nextTimer(): Promise<number> {
    const [next] = await this.#options.store.find('referrals', {
      where: { nextDueAt: { gt: '' } },
      sort: [['nextDueAt', 1]],
      limit: 1,
    })
    return next?.nextDueAt == null ? Number.POSITIVE_INFINITY : toMillis(next.nextDueAt)
  }

  async #start(): Promise<void> {
    await this.#parts.reader.ready()
    const steps: Step[] = []
    for (const host of this.#parts.hosts as readonly RoleHost<unknown>[]) {
      for (const topic of host.role.topics) {
        const count = await this.#options.log.partitions(topic)
        for (let partition = 0; partition < count; partition += 1) {
          const place = { topic, partition }
          const start = await host.assigned(place)
          if (start.kind === 'halted') throw new Error(`${laneOf(host.role.name, place)} can't start`)
          steps.push({ host, place, offset: start.offset, readAt: null })
        }
      }
    }
    this.#steps = steps
    await this.#drain()
  }

  async #drain(): Promise<void> {
    let progress = true
    while (progress) {
      progress = false
      for (const step of this.#steps ?? []) {
        if (await this.#step(step)) progress = true
      }
    }
    await this.#parts.reader.poll()
  }

  async #step(step: Step): Promise<boolean> {
    const sends = this.#sends.get(step.place.topic) ?? 0
    if (step.readAt === sends) return false
    const records = this.#options.log.read(step.place, step.offset, mostAtOnce)
    const last = records.at(-1)
    if (last === undefined) {
      step.readAt = sends
      return false
    }
    const answer = await step.host.batch({
      ...step.place,
      from: step.offset,
      to: last.offset + 1,
      records,
      heartbeat: () => Promise.resolve(),
      signal: never,
    })
    if (answer.kind !== 'advanced') {
      const lane = step.host.lanes.find(({ lane }) => lane === laneOf(step.host.role.name, step.place))
      throw new Error(`${lane?.lane ?? 'a lane'} stopped: ${lane?.haltReason ?? answer.kind}`)
    }
    step.offset = answer.next
    return true
  }
}

interface Step {
  readonly host: RoleHost<unknown>
  readonly place: TopicPartition
  offset: number
  /** Sends to the topic when the partition was last found read to its end. */
  readAt: number | null
}

const never = new AbortController().signal

/** The worker one step at a time in one process, so that each can be timed and none runs beside another. */
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import type { RoleHost } from '../../src/lanes/host.ts'
import { laneOf } from '../../src/lanes/lane-name.ts'
import { readRecords } from '../../src/lanes/read.ts'
import { SimulatedTime } from '../../src/lanes/simulation.ts'
import { assemble } from '../../src/lanes/worker.ts'
import type { Codec } from '../../src/ports/codec.ts'
import type { LogRecord, OutgoingRecord, TopicPartition } from '../../src/ports/log.ts'
import { silent } from '../../src/ports/logger.ts'
import { collections } from '../../src/roles/collections.ts'
import { type Topic, topicNames } from '../../src/roles/topics.ts'

/** Milliseconds of processor that a step took, and the records it was. */
export interface Timed {
  readonly lane: string
  readonly records: readonly LogRecord[]
  readonly spent: number
}

interface Step {
  readonly host: RoleHost<unknown>
  readonly place: TopicPartition
  offset: number
}

/** ms of this thread's processor: what other processes take of the machine is not counted. */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export class Stopped extends Error {}

export async function openStepper(directory: string, codec: Codec, { partitions = 2, from = 0 } = {}) {
  const time = new SimulatedTime()
  time.moveTo(from)
  const data = await openEmbedded(directory, {
    catalogue: collections,
    topics: topicNames,
    partitions,
    time,
    synchronous: 'off',
  })
  const { log, store } = data
  const { hosts, clock, reader, tables } = assemble({
    log,
    store,
    codec,
    time,
    logger: silent,
    holder: 'fuzz',
    customerSecret: 'secret',
  })
  await reader.ready()
  const steps: Step[] = []
  for (const host of hosts as readonly RoleHost<unknown>[]) {
    for (const topic of host.role.topics) {
      for (let partition = 0; partition < partitions; partition += 1) {
        const place = { topic, partition }
        const start = await host.assigned(place)
        if (start.kind === 'halted') throw new Stopped(`${laneOf(host.role.name, place)} can't start`)
        steps.push({ host, place, offset: start.offset })
      }
    }
  }

  async function take(step: Step, limit: number): Promise<Timed | null> {
    const { host, place, offset } = step
    const records = log.read(place, offset, limit)
    const last = records.at(-1)
    if (last === undefined) return null
    const lane = laneOf(host.role.name, place)
    const before = processorTime()
    const batch = {
      ...place,
      from: offset,
      to: last.offset + 1,
      records,
      heartbeat: async () => {},
      signal: never,
    }
    const answer = await host.batch(batch)
    const spent = processorTime() - before
    if (answer.kind !== 'advanced') {
      const reason = host.lanes.find(each => each.lane === lane)?.haltReason
      throw new Stopped(`${lane} stopped at ${offset} to ${last.offset}: ${reason ?? answer.kind}`)
    }
    step.offset = answer.next
    return { lane, records, spent }
  }

  return {
    log,
    store,
    time,
    tables,
    /** What the lanes counted, by lane. */
    counts: () =>
      new Map(
        (hosts as readonly RoleHost<unknown>[]).flatMap(host =>
          host.lanes.map(each => [each.lane, each.counts]),
        ),
      ),
    send: (records: readonly OutgoingRecord[]) => log.producer.send(records),
    tick: () => clock?.tick(),
    /** Until nothing is left to do. `limit` says how many records the next step takes. */
    async drain(limit: () => number, each: (timed: Timed) => Promise<void> = async () => {}): Promise<void> {
      for (let busy = true; busy; ) {
        busy = false
        for (const step of steps) {
          const timed = await take(step, limit())
          if (timed === null) continue
          busy = true
          await each(timed)
        }
        await reader.poll()
      }
    },
    /** ms that each record of a step takes alone: worked again, against what the store holds by now, without effect. */
    async alone({ lane, records }: Timed): Promise<number[]> {
      const step = steps.find(({ host, place }) => laneOf(host.role.name, place) === lane)
      if (step === undefined) return []
      const { role } = step.host
      const spent: number[] = []
      for (const record of records) {
        const before = processorTime()
        const [reading] = await readRecords(role, step.place, [record], codec)
        if (reading?.kind === 'input')
          await role.process([reading.input], { lane, now: time.now(), read: store })
        spent.push(processorTime() - before)
      }
      return spent
    },
    read: (topic: Topic, partition: number, at: number, limit = 1000) =>
      log.read({ topic, partition }, at, limit),
    close: () => data.close(),
  }
}
export type Stepper = Awaited<ReturnType<typeof openStepper>>

const never = new AbortController().signal

import type { Position } from '../ports/store.ts'
import { obstacleTo } from './admission.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import { mismatch } from './place.ts'
import { Interrupted, persist } from './retry.ts'

/** The position that was read, also when it can't be gone on from: whoever looks for a later epoch has to know this one. */
export type Found =
  | {
      readonly kind: 'place'
      readonly stored: Position | null
      readonly offset: number
      /** Of the topic, as long as the lane runs. */
      readonly partitions: number
    }
  | {
      readonly kind: 'halted'
      readonly stored: Position | null
      /** One line for the operator. */
      readonly reason: string
      readonly error?: unknown
    }

/**
 * Where a lane goes on: at its position, when the worker still is what the others are and the log can be the one that
 * the position was taken in. Rejects with `Interrupted` alone.
 */
export async function findPlace<T>(
  lane: string,
  options: Pick<LaneOptions<T>, 'role' | 'partition' | 'store' | 'log' | 'codec' | 'time' | 'logger'>,
  waiting: Waiting,
): Promise<Found> {
  const { store, log, partition, role } = options
  const asked = <A>(what: string, ask: () => Promise<A>) =>
    persist(ask, { ...options, ...waiting, what: `${what} of ${lane}` })
  const readPosition = () => asked('position', () => store.position(lane))
  const readResumption = async () => (await store.get('resumptions', [lane])).get(lane) ?? null
  let stored: Position | null = null
  try {
    stored = await readPosition()
    const obstacle = await asked('layout', () => obstacleTo(partition.topic, options))
    if (obstacle !== null) return { kind: 'halted', stored, reason: obstacle }
    const partitions = await asked('layout', () => log.partitions(partition.topic))
    for (;;) {
      const at = { offset: stored?.offset ?? 0, timestamp: stored?.timestamp ?? null }
      const place = await asked('log', () => log.inspect(partition, at, role.name))
      const problem = mismatch(stored, place, await asked('resumption', readResumption))
      if (problem === null)
        return { kind: 'place', stored, offset: stored?.offset ?? place.start, partitions }
      // A former owner may have moved the position, and committed, since it was read: only one that stands is wrong.
      const again = await readPosition()
      if (again?.offset === stored?.offset && again?.epoch === stored?.epoch)
        return { kind: 'halted', stored, reason: problem }
      stored = again
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error
    return { kind: 'halted', stored, reason: messageOf(error), error }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

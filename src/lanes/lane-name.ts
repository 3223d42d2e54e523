import type { TopicPartition } from '../ports/log.ts'

/** Where a lane's position is kept: `<role>/<topic>/<partition>`. */
export function laneOf(role: string, partition: TopicPartition): string {
  return `${role}/${partition.topic}/${partition.partition}`
}

/**
 * The lane as others see it, in `ce_id`, `lane` and `changed`. A resumed lane reads under a new epoch, so that `seq`
 * may start afresh: `router/rfis/3`, then `router/rfis/3~1`.
 */
export function laneName(lane: string, epoch: number): string {
  return epoch === 0 ? lane : `${lane}~${epoch}`
}

/** Between these two, both left out, stand the names of a lane under later epochs, and no other lane's. */
export function laterEpochs(lane: string): readonly [above: string, below: string] {
  return [`${lane}~`, `${lane}~:`]
}

/** Oldest epoch first; what one epoch has keeps its order. */
export function byEpoch<T extends { readonly lane: string }>(entries: readonly T[]): T[] {
  const epochOf = ({ lane }: T) => Number(/~(\d+)$/.exec(lane)?.[1] ?? 0)
  return entries.toSorted((one, other) => epochOf(one) - epochOf(other))
}

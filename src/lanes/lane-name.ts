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

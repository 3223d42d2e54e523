import { laneOf } from '../lanes/lane-name.ts'
import type { LogReader, TopicPartition } from '../ports/log.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { type Topic, topics } from '../roles/topics.ts'

/** What each role reads; its lanes are the partitions of these. */
export const inputsOf: Readonly<Record<RoleName, readonly Topic[]>> = {
  directory: [topics.profiles, topics.weights],
  router: [topics.rfis],
  referral: [topics.commands],
  projector: [topics.status, topics.notices],
  clock: [],
}

export interface LanePlace extends TopicPartition {
  readonly lane: string
  readonly role: RoleName
  /** First offset the partition still holds. */
  readonly start: number
  /** Offset the next record of the partition gets. */
  readonly end: number
}

/** All lanes that workers with these roles have. */
export async function lanesOf(
  { log }: { readonly log: Pick<LogReader, 'stretches'> },
  roles: readonly RoleName[] = roleNames,
): Promise<LanePlace[]> {
  const ends = await log.stretches([...new Set(roles.flatMap(role => inputsOf[role]))])
  return roles.flatMap(role =>
    inputsOf[role].flatMap(name =>
      ends
        .filter(({ topic }) => topic === name)
        .map(({ topic, partition, start, end }) => {
          const place = { topic, partition }
          return { ...place, start, end, role, lane: laneOf(role, place) }
        }),
    ),
  )
}

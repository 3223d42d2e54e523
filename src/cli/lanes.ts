import { laneOf } from '../lanes/lane-name.ts'
import type { TopicPartition } from '../ports/log.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import { type Topic, topics } from '../roles/topics.ts'
import type { Folder } from './folder.ts'

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
  /** Offset the next record of the partition gets. */
  readonly end: number
}

/** All lanes that workers with these roles have on the folder. */
export function lanesOf({ log }: Pick<Folder, 'log'>, roles: readonly RoleName[] = roleNames): LanePlace[] {
  const ends = log.ends()
  return roles.flatMap(role =>
    inputsOf[role].flatMap(name =>
      ends
        .filter(({ topic }) => topic === name)
        .map(place => ({ ...place, role, lane: laneOf(role, place) })),
    ),
  )
}

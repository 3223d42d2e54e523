import { type Embedded, openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { systemTime } from '../../src/adapters/system-time.ts'
import { hour, toTimestamp } from '../../src/domain/time.ts'
import { laneOf } from '../../src/lanes/lane-name.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import type { RoleName } from '../../src/roles/role.ts'
import { type Topic, topicNames, topics } from '../../src/roles/topics.ts'

export type Folder = Embedded<Collections>

export const options = { catalogue: collections, topics: topicNames, time: systemTime }

const inputs: readonly (readonly [role: RoleName, topic: Topic])[] = [
  ['directory', topics.profiles],
  ['directory', topics.weights],
  ['router', topics.rfis],
  ['referral', topics.commands],
  ['projector', topics.status],
  ['projector', topics.notices],
]

const outputs: readonly string[] = [
  topics.referrals,
  topics.status,
  topics.notices,
  topics.decisions,
  topics.visibility,
  topics.deadLetters,
]

/** How far the lanes of some roles have come. */
export interface Progress {
  /** Sum of the positions. */
  readonly done: number
  /** Records that lie before a lane. */
  readonly left: number
}

export function openToLook(directory: string): Promise<Folder> {
  return openEmbedded(directory, { ...options, readOnly: true })
}

export async function progressOf({ log, store }: Folder, roles?: readonly RoleName[]): Promise<Progress> {
  const positions = new Map((await store.positions()).map(({ lane, offset }) => [lane, offset]))
  let done = 0
  let left = 0
  for (const place of log.ends())
    for (const [role, topic] of inputs) {
      if (topic !== place.topic || roles?.includes(role) === false) continue
      const position = positions.get(laneOf(role, place)) ?? 0
      done += position
      left += place.end - position
    }
  return { done, left }
}

/** How many records roles have sent, by the ends of what only they write. */
export function sentRecords({ log }: Folder): number {
  return log.ends().reduce((sum, { topic, end }) => (outputs.includes(topic) ? sum + end : sum), 0)
}

/** Referrals with a timer that should have fired, or will within the hour: the sooner ones that RFIs asked for. */
export function dueSoon({ store }: Folder): Promise<number> {
  return store.count('referrals', { nextDueAt: { lte: toTimestamp(Date.now() + hour), gt: '' } })
}

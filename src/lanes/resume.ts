import { misconfigured } from '../ports/errors.ts'
import type { Log, TopicPartition } from '../ports/log.ts'
import type { Position, Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { laneOf } from './lane-name.ts'
import { isAnotherLog, mismatch } from './place.ts'

export interface Resumption {
  readonly lane: string
  /** Null when the store knew none. */
  readonly from: Position | null
  readonly to: Position
  /** Records between the old place and the new one that no one will have read; null when the log is another one. */
  readonly skipped: number | null
  /** What was wrong, null when nothing was. */
  readonly problem: string | null
}

export interface ResumeOptions {
  readonly role: string
  readonly partition: TopicPartition
  /** Where to go on; null takes the first place at which nothing that the log holds is skipped. */
  readonly at: number | null
  readonly store: Store<Collections>
  readonly log: Pick<Log, 'inspect'>
}

/**
 * Lets a halted lane go on, under a new epoch: whoever follows it by `seq` begins anew. What the worker on it does next:
 * it reads from `to`, and sends first what it still owed.
 * @throws PortError `configuration` with what to do instead
 */
export async function resumeLane({ role, partition, at, store, log }: ResumeOptions): Promise<Resumption> {
  const lane = laneOf(role, partition)
  const from = await store.position(lane)
  const { offset: stood, timestamp } = from ?? { offset: 0, timestamp: null }
  const place = await log.inspect(partition, { offset: stood, timestamp }, role)
  const problem = mismatch(from, place)
  const noted = (await store.get('halts', [lane])).get(lane)
  if (problem === null && noted === undefined && at === null)
    throw misconfigured(`${lane} is not halted; --at moves it all the same`)
  const another = isAnotherLog({ offset: stood }, place)
  const offset = at ?? (another ? place.start : Math.max(stood, place.start))
  if (offset < place.start || offset > place.end)
    throw misconfigured(`--at is ${offset}, and ${lane} can go on from ${place.start} to ${place.end}`)
  const to: Position = { lane, offset, timestamp: null, epoch: (from?.epoch ?? 0) + 1 }
  const outcome = await store.commit({
    move: { from, to },
    writes: [{ kind: 'remove', collection: 'halts', id: lane }],
    journal: null,
  })
  if (outcome.kind !== 'committed')
    throw misconfigured(`${lane} was moved by a worker meanwhile: it is not halted`)
  return {
    lane,
    from,
    to,
    skipped: another ? null : Math.max(0, offset - Math.max(stood, from === null ? place.start : 0)),
    problem: problem ?? noted?.reason ?? null,
  }
}

import { systemTime } from '../adapters/system-time.ts'
import { type Timestamp, toTimestamp } from '../domain/time.ts'
import type { RoleName } from '../roles/role.ts'
import type { Backend, WorkerSeen } from './backend.ts'
import { lanesOf } from './lane-places.ts'
import { problemsOf } from './problems.ts'
import { sumCounts } from './sum-counts.ts'

export interface LaneStatus {
  readonly lane: string
  readonly role: RoleName
  readonly topic: string
  /** Null when it never worked. */
  readonly position: number | null
  readonly end: number
  readonly lag: number
  readonly epoch: number
}

/** The lanes of a role on one topic, summed up. */
export interface RoleStatus {
  readonly role: RoleName
  readonly topic: string
  readonly lanes: number
  /** Those that have ever worked. */
  readonly begun: number
  readonly lag: number
  /** The one that lags most; null when none does. */
  readonly slowest: { readonly lane: string; readonly lag: number } | null
  /** Names of those that are halted. */
  readonly halted: readonly string[]
}

export interface Status {
  /** The data folder, or the servers. */
  readonly place: string
  /** Nothing is there that somebody should see to. */
  readonly ready: boolean
  /** What somebody should see to. */
  readonly problems: readonly string[]
  readonly workers: readonly WorkerSeen[]
  readonly roles: readonly RoleStatus[]
  readonly lanes: readonly LaneStatus[]
  /** Lanes that take nothing more, until somebody has seen to it. */
  readonly halted: readonly { readonly lane: string; readonly reason: string; readonly haltedAt: string }[]
  /** When the next timer of any referral is due: in the past it is unanswered. Null when none is left. */
  readonly nextTimer: Timestamp | null
  /** Batches whose records were not handed to the log yet; a worker's start sends them. */
  readonly unsent: number
  /** When the oldest of them was written; null when there is none, or it can't be told. */
  readonly unsentSince: string | null
  /** By code. */
  readonly deadLetters: Readonly<Record<string, number>>
  /** By code. */
  readonly rejectedCommands: Readonly<Record<string, number>>
  readonly counts: Readonly<Record<string, number>>
}

const counted = ['profiles', 'rfis', 'referrals', 'receipts', 'partners', 'needs'] as const

/**
 * What each part costs, however much the deployment has done:
 * - lanes: a row of `positions` each, and the ends of their partitions; `halts` and `rejections`: at most a row each
 * - the next timer: the first entry of the index of `referrals` by `nextDueAt`
 * - the journal: the index of what is unsent, which holds nothing else
 * - dead letters: counted in their index by code, without reading one. As many as are kept
 * - documents: what MongoDB knows without counting; in a folder the entries of each index of ids
 */
export async function statusOf(backend: Backend): Promise<Status> {
  const { store } = backend
  const now = systemTime.now()
  const [positions, places, workers, clock, halts, unsent, unsentSince, timers, dead, rejections, counts] =
    await Promise.all([
      store.positions(),
      lanesOf(backend),
      backend.workers(),
      store.get('leases', ['clock']),
      store.find('halts', { where: {}, sort: [['_id', 1]] }),
      store.journal.unsentCount(),
      store.journal.unsentSince(),
      store.find('referrals', { where: { nextDueAt: { gt: '' } }, sort: [['nextDueAt', 1]], limit: 1 }),
      store.countBy('dead', 'code', {}),
      store.find('rejections', { where: {} }),
      Promise.all(counted.map(async name => [name, await store.count(name, {})] as const)),
    ])
  const byLane = new Map(positions.map(position => [position.lane, position]))
  const lanes = places.map(({ lane, role, topic, start, end }): LaneStatus => {
    const stored = byLane.get(lane)
    const position = stored?.offset ?? null
    const lag = Math.max(0, end - (position ?? start))
    return { lane, role, topic, position, end, lag, epoch: stored?.epoch ?? 0 }
  })
  const halted = halts.map(({ _id, reason, haltedAt }) => ({ lane: _id, reason, haltedAt }))
  const clockRuns = (clock.get('clock')?.until ?? 0) > now
  const problems = problemsOf({ workers, clockRuns, halted, unsent, unsentSince }, now)
  const nextTimer = timers[0]?.nextDueAt ?? null
  return {
    place: backend.place,
    ready: problems.length === 0,
    problems,
    workers,
    roles: byRole(lanes, halted),
    lanes,
    halted,
    nextTimer,
    unsent,
    unsentSince: unsentSince === null ? null : toTimestamp(unsentSince),
    deadLetters: Object.fromEntries(dead),
    rejectedCommands: sumCounts(rejections.map(({ counts: ofLane }) => ofLane)),
    counts: Object.fromEntries(counts),
  }
}

export function byRole(lanes: readonly LaneStatus[], halted: Pick<Status, 'halted'>['halted']): RoleStatus[] {
  const stopped = new Set(halted.map(({ lane }) => lane))
  const groups = Map.groupBy(lanes, ({ role, topic }) => `${role}/${topic}`)
  return [...groups.values()].flatMap(its => {
    const [first] = its
    if (first === undefined) return []
    const slowest = its.reduce((most, each) => (each.lag > most.lag ? each : most), first)
    return {
      role: first.role,
      topic: first.topic,
      lanes: its.length,
      begun: its.filter(({ position }) => position !== null).length,
      lag: its.reduce((sum, { lag }) => sum + lag, 0),
      slowest: slowest.lag === 0 ? null : { lane: slowest.lane, lag: slowest.lag },
      halted: its.map(({ lane }) => lane).filter(lane => stopped.has(lane)),
    }
  })
}

import { misconfigured } from '../ports/errors.ts'
import type { Log, Place, TopicPartition } from '../ports/log.ts'
import type { Position, Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import { laneOf } from './lane-name.ts'
import { isAnotherLog, mismatch } from './place.ts'

export interface Resumption {
  readonly lane: string
  /** Null when the store knew none. */
  readonly from: Position | null
  readonly to: Position
  /** Offsets between the old place and the new one that no one will have read; null when the log is another one. */
  readonly skipped: number | null
  /** Offsets below the old place that are read again; null when the log is another one. */
  readonly repeats: number | null
  /** What was wrong, null when nothing was. */
  readonly problem: string | null
}

export interface ResumedLanes {
  readonly resumed: readonly Resumption[]
  /** Those that a worker moved meanwhile: they run. */
  readonly moved: readonly string[]
}

interface Servers {
  readonly store: Pick<Store<Collections>, 'get' | 'position' | 'commit'>
  readonly log: Pick<Log, 'inspect'>
  readonly time: Pick<Time, 'now'>
}

export interface LaneToResume {
  readonly role: string
  readonly partition: TopicPartition
}

export interface ResumeOptions extends LaneToResume, Servers {
  /** Where to go on; null takes the first place at which nothing that the log holds is skipped. */
  readonly at: number | null
}

/** Lanes looked at side by side. */
const atOnce = 16

/**
 * Lets a halted lane go on, under a new epoch: whoever follows it by `seq` begins anew. What the worker on it does next:
 * it reads from `to`, and sends first what it still owed.
 * @throws PortError `configuration` with what to do instead
 */
export async function resumeLane({ at, ...options }: ResumeOptions): Promise<Resumption> {
  const survey = await surveyOf(options)
  if (survey.problem === null && at === null)
    throw misconfigured(`${survey.lane} is not halted; --at moves it all the same`)
  const { start, end } = survey.place
  if (at !== null && (at < start || at > end))
    throw misconfigured(`--at is ${at}, and ${survey.lane} can go on from ${start} to ${end}`)
  const resumption = await move(survey, at, options)
  if (resumption === null)
    throw misconfigured(`${survey.lane} was moved by a worker meanwhile: it is not halted`)
  return resumption
}

/** Lets all of these lanes go on that are halted, each where nothing that the log holds is skipped. */
export async function resumeHalted(lanes: readonly LaneToResume[], servers: Servers): Promise<ResumedLanes> {
  const resumed: Resumption[] = []
  const moved: string[] = []
  for (let done = 0; done < lanes.length; done += atOnce) {
    const some = lanes.slice(done, done + atOnce)
    const surveys = await Promise.all(some.map(lane => surveyOf({ ...lane, ...servers })))
    for (const survey of surveys.filter(({ problem }) => problem !== null)) {
      const resumption = await move(survey, null, servers)
      if (resumption === null) moved.push(survey.lane)
      else resumed.push(resumption)
    }
  }
  return { resumed, moved }
}

/** A lane as it stands before it is let go on. */
interface Survey {
  readonly lane: string
  readonly from: Position | null
  readonly place: Place
  /** Why it is halted, or would be; null when it isn't. */
  readonly problem: string | null
}

async function surveyOf({
  role,
  partition,
  store,
  log,
}: LaneToResume & Omit<Servers, 'time'>): Promise<Survey> {
  const lane = laneOf(role, partition)
  const from = await store.position(lane)
  const { offset, timestamp } = from ?? { offset: 0, timestamp: null }
  const place = await log.inspect(partition, { offset, timestamp }, role)
  const noted = (await store.get('halts', [lane])).get(lane)
  const resumed = (await store.get('resumptions', [lane])).get(lane) ?? null
  return { lane, from, place, problem: mismatch(from, place, resumed) ?? noted?.reason ?? null }
}

/** Null when a worker moved the lane meanwhile. */
async function move(
  { lane, from, place, problem }: Survey,
  at: number | null,
  { store, time }: Pick<Servers, 'store' | 'time'>,
): Promise<Resumption | null> {
  const stood = from?.offset ?? 0
  const another = isAnotherLog({ offset: stood }, place)
  const offset = at ?? (another ? place.start : Math.max(stood, place.start))
  // By the clock, in seconds: a store that was restored has forgotten under which epochs the lane has spoken since its
  // backup, and none of them may be used again.
  const epoch = Math.max((from?.epoch ?? 0) + 1, Math.floor(time.now() / 1000))
  const to: Position = { lane, offset, timestamp: null, epoch }
  const { committed } = place
  const outcome = await store.commit({
    move: { from, to },
    writes: [
      { kind: 'remove', collection: 'halts', id: lane },
      { kind: 'put', collection: 'resumptions', document: { _id: lane, epoch: to.epoch, committed } },
    ],
    journal: null,
  })
  if (outcome.kind !== 'committed') return null
  return {
    lane,
    from,
    to,
    skipped: another ? null : Math.max(0, offset - Math.max(stood, from === null ? place.start : 0)),
    repeats: another ? null : Math.max(0, stood - offset),
    problem,
  }
}

import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Backend, WorkerSeen } from './backend.ts'
import { Failure } from './failure.ts'
import { lanesOf } from './lane-places.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { problemsOf } from './problems.ts'
import { sumCounts } from './sum-counts.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped } from './text.ts'

interface LaneStatus {
  readonly lane: string
  readonly role: string
  readonly topic: string
  /** Null when it never worked. */
  readonly position: number | null
  readonly end: number
  readonly lag: number
  readonly epoch: number
}

interface Status {
  /** The data folder, or the servers. */
  readonly place: string
  readonly workers: readonly WorkerSeen[]
  readonly lanes: readonly LaneStatus[]
  /** Lanes that take nothing more, until somebody has seen to it. */
  readonly halted: readonly { readonly lane: string; readonly reason: string; readonly haltedAt: string }[]
  /** Batches whose records were not handed to the log yet; a worker's start sends them. */
  readonly unsent: number
  /** When the oldest of them was written; null when there is none, or it can't be told. */
  readonly unsentSince: string | null
  readonly deadLetters: Readonly<Record<string, number>>
  /** By code. */
  readonly rejectedCommands: Readonly<Record<string, number>>
  readonly counts: Readonly<Record<string, number>>
  /** What somebody should see to. */
  readonly problems: readonly string[]
}

interface StatusOptions extends CommonOptions {
  readonly check?: boolean
}

export function status(command: Command): void {
  addCommonOptions(command)
    .option('--check', 'say nothing when all is well, else say what is not and exit with 1')
    .addHelpText(
      'after',
      '\nNot well is: a halted lane, a role that no worker runs, a batch whose records have not been handed to the log for' +
        '\nmore than a minute. With --json, --check prints everything all the same.',
    )
    .action(async (options: StatusOptions) => {
      const found = await withBackend(configOf(options), { access: 'read' }, statusOf)
      if (options.json === true) printJson(found)
      else if (options.check !== true) print(statusText(found))
      if (options.check === true && found.problems.length > 0) throw new Failure(found.problems.join('; '))
    })
}

async function statusOf(backend: Backend): Promise<Status> {
  const { store } = backend
  const positions = new Map((await store.positions()).map(position => [position.lane, position]))
  const lanes = (await lanesOf(backend)).map(({ lane, role, topic, start, end }) => {
    const stored = positions.get(lane)
    const position = stored?.offset ?? null
    const lag = Math.max(0, end - (position ?? start))
    return { lane, role, topic, position, end, lag, epoch: stored?.epoch ?? 0 }
  })
  const counts: Record<string, number> = {}
  for (const name of ['profiles', 'rfis', 'referrals', 'receipts', 'partners', 'needs'] as const)
    counts[name] = await store.count(name, {})
  const now = systemTime.now()
  const seen = {
    workers: await backend.workers(),
    clockRuns: ((await store.get('leases', ['clock'])).get('clock')?.until ?? 0) > now,
    halted: (await store.find('halts', { where: {}, sort: [['_id', 1]] })).map(
      ({ _id, reason, haltedAt }) => ({ lane: _id, reason, haltedAt }),
    ),
    unsent: await store.journal.unsentCount(),
    unsentSince: await store.journal.unsentSince(),
  }
  const { workers, halted, unsent, unsentSince } = seen
  return {
    place: backend.place,
    workers,
    lanes,
    halted,
    unsent,
    unsentSince: unsentSince === null ? null : toTimestamp(unsentSince),
    problems: problemsOf(seen, now),
    rejectedCommands: sumCounts(
      (await store.find('rejections', { where: {} })).map(({ counts: ofLane }) => ofLane),
    ),
    deadLetters: Object.fromEntries(await store.countBy('dead', 'code', {})),
    counts,
  }
}

const columns: readonly Column<LaneStatus>[] = [
  { title: 'lane', value: ({ lane, epoch }) => (epoch === 0 ? lane : `${lane}~${epoch}`) },
  {
    title: 'position',
    align: 'right',
    value: ({ position }) => (position === null ? '–' : grouped(position)),
  },
  { title: 'log end', align: 'right', value: ({ end }) => grouped(end) },
  { title: 'lag', align: 'right', value: ({ lag }) => grouped(lag) },
]

function statusText(found: Status): string {
  const { place, workers, lanes, halted, unsent, deadLetters, rejectedCommands, counts } = found
  const lag = lanes.reduce((sum, lane) => sum + lane.lag, 0)
  const dead = Object.entries(deadLetters)
  const rejected = Object.entries(rejectedCommands)
  const runs =
    workers.length === 0
      ? styled('yellow', 'no worker runs')
      : `${workers.length === 1 ? 'a worker runs' : `${workers.length} workers run`}, ${workers.map(workerText).join('; ')}`
  return [
    `${place}: ${runs}; lag ${grouped(lag)}, unsent batches ${grouped(unsent)}`,
    '',
    lanes.length <= mostLanes ? renderTable(columns, lanes) : byRole(lanes),
    '',
    ...halted.map(({ lane, reason }) => styled('red', `${lane} halted: ${clean(reason)}`)),
    listed('documents', Object.entries(counts)),
    rejected.length === 0 ? 'no rejected commands' : listed('rejected commands', rejected),
    dead.length === 0
      ? 'no dead letters'
      : styled('yellow', `${listed('dead letters', dead)}; consume dead-letters --from-beginning shows them`),
  ].join('\n')
}

/** More would not fit a screen: a row for each topic of a role then, and those that lag by themselves. */
const mostLanes = 40

interface LanesOfRole {
  readonly name: string
  readonly lanes: readonly LaneStatus[]
}

const columnsByRole: readonly Column<LanesOfRole>[] = [
  { title: 'lanes', value: ({ name, lanes }) => `${name}/0…${lanes.length - 1}` },
  {
    title: 'begun',
    align: 'right',
    value: ({ lanes }) => grouped(lanes.filter(({ position }) => position !== null).length),
  },
  {
    title: 'lag',
    align: 'right',
    value: ({ lanes }) => grouped(lanes.reduce((sum, { lag }) => sum + lag, 0)),
  },
  {
    title: 'most of one',
    align: 'right',
    value: ({ lanes }) => grouped(Math.max(...lanes.map(({ lag }) => lag))),
  },
]

function byRole(lanes: readonly LaneStatus[]): string {
  const groups = Map.groupBy(lanes, ({ role, topic }) => `${role}/${topic}`)
  return renderTable(
    columnsByRole,
    [...groups].map(([name, its]) => ({ name, lanes: its })),
  )
}

function workerText({ name, roles }: WorkerSeen): string {
  return roles === null ? name : `${name} (${roles.join(', ')})`
}

function listed(what: string, counts: readonly (readonly [string, number])[]): string {
  return `${what}: ${counts.map(([name, count]) => `${name} ${grouped(count)}`).join(', ')}`
}

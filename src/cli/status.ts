import type { Command } from 'commander'
import { type Folder, openToRead, runningWorker, withFolder } from './folder.ts'
import { type Halt, readHalts } from './halts.ts'
import { lanesOf } from './lanes.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson, styled } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped } from './text.ts'

interface LaneStatus {
  readonly lane: string
  /** Null when it never worked. */
  readonly position: number | null
  readonly end: number
  readonly lag: number
  readonly epoch: number
}

interface Status {
  readonly data: string
  /** Process id, null when none runs. */
  readonly worker: number | null
  readonly lanes: readonly LaneStatus[]
  /** Of the worker that runs or, when none does, of the one that ran last. */
  readonly halted: readonly Halt[]
  /** Batches whose records were not handed to the log yet; a worker's start sends them. */
  readonly unsent: number
  readonly deadLetters: Readonly<Record<string, number>>
  readonly counts: Readonly<Record<string, number>>
}

export function status(command: Command): void {
  addCommonOptions(command).action(async (options: CommonOptions) => {
    const { data } = configOf(options)
    const found = await withFolder(openToRead({ data }), folder => statusOf(folder, data))
    if (options.json === true) printJson(found)
    else print(statusText(found))
  })
}

async function statusOf(folder: Folder, data: string): Promise<Status> {
  const { store } = folder
  const positions = new Map((await store.positions()).map(position => [position.lane, position]))
  const lanes = lanesOf(folder).map(({ lane, end }) => {
    const stored = positions.get(lane)
    const position = stored?.offset ?? null
    return { lane, position, end, lag: Math.max(0, end - (position ?? 0)), epoch: stored?.epoch ?? 0 }
  })
  const counts: Record<string, number> = {}
  for (const name of ['profiles', 'rfis', 'referrals', 'receipts', 'partners', 'needs'] as const)
    counts[name] = await store.count(name, {})
  return {
    data,
    worker: runningWorker(data),
    lanes,
    halted: readHalts(data),
    unsent: await store.journal.unsentCount(),
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

function statusText({ data, worker, lanes, halted, unsent, deadLetters, counts }: Status): string {
  const lag = lanes.reduce((sum, lane) => sum + lane.lag, 0)
  const dead = Object.entries(deadLetters)
  const runs = worker === null ? styled('yellow', 'no worker runs') : `worker runs, pid ${worker}`
  return [
    `${data}: ${runs}; lag ${grouped(lag)}, unsent batches ${grouped(unsent)}`,
    '',
    renderTable(columns, lanes),
    '',
    ...halted.map(({ lane, reason }) => styled('red', `${lane} halted: ${clean(reason)}`)),
    listed('documents', Object.entries(counts)),
    dead.length === 0
      ? 'no dead letters'
      : styled('yellow', `${listed('dead letters', dead)}; consume dead-letters --from-beginning shows them`),
  ].join('\n')
}

function listed(what: string, counts: readonly (readonly [string, number])[]): string {
  return `${what}: ${counts.map(([name, count]) => `${name} ${grouped(count)}`).join(', ')}`
}

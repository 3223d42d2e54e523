import { systemTime } from '../adapters/system-time.ts'
import { laneName } from '../lanes/lane-name.ts'
import { type Resumption, resumeHalted, resumeLane } from '../lanes/resume.ts'
import { closest } from '../ops/closest.ts'
import { type RoleName, roleNames } from '../roles/role.ts'
import type { Backend } from './backend.ts'
import { wrongUsage } from './failure.ts'
import { type LanePlace, lanesOf } from './lane-places.ts'
import { withBackend } from './open-backend.ts'
import { type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped } from './text.ts'

export interface ResumeOptions extends CommonOptions {
  readonly at?: number
  readonly all?: boolean
  readonly role?: RoleName
}

/** One lane by its name, or all that are halted. */
export async function resume(lane: string | undefined, options: ResumeOptions): Promise<void> {
  const { at = null, all = false, role } = options
  const many = all || role !== undefined
  if (many === (lane !== undefined)) throw wrongUsage('name one lane, or say --all or --role <role>')
  if (many && at !== null) throw wrongUsage('--at is a place in one lane: name it')
  await withBackend(configOf(options), { access: 'write' }, async backend => {
    if (lane === undefined) await resumeMany(backend, role === undefined ? roleNames : [role], options)
    else await resumeOne(backend, lane, at, options)
  })
}

async function resumeOne(backend: Backend, lane: string, at: number | null, { json }: CommonOptions) {
  const { store, log } = backend
  const done = await resumeLane({
    ...laneNamed(lane, await lanesOf(backend)),
    at,
    store,
    log,
    time: systemTime,
  })
  if (json === true) printJson(done)
  else print(inWords(done))
}

async function resumeMany(backend: Backend, roles: readonly RoleName[], { json }: CommonOptions) {
  const lanes = (await lanesOf(backend, roles)).map(asPartition)
  const done = await resumeHalted(lanes, { ...backend, time: systemTime })
  if (json === true) return printJson(done)
  const { resumed, moved } = done
  print(resumed.length === 0 ? 'no lane is halted' : renderTable(columns, resumed))
  for (const lane of moved) print(`${lane} was moved by a worker meanwhile: it is not halted`)
}

const columns: readonly Column<Resumption>[] = [
  { title: 'lane', value: ({ lane, to }) => laneName(lane, to.epoch) },
  { title: 'stood at', align: 'right', value: ({ from }) => (from === null ? '–' : grouped(from.offset)) },
  { title: 'goes on at', align: 'right', value: ({ to }) => grouped(to.offset) },
  { title: 'skipped', align: 'right', value: ({ skipped }) => countOf(skipped) },
  { title: 'read again', align: 'right', value: ({ repeats }) => countOf(repeats) },
  { title: 'was halted', flexible: true, value: ({ problem }) => clean(problem ?? '') },
]

/** In another log nothing can be counted. */
function countOf(records: number | null): string {
  return records === null ? '–' : grouped(records)
}

/** `lane` as every output names it: with or without its epoch. */
function laneNamed(lane: string, places: readonly LanePlace[]) {
  const name = lane.replace(/~\d+$/, '')
  const found = places.find(place => place.lane === name)
  if (found !== undefined) return asPartition(found)
  const meant = closest(
    name,
    places.map(place => place.lane),
  )
  throw wrongUsage(
    `there is no lane ${JSON.stringify(lane)}${meant === null ? '' : `, did you mean ${meant}?`}; lanes list names them`,
  )
}

function asPartition({ role, topic, partition }: LanePlace) {
  return { role, partition: { topic, partition } }
}

function inWords({ lane, from, to, skipped, repeats, problem }: Resumption): string {
  const stood = from?.offset ?? 0
  const what =
    skipped === null
      ? `in a log that is another one than that of position ${stood}`
      : (repeats ?? 0) > 0
        ? `reading ${grouped(repeats ?? 0)} records below ${stood} again`
        : skipped > 0
          ? `skipping ${grouped(skipped)} records after ${stood}`
          : 'skipping nothing'
  const before = problem === null ? '' : `\nit was halted: ${clean(problem)}`
  return `${laneName(lane, to.epoch)} goes on from ${to.offset}, ${what}${before}`
}

import type { WorkerSeen } from './backend.ts'
import { commandLine, samePlace } from './invocation.ts'
import { inRanges } from './lane-lines.ts'
import { styled, terminalWidth } from './output.ts'
import type { RoleStatus, Status } from './status-report.ts'
import { type Column, renderTable } from './table.ts'
import { clean, duration, grouped, minuteOf } from './text.ts'
import { wrapped } from './wrap.ts'

/** What a screen shows without asking how wide it is. */
const usualWidth = 80
/** Reasons for which lanes stand that are told. `lanes list` tells them all. */
const mostReasons = 5
const mostWorkers = 8

/** One screen: whether it works and why not, then where everything stands. */
export function statusText(
  found: Status,
  { width = terminalWidth() ?? usualWidth, now }: { readonly width?: number; readonly now: number },
): string {
  const { place, ready, problems, roles, unsent, deadLetters, rejectedCommands, counts } = found
  const entry = (name: string, text: string) => wrapped(`${name.padEnd(indent)}${text}`, { width, indent })
  const dead = Object.entries(deadLetters)
  const rejected = Object.entries(rejectedCommands)
  const others = problems.filter(
    problem => !found.halted.some(({ lane }) => problem.startsWith(`${lane} halted`)),
  )
  const verdict = ready
    ? styled('green', 'ready')
    : styled(
        'red',
        entry('not ready', [haltedCount(found.halted.length), ...others].filter(Boolean).join('; ')),
      )
  return [
    verdict,
    entry('on', place.replaceAll(/,(?! )/g, ', ')),
    ...workerLines(found.workers).map((line, at) => entry(at === 0 ? 'workers' : '', line)),
    '',
    renderTable(columns, roles, width),
    ...haltLines(found, width),
    '',
    entry('timers', timerText(found.nextTimer, now)),
    entry('to be sent', unsent === 0 ? 'nothing' : unsentText(found, now)),
    entry('commands', rejected.length === 0 ? 'none rejected' : `rejected: ${listed(rejected)}`),
    dead.length === 0 ? entry('dead letters', 'none') : styled('yellow', entry('dead letters', listed(dead))),
    entry('documents', listed(Object.entries(counts))),
    ...nextSteps(found),
  ].join('\n')
}

/** What to type, where something is to be seen to. */
function nextSteps({ halted, deadLetters, rejectedCommands }: Status): string[] {
  const [first] = halted
  const steps = [
    ...(first === undefined
      ? []
      : [
          `Once mended, let it go on: ${commandLine('lanes', 'resume', halted.length === 1 ? first.lane : '--all', ...samePlace())}`,
        ]),
    ...(Object.keys(deadLetters).length === 0
      ? []
      : [`Look at the dead letters: ${commandLine('dead-letters', 'list', ...samePlace())}`]),
    ...(Object.keys(rejectedCommands).length === 0
      ? []
      : [
          `Rejected commands: ${commandLine('consume', 'referral-status', '--from-beginning', ...rejections, ...samePlace()).replace(' --type', ' \\\n  --type')}`,
        ]),
  ]
  return steps.length === 0 ? [] : ['', ...steps]
}

const rejections = ['--type', 'referral.command-rejected']
const indent = 14

const columns: readonly Column<RoleStatus>[] = [
  { title: 'lanes of', flexible: true, value: ({ role, topic }) => `${role}/${topic}` },
  {
    title: 'lanes',
    align: 'right',
    // Those of a new folder have not begun, and that is as it should be.
    value: ({ lanes, begun }) =>
      begun === lanes ? grouped(lanes) : `${grouped(lanes)} (${grouped(begun)} begun)`,
  },
  { title: 'lag', align: 'right', value: ({ lag }) => grouped(lag) },
  {
    title: 'most of one',
    align: 'right',
    value: ({ slowest }) =>
      slowest === null
        ? ''
        : `${grouped(slowest.lag)} (${slowest.lane.slice(slowest.lane.lastIndexOf('/'))})`,
  },
  {
    title: 'halted',
    align: 'right',
    value: ({ halted }) => (halted.length === 0 ? '' : grouped(halted.length)),
  },
]

function workerLines(workers: readonly WorkerSeen[]): string[] {
  if (workers.length === 0) return ['none']
  const lines = workers
    .slice(0, mostWorkers)
    .map(({ name, roles }) => (roles === null ? clean(name) : `${clean(name)}  ${roles.join(', ')}`))
  return workers.length > mostWorkers
    ? [...lines, `and ${grouped(workers.length - mostWorkers)} more`]
    : lines
}

/** Lanes that stand for the same reason are told at once: nearly always all of them do. */
function haltLines({ halted }: Pick<Status, 'halted'>, width: number): string[] {
  if (halted.length === 0) return []
  const reasons = [...Map.groupBy(halted, ({ reason }) => reason)]
  const lines = reasons
    .slice(0, mostReasons)
    .map(([reason, its]) => `${inRanges(its.map(({ lane }) => lane))} halted: ${clean(reason)}`)
  if (reasons.length > mostReasons)
    lines.push(`and more, for ${grouped(reasons.length - mostReasons)} other reasons: lanes list`)
  return ['', ...lines.map(line => styled('red', wrapped(line, { width, indent: 2 })))]
}

function haltedCount(lanes: number): string {
  if (lanes === 0) return ''
  return lanes === 1 ? 'a lane is halted' : `${grouped(lanes)} lanes are halted`
}

function timerText(nextTimer: Status['nextTimer'], now: number): string {
  if (nextTimer === null) return 'none is set'
  const left = Date.parse(nextTimer) - now
  return left >= 0
    ? `none is overdue; the next is due in ${duration(left)}`
    : `the oldest unanswered one was due ${minuteOf(nextTimer)} UTC, ${duration(-left)} ago`
}

function unsentText({ unsent, unsentSince }: Status, now: number): string {
  const batches = `${grouped(unsent)} ${unsent === 1 ? 'batch' : 'batches'} of records`
  if (unsentSince === null) return batches
  return `${batches}, ${unsent === 1 ? '' : 'the oldest '}for ${duration(now - Date.parse(unsentSince))}`
}

function listed(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, count]) => `${name} ${grouped(count)}`).join(', ')
}

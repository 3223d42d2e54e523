import { type Command, Option } from 'commander'
import { laneName } from '../lanes/lane-name.ts'
import type { Position } from '../ports/store.ts'
import { roleNames } from '../roles/role.ts'
import type { Backend } from './backend.ts'
import { lanesOf } from './lane-places.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, offset } from './options.ts'
import { print, printJson, styled, terminalWidth } from './output.ts'
import { resume } from './resume-lanes.ts'
import { type Column, renderTable } from './table.ts'
import { clean, grouped } from './text.ts'
import { wrapped } from './wrap.ts'

export function lanes(command: Command): void {
  addCommonOptions(command.command('list').description('every lane and where it stands')).action(list)
  addCommonOptions(command.command('resume').argument('[lane]'))
    .description('let a halted lane go on, or all of them')
    .option('--at <offset>', 'where to go on', offset)
    .option('--all', 'every lane that is halted')
    .addOption(new Option('--role <role>', 'every lane of this role that is halted').choices(roleNames))
    .addHelpText(
      'after',
      '\nWithout --at: where it stands, if the log still holds that; where the log begins, if it holds less or is another' +
        '\none. Nothing that can still be read is skipped. It goes on under a new epoch (~ and a number after its name), which is when' +
        '\nreaders that compare seq begin anew. A worker that runs takes it up within seconds.',
    )
    .action(resume)
}

interface LaneRow {
  readonly lane: string
  readonly position: number | null
  readonly epoch: number
  readonly start: number
  readonly end: number
  readonly halted: string | null
}

async function list(options: CommonOptions): Promise<void> {
  const rows = await withBackend(configOf(options), { access: 'read' }, rowsOf)
  if (options.json === true) printJson({ lanes: rows })
  else print([renderTable(columns, rows), ...reasons(rows)].join('\n'))
}

/** Below the table, where there is room for them. */
function reasons(rows: readonly LaneRow[]): string[] {
  const lines = rows.flatMap(({ lane, halted }) =>
    halted === null ? [] : [`${lane} halted: ${clean(halted)}`],
  )
  const width = terminalWidth() ?? Number.POSITIVE_INFINITY
  return lines.length === 0
    ? []
    : ['', ...lines.map(line => styled('red', wrapped(line, { width, indent: 2 })))]
}

async function rowsOf(backend: Backend): Promise<LaneRow[]> {
  const positions = new Map((await backend.store.positions()).map(position => [position.lane, position]))
  const halts = new Map((await backend.store.find('halts', { where: {} })).map(halt => [halt._id, halt]))
  return (await lanesOf(backend)).map(({ lane, start, end }) => {
    const position: Position | undefined = positions.get(lane)
    return {
      lane,
      position: position?.offset ?? null,
      epoch: position?.epoch ?? 0,
      start,
      end,
      halted: halts.get(lane)?.reason ?? null,
    }
  })
}

const columns: readonly Column<LaneRow>[] = [
  { title: 'lane', value: ({ lane, epoch }) => laneName(lane, epoch) },
  {
    title: 'position',
    align: 'right',
    value: ({ position }) => (position === null ? '–' : grouped(position)),
  },
  { title: 'log start', align: 'right', value: ({ start }) => grouped(start) },
  { title: 'log end', align: 'right', value: ({ end }) => grouped(end) },
  { title: '', value: ({ halted }) => (halted === null ? '' : 'halted'), style: () => 'red' },
]

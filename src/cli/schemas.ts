import type { Command } from 'commander'
import type { SubjectReport } from '../adapters/registry/registration.ts'
import type { Config } from '../ops/config.ts'
import { Failure } from './failure.ts'
import { commandLine, samePlace } from './invocation.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { hint, print, printJson } from './output.ts'
import { subjectsTable } from './schemas-table.ts'

interface Options extends CommonOptions {
  readonly topicPrefix?: string
}

export function schemas(command: Command): void {
  addCommonOptions(command)
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).configureHelp({ showGlobalOptions: true })

  subcommand(
    'check',
    "says which of the worker's schemas the registry has; exits 1 when one it writes by is missing",
  )
    .addHelpText(
      'after',
      '\nA topic that the worker only reads may be written by a schema of its producers: theirs, and in order.',
    )
    .action((_options: Options, self: Command) => run(self, false))

  subcommand('register', 'registers what is missing; what is there stays as it is')
    .addHelpText('after', '\nA subject that is new is set to compatibility FULL.')
    .action((_options: Options, self: Command) => run(self, true))
}

async function run(self: Command, register: boolean): Promise<void> {
  const options: Options = self.optsWithGlobals()
  const config = configOf(options)
  const reports = await reportsOf(config, register)
  const { isInOrder } = await import('../adapters/registry/registration.ts')
  if (options.json === true) printJson({ subjects: reports.map(asJson) })
  else print(subjectsTable(reports))
  const wrong = reports.filter(report => !isInOrder(report))
  if (wrong.length > 0) throw new Failure(wordsFor(wrong))
  if (!register) hint('All that the worker writes by is registered.')
}

async function reportsOf({ registry, topicPrefix }: Config, register: boolean): Promise<SubjectReport[]> {
  if (registry === null)
    throw new Failure(
      'no schema registry is configured; set SCHEMA_REGISTRY_URL (without one, values are JSON)',
    )
  const { registryClient } = await import('../adapters/registry/client.ts')
  const { subjects } = await import('../adapters/registry/registration.ts')
  return subjects(registryClient(registry), topicPrefix, register)
}

function asJson({ topic, subject, state, compatibility }: SubjectReport): object {
  const { kind, ...more } = state
  return { topic, subject, state: kind, ...more, compatibility }
}

function wordsFor(wrong: readonly SubjectReport[]): string {
  const blocked = wrong.filter(({ state }) => state.kind === 'incompatible')
  const rest = wrong.filter(({ state }) => state.kind !== 'incompatible')
  const names = (reports: readonly SubjectReport[]) => reports.map(({ subject }) => subject).join(', ')
  const words: string[] = []
  if (rest.length > 0)
    words.push(`not registered: ${names(rest)}; run: ${commandLine('schemas', 'register', ...samePlace())}`)
  if (blocked.length > 0)
    words.push(
      `can't become the next version of: ${names(blocked)}; other schemas are registered there, so choose another topic prefix or make room`,
    )
  return words.join('; ')
}

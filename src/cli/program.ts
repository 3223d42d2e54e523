import { Command, CommanderError } from 'commander'
import { commands } from './commands.ts'
import { addExamples } from './examples.ts'
import { explain } from './explain-error.ts'
import { commandLine } from './invocation.ts'
import { surviveClosedPipes } from './output.ts'
import { endWaiting, showWaiting } from './waiting.ts'

/**
 * The command line. Only the file of the command that is asked for is loaded; of the others the name and a line are
 * known, which is enough for `--help`. Returns the exit code: 0, 1 for a failure that was explained, 2 for wrong usage.
 */
export async function run(words: readonly string[]): Promise<number> {
  surviveClosedPipes()
  const program = new Command('referral-router')
    .description(
      "Routes customers' requests for information (RFIs) to partners, and follows each referral to its end.",
    )
    .version(await version(words))
    .helpCommand('help [command]', 'how to use a command')
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .addHelpText('after', '\nEvery command has --help, and --json for machines. Start with: demo')
  const asked = words.find(word => !word.startsWith('-') && word !== 'help')
  for (const { name, summary, load } of commands) {
    const command = new Command(name).description(summary).copyInheritedSettings(program)
    if (name === asked) {
      const build = await load()
      build(command)
      addExamples(command)
      const parts = command.commands.map(part => part.name()).join('|')
      const usage = parts === '' ? command.usage() : `${parts} [options]`
      command.showHelpAfterError(`usage: ${commandLine(name)} ${usage}\n(--help says more)`)
    }
    program.addCommand(command)
  }
  if (words.length === 0) {
    program.outputHelp({ error: true })
    return 2
  }
  if (asked !== undefined && !endless.has(asked)) showWaiting(asked)
  try {
    const isNoHelp =
      words[0] === 'help' && asked !== undefined && !commands.some(({ name }) => name === asked)
    await program.parseAsync(isNoHelp ? [asked] : words, { from: 'user' })
    endWaiting()
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    endWaiting()
    // Commander has said what is wrong by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { message, exitCode } = explain(error)
    process.stderr.write(`referral-router: ${message}\n`)
    return exitCode
  }
}

/** They say by themselves how they are, for as long as they are wanted. */
const endless: ReadonlySet<string> = new Set(['worker', 'consume'])

async function version(words: readonly string[]): Promise<string> {
  if (!words.some(word => word === '--version' || word === '-V')) return ''
  const { readFile } = await import('node:fs/promises')
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return String(version)
}

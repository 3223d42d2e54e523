import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { addExamples, shown } from '../../src/cli/examples.ts'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

/** Every command as its file builds it, those within others too. */
const built = new Map<string, Command>()
for (const { name, summary, load } of commands) {
  const command = new Command(name).description(summary).exitOverride()
  const build = await load()
  build(command)
  addExamples(command)
  const gather = (one: Command, words: string) => {
    if (one.commands.length === 0) built.set(words, one)
    for (const inner of one.commands) gather(inner, `${words} ${inner.name()}`)
  }
  gather(command, name)
}
const every = [...built]

function helpOf(command: Command): string {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  command.configureOutput({ writeOut: write, writeErr: write }).outputHelp()
  return text
}

const neededBy = ({ options }: Command): string[] =>
  options.flatMap(({ mandatory, long }) => (mandatory ? [long ?? '', '1'] : []))

describe('every command', () => {
  it.each(every)('%s says what it takes, what it prints and how it is called', (words, command) => {
    const help = helpOf(command)
    for (const { long, hidden, description } of command.options) {
      if (hidden) continue
      expect(help).toContain(long)
      expect(description, `${words} ${long}`).not.toBe('')
    }
    for (const argument of command.registeredArguments) expect(help).toContain(argument.name())
    expect(command.description(), words).not.toBe('')
    expect(help, 'src/cli/examples.ts has a row for each command').toMatch(/\nPrints .+\.\nExamples?:\n/)
  })

  it.each(every)('%s has --json', (_words, command) => {
    // Or the command that it belongs to, for all of its own.
    const options = [...command.options, ...(command.parent?.options ?? [])]
    expect(options.map(({ long }) => long)).toContain('--json')
  })

  it.each(every)('the examples of %s are such as it takes', (words, command) => {
    const options = new Map(command.options.flatMap(option => [[option.long, option] as const]))
    for (const example of shown[words]?.examples ?? []) {
      expect(example.startsWith(words)).toBe(true)
      const [own = ''] = example.slice(words.length).split(' && ')
      for (const [, long = ''] of own.matchAll(/(--[a-z-]+)/g)) expect(options.has(long), example).toBe(true)
      for (const option of options.values())
        if (option.mandatory) expect(example, words).toContain(option.long)
    }
  })

  it('and no other has a row of examples', () => {
    expect(Object.keys(shown).filter(words => !built.has(words))).toEqual([])
  })

  it.concurrent.each(every)(
    '%s ends with 2 on an option it lacks, and says how to go on',
    async (words, command) => {
      const { code, stdout, stderr } = await run([
        ...words.split(' '),
        '--no-such-thing',
        ...neededBy(command),
      ])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/unknown option '--no-such-thing'/)
      expect(stderr).toMatch(/--help says more/)
      expect(stderr).not.toMatch(/\n {4}at /)
    },
  )

  it.concurrent.each(every)(
    '%s ends with 2 when an argument is missing or too many',
    async (words, command) => {
      const { registeredArguments: wanted } = command
      if (wanted.some(({ variadic }) => variadic)) return
      const given = Array.from({ length: wanted.length + 1 }, () => 'x')
      const data = ['--data', join(folder.path, 'nothing')]
      const { code, stderr } = await run([
        ...words.split(' '),
        ...given,
        ...neededBy(command),
        ...(words === 'replay' ? [] : data),
      ])
      expect(code, stderr).toBe(2)
      expect(stderr).toMatch(/too many arguments/)
      if (!wanted.some(({ required }) => required)) return
      expect(await run(words.split(' '))).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/missing required/),
      })
    },
  )
})

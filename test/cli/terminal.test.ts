import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openToWrite, withFolder } from '../../src/cli/folder.ts'
import { deadLetter } from '../../src/roles/dead-letter.ts'
import { topics } from '../../src/roles/topics.ts'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const path = join(folder.path, 'data')
const data = ['--data', path]
afterAll(() => folder.remove())

beforeAll(async () => {
  await withFolder(openToWrite({ data: path, partitions: null }), async ({ store }) => {
    const reason = `the log ends at 0, 7 below the position 7: 建設\u001b[31m ${'word '.repeat(30)}`
    const halt = {
      _id: 'router/rfis/2',
      reason,
      offset: 7,
      haltedAt: '2026-03-02T09:14:00.000Z',
      holder: 'x',
    }
    const fault = {
      code: 'missing',
      field: 'customer.country',
      found: 'missing',
      expected: 'x '.repeat(200),
    } as const
    const letters = Array.from({ length: 3000 }, (_, offset) => {
      const origin = {
        topic: topics.rfis,
        partition: 0,
        offset,
        timestamp: offset,
        bytes: new Uint8Array(),
        key: null,
      }
      return deadLetter('router', origin, fault).write
    })
    await store.commit({
      move: null,
      writes: [{ kind: 'put', collection: 'halts', document: halt }, ...letters],
      journal: null,
    })
  })
})

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname

/** Runs a command that believes to write to a terminal of 80 columns. */
async function atTerminal(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const pretend = `for (const stream of [process.stdout, process.stderr]) {
    Object.defineProperty(stream, 'isTTY', { value: true })
    Object.defineProperty(stream, 'columns', { value: 80 })
    stream.getColorDepth = () => ${environment.NO_COLOR === undefined ? 8 : 1}
    stream.hasColors = () => ${environment.NO_COLOR === undefined}
  }`
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, main, ...words],
    { env: { ...env, ...environment, TERM: 'xterm-256color' }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  return text
}

const shown = [['status'], ['lanes', 'list'], ['dead-letters', 'list'], ['dead-letters', 'show', 'rfis/0@3']]

describe('at a terminal', () => {
  it.each(shown)('%s %s fits into 80 columns, in colours', async (...words) => {
    const text = await atTerminal([...words, ...data])
    expect(text).toContain('\u001b[')
    // Commands to copy stay whole.
    for (const line of stripVTControlCharacters(text)
      .split('\n')
      .filter(each => !each.includes(' -- ')))
      expect(stringWidth(line), line).toBeLessThanOrEqual(80)
    // What others wrote steers nothing.
    expect(stripVTControlCharacters(text)).not.toMatch(/\[\d+m.*\[\d+m/)
  })

  it.each(shown)('%s %s has no colours with NO_COLOR', async (...words) => {
    expect(await atTerminal([...words, ...data], { NO_COLOR: '1' })).not.toContain('\u001b[')
  })

  it('colours a lane that stands, and not its name alone', async () => {
    const text = await atTerminal(['lanes', 'list', ...data])
    expect(text).toContain('\u001b[31mrouter/rfis/2 halted: the log ends at 0')
    expect(text).toMatch(/^router\/rfis\/2 .*\[31mhalted/m)
  })
})

describe('elsewhere', () => {
  it.each(shown)('%s %s has no colours, and is as wide as it likes', async (...words) => {
    const { code, stdout, stderr } = await run([...words, ...data])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('\u001b[')
  })

  it.each([
    ['dead-letters', 'list', '--limit', '3000'],
    ['dead-letters', 'list', '--limit', '3000', '--json'],
    ['status'],
    ['lanes', 'list', '--json'],
    ['--help'],
    ['dead-letters', 'list', '--help'],
  ])('%s %s ends quietly when its reader leaves', async (...words) => {
    const { code, stderr } = await run([...words, ...(words[0] === '--help' ? [] : data)], { readAtMost: 1 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

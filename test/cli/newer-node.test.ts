import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { bundledNode } from '../../src/cli/newer-node.ts'
import { isTooOld } from '../../src/cli/oldest-node.ts'
import { temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

it.each([
  ['20.11.1', true],
  ['23.9.0', true],
  ['24.0.0', false],
  ['26.1.0', false],
])('Node %s is too old: %s', (version, old) => {
  expect(isTooOld(version)).toBe(old)
})

it('finds the Node among the dependencies, and tells when there is none', () => {
  expect(bundledNode()).toMatch(/node_modules\/node\/bin\/node/)
  expect(bundledNode(pathToFileURL(join(folder.path, 'nothing.js')).href)).toBe(null)
})

describe('a script run by another Node', () => {
  const module = new URL('../../src/cli/newer-node.ts', import.meta.url).href

  function runScript(text: string, ...words: string[]) {
    const script = join(folder.path, 'script.mjs')
    writeFileSync(script, text)
    const launcher = `
      const { runBy } = await import(${JSON.stringify(module)})
      process.exitCode = await runBy(process.execPath, ${JSON.stringify([script, ...words])})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', launcher], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return { child, end: once(child, 'exit') }
  }

  it('has our words, input, output and exit code', async () => {
    const { child, end } = runScript(
      'process.stdin.pipe(process.stdout); console.log(process.argv[2]); process.exitCode = 7',
      'a word',
    )
    let said = ''
    child.stdout.on('data', text => {
      said += text
    })
    child.stdin.end('and a line')
    expect(await end).toEqual([7, null])
    expect(said).toBe('a word\nand a line')
  })

  it('gets our signals', async () => {
    const { child, end } = runScript(`
      process.on('SIGTERM', () => process.exit(3))
      setInterval(() => undefined, 1000)
      console.log('here')`)
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await end).toEqual([3, null])
  })

  it('ends us by the signal that ended it', async () => {
    const { end } = runScript(`process.kill(process.pid, 'SIGKILL')`)
    expect(await end).toEqual([null, 'SIGKILL'])
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from './worker-lock.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('one at a time within a process, and again after release', () => {
  const lock = lockFolder(directory)
  expect(() => lockFolder(directory)).toThrow(
    expect.objectContaining({
      code: 'locked',
      retryable: false,
      message: `another worker (pid ${process.pid}) is running on ${directory}`,
    }),
  )
  lock.release()
  lock.release()
  expect(existsSync(join(directory, 'worker.pid'))).toBe(false)
  lockFolder(directory).release()
})

test('held by another process until it is killed', async () => {
  const code = `import { lockFolder } from ${JSON.stringify(import.meta.resolve('./worker-lock.ts'))}
    lockFolder(${JSON.stringify(directory)}); globalThis.gc(); process.stdout.write('locked'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(() => lockFolder(directory)).toThrow(`another worker (pid ${child.pid}) is running`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  lockFolder(directory).release()
})

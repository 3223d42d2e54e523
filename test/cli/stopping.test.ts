import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { type Ended, start, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const source = (name: string) => JSON.stringify(fileURLToPath(new URL(`../../src/${name}`, import.meta.url)))

/** A process that runs these threads, with a deadline so long before the last word that a test need not wait for it. */
function runThreads(threads: string): Promise<Ended> {
  const script = `
    import { Stopping } from ${source('cli/stopping.ts')}
    import { unavailable } from ${source('ports/errors.ts')}
    const forEver = new Promise(() => setInterval(() => undefined, 1000))
    const stopping = new Stopping(-4900)
    await stopping.run(${threads})
    process.stdout.write('through')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', text => {
    output.stdout += text
  })
  child.stderr.on('data', text => {
    output.stderr += text
  })
  return new Promise(resolve => child.on('close', code => resolve({ code, ...output })))
}

const failing = `run: () => Promise.reject(unavailable('the broker is gone'))`

it('does not wait for ever for the others when a thread can not go on', async () => {
  const ended = await runThreads(`[
    { ${failing}, stop: () => Promise.resolve() },
    { run: () => forEver, stop: () => forEver },
  ]`)
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'referral-router: the broker is gone; see that it runs and that KAFKA_BROKERS names it, then try again; the stop took too long; what was under way is done by the next start\n',
  })
})

it('does not wait for ever for the one that can not go on', async () => {
  const ended = await runThreads(`[{ ${failing}, stop: () => forEver }]`)
  expect(ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^referral-router: the broker is gone/),
  })
})

it('ends with 1, and says why last, when what it works on breaks', { timeout: 20_000 }, async () => {
  const data = join(folder.path, 'data')
  const worker = start(['worker', '--log-level', 'silent', '--data', data])
  await worker.until('\nready\n')
  const database = new DatabaseSync(join(data, 'router.db'), { timeout: 5000 })
  database.exec('DROP TABLE log_records')
  database.close()
  const { code, stderr } = await worker.ended
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^referral-router: .*log_records/)
})

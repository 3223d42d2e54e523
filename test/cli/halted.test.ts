import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openToWrite, withFolder } from '../../src/cli/folder.ts'
import { jsonLines, type Running, run, start, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
const path = join(folder.path, 'data')
const data = ['--data', path]
const lane = 'referral/referral-commands/2'
let worker: Running | null = null
afterAll(async () => {
  await worker?.stop('SIGKILL')
  folder.remove()
})

/** A store that has seen more of the log than there is, as after the topic was made anew. */
async function movePastTheEnd(): Promise<void> {
  await withFolder(openToWrite({ data: path, partitions: null }), async ({ store }) => {
    const to = { lane, epoch: 0, offset: 7, timestamp: 1 }
    await store.commit({ move: { from: null, to }, writes: [], journal: null })
  })
}

const reason = expect.stringMatching(/^the log ends at 0, 7 below the position 7/)

it('is not ready while a lane is halted, names it, and ends with 1', { timeout: 20_000 }, async () => {
  await movePastTheEnd()
  worker = start(['worker', '--json', '--log-level', 'silent', ...data])
  await worker.until('not-ready')
  const whileItRuns = await run(['status', '--json', ...data])
  const checked = await run(['status', '--check', ...data])
  expect(checked).toMatchObject({ code: 1, stdout: '' })
  expect(checked.stderr).toMatch(new RegExp(`^referral-router: ${lane} halted: the log ends at 0.*\n$`))
  expect(JSON.parse(whileItRuns.stdout)).toMatchObject({
    workers: [{ name: `pid ${worker.child.pid}` }],
    halted: [{ lane, reason }],
  })
  const { code, stdout } = await worker.stop()
  const events = jsonLines(stdout)
  expect(events.filter(({ event }) => event === 'lane')).toHaveLength(23)
  expect(events.slice(-1)).toMatchObject([{ event: 'stopped', halted: [lane] }])
  expect(events).toContainEqual({ event: 'halted', lane, reason })
  expect(events).toContainEqual({ event: 'not-ready', running: 23, halted: [lane] })
  expect(events.map(({ event }) => event)).not.toContain('ready')
  expect(code).toBe(1)
  expect((await run(['status', ...data])).stdout).toMatch(`\n${lane} halted: the log ends at 0`)
})

it('says so in words, and forgets it with the next start', { timeout: 20_000 }, async () => {
  worker = start(['worker', '--threads', '1', '--log-level', 'silent', ...data])
  await worker.until('\nnot ready: 1 lane halted; ')
  const halted = await worker.stop()
  expect(halted.stdout).toMatch(new RegExp(`\nstopped: halted ${lane}\n$`))
  expect(halted.code).toBe(1)

  // The operator has brought the log and the store together again.
  rmSync(join(path, 'router.db'))
  worker = start(['worker', '--log-level', 'silent', ...data])
  await worker.until('\nready\n')
  expect(worker.output.stdout).toMatch(/\nlanes running: .*router\/rfis\/0–3/)
  expect(JSON.parse((await run(['status', '--json', ...data])).stdout).halted).toEqual([])
  expect((await worker.stop()).code).toBe(0)
})

it('goes on in the running worker, which is ready then and ends with 0', { timeout: 30_000 }, async () => {
  await movePastTheEnd()
  worker = start(['worker', '--threads', '1', '--health-port', '0', '--log-level', 'silent', ...data])
  await worker.until('\nnot ready: 1 lane halted')
  const address = /\nhealth (http:\S+)ready\n/.exec(worker.output.stdout)?.[1]
  const health = async (path: string) => {
    const response = await fetch(`${address}${path}`)
    return { status: response.status, body: await response.json() }
  }
  const halted = { state: 'not-ready', lanes: 23, halted: [{ lane, reason }], stuck: [] }
  expect(await health('live')).toMatchObject({ status: 200, body: halted })
  expect(await health('ready')).toMatchObject({ status: 503, body: halted })
  expect((await run(['lanes', 'resume', lane, ...data])).code).toBe(0)
  await worker.until(`\nlane ${lane} goes on at 0\nready\n`)
  expect(await health('ready')).toMatchObject({
    status: 200,
    body: { state: 'ready', lanes: 24, halted: [] },
  })
  expect(await run(['status', '--check', ...data])).toEqual({ code: 0, stdout: '', stderr: '' })
  const lines = Array.from({ length: 3000 }, (_, at) => `{ "rfiId": "r-${at}" }\n`).join('')
  expect(await run(['produce', 'rfis', '-', ...data], { input: lines })).toMatchObject({ code: 0 })
  const waited = await run(['status', '--wait', '--json', ...data])
  expect(waited).toMatchObject({ code: 0, stderr: '' })
  const { roles, deadLetters } = JSON.parse(waited.stdout)
  expect(roles.map(({ lag }: { lag: number }) => lag)).toEqual(roles.map(() => 0))
  expect(deadLetters).toEqual({ missing: 3000 })
  const { code, stdout } = await worker.stop()
  expect(stdout).toMatch(/\nstopped: inputs 3000, deadLetters 3000,.*\n$/)
  const checked = await run(['status', '--check', ...data])
  expect(checked).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^referral-router: no worker runs/),
  })
  expect(await run(['status', '--wait', '0', ...data])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not settled after 0 s: no worker runs for /),
  })
  expect(code).toBe(0)
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { liveDescribe } from '../support/servers/servers.ts'
import { onServers } from './on-servers.ts'
import { jsonLines, type Running, run } from './run.ts'

liveDescribe('a worker on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { environment, prepare, startWorker } = onServers()
  const workers: Running[] = []
  const begin = (...words: string[]) => {
    const worker = startWorker(...words)
    workers.push(worker)
    return worker
  }
  const events = ({ output }: Running) => jsonLines(output.stdout)

  beforeAll(prepare)
  afterAll(async () => {
    for (const worker of workers) await worker.stop('SIGKILL')
  })

  it('is ready once all that the groups gave it has started', async () => {
    const worker = begin()
    await worker.until('"event":"ready"')
    const told = events(worker).filter(({ event }) => event === 'lane' || event === 'ready')
    expect(told.map(({ event }) => event)).toEqual([...Array(12).fill('lane'), 'ready'])
    expect(told.at(-1)).toEqual({ event: 'ready', running: 12, idle: false })
    expect(await run(['status', '--check'], { environment })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await worker.stop()).code).toBe(0)
  })

  it('is ready without a lane where others have all partitions', async () => {
    for (let count = 0; count < 2; count += 1) await begin('--roles', 'router').until('"event":"ready"')
    const third = begin('--roles', 'router')
    await third.until('"event":"ready"')
    expect(events(third).at(-1)).toEqual({ event: 'ready', running: 0, idle: true })
    const { code, stderr } = await run(['status', '--check'], { environment })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^referral-router: no worker runs for directory, referral, projector/)
    for (const worker of workers) await worker.stop()
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { jsonLines, type Running, run, start } from './run.ts'

liveDescribe('a worker on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  const environment = {
    KAFKA_BROKERS: kafkaBrokers,
    MONGODB_URI: mongodbUri,
    ROUTER_TOPIC_PREFIX: prefix,
    ROUTER_CUSTOMER_SECRET: 'secret',
  }
  const workers: Running[] = []
  const begin = (...words: string[]) => {
    const worker = start(['worker', '--json', '--log-level', 'warn', ...words], environment)
    workers.push(worker)
    return worker
  }
  const events = ({ output }: Running) => jsonLines(output.stdout)

  beforeAll(async () => {
    for (const words of [
      ['topics', 'create', '--partitions', '2'],
      ['store', 'migrate'],
    ])
      expect(await run(words, { environment }), words.join(' ')).toMatchObject({ code: 0 })
  })
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

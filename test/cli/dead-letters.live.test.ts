import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/servers/eventually.ts'
import { liveDescribe } from '../support/servers/servers.ts'
import { onServers } from './on-servers.ts'
import type { Running } from './run.ts'

liveDescribe('dead letters on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { cli, prepare, startWorker } = onServers()
  let worker: Running | null = null
  const list = async (): Promise<{ id: string; redriveOf: string | null; timestamp: string }[]> =>
    JSON.parse((await cli(['dead-letters', 'list', '--json'])).stdout).deadLetters

  beforeAll(async () => {
    await prepare()
    worker = startWorker()
    await worker.until('"event":"ready"')
  })
  afterAll(async () => {
    // So that it leaves its groups, which are removed next.
    await worker?.stop()
  })

  it('one is listed, shown, sent again, and names the first when it fails again', async () => {
    await cli(['produce', 'rfis', '-'], '{ "rfiId": "a", "channel": "tv" }\n')
    await eventually('the dead letter', async () => (await list()).length === 1, { within: 20_000 })
    const [first] = await list()
    const shown = await cli(['dead-letters', 'show', first?.id ?? '', '--bytes'])
    expect(shown.stdout).toMatch(/missing {2}occurredAt: .*\n {2}invalid {2}channel: /)
    expect(shown.stdout).toContain('\n{ "rfiId": "a", "channel": "tv" }\n')
    expect((await cli(['status'])).stdout).toMatch(/^ready\n(.*\n)+dead letters {2}missing 1$/m)

    const sent = await cli(['dead-letters', 'redrive', '--code', 'missing', '--yes', '1'])
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 sent again\n/) })
    await eventually('it failed again', async () => (await list())[0]?.redriveOf === first?.id, {
      within: 20_000,
    })
    expect(await list()).toMatchObject([{ timestamp: first?.timestamp }])
    const before = await cli(['dead-letters', 'show', first?.id ?? ''])
    const [second] = await list()
    expect(before.stdout).toContain(`UTC: it is ${second?.id} now\n`)
  })
})

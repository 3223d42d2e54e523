import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/servers/eventually.ts'
import { liveDescribe } from '../support/servers/servers.ts'
import { onServers } from './on-servers.ts'
import type { Running } from './run.ts'

liveDescribe('contacts and erase on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { cli, prepare, startWorker } = onServers()
  let worker: Running | null = null
  const occurredAt = new Date().toISOString()
  const profile = {
    ...{ profileId: 'acme/PT', partnerId: 'acme', occurredAt, name: 'acme', country: 'PT' },
    ...{ state: 'published', locations: [{ locationId: 'l', city: 'Lisboa' }] },
    tags: { keywords: ['inventory'] },
  }
  const rfi = (rfiId: string) => ({
    ...{ rfiId, occurredAt, channel: 'marketing', contactMeDirectly: true },
    customer: {
      ...{ name: 'Padaria', country: 'PT', city: 'Lisboa' },
      contact: { email: 'ana@padaria.example' },
    },
    need: { title: 'Inventory', keywords: ['inventory'] },
    consent: { shareWithPartners: true, contact: true },
  })

  beforeAll(async () => {
    await prepare()
    worker = startWorker()
    await worker.until('"event":"ready"')
  })
  afterAll(async () => {
    await worker?.stop()
  })

  it('a customer is shown to its partner, erased, and shown to nobody', async () => {
    await cli(['produce', 'partner-profiles', '-'], `${JSON.stringify(profile)}\n`)
    // Until the routers know the profile an RFI goes to nobody.
    let rfiId = ''
    const outcome = async () => JSON.parse((await cli(['rfi', rfiId, '--json'])).stdout || '{}').outcome
    await eventually(
      'an RFI that was routed',
      async () => {
        rfiId = `${rfiId}x`
        await cli(['produce', 'rfis', '-'], `${JSON.stringify(rfi(rfiId))}\n`)
        await eventually('its outcome', async () => (await outcome()) !== undefined, { within: 20_000 })
        return (await outcome()) === 'routed'
      },
      { within: 30_000 },
    )
    const shown = () => cli(['contacts', rfiId, '--partner', 'acme', '--json'])
    expect((await shown()).stdout).toContain('ana@padaria.example')
    expect((await cli(['contacts', rfiId])).stdout).toContain('Padaria')

    expect(await cli(['erase', rfiId])).toMatchObject({ code: 2 })
    expect(await cli(['erase', 'rfi-0', '--by', 'ticket-1'])).toMatchObject({ code: 1 })
    expect(await cli(['erase', rfiId, '--by', 'ticket-4711'])).toMatchObject({ code: 0 })
    const after = await shown()
    expect(after.stdout).not.toContain('padaria')
    expect(JSON.parse(after.stdout)).toMatchObject({ referrals: [{ customer: null, hidden: 'erased' }] })
    expect(await cli(['erase', rfiId, '--by', 'again'])).toMatchObject({ code: 0 })
  })
})

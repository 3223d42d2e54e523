import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, patience } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { type Running, run, start } from './run.ts'

liveDescribe('contacts and erase on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const environment = {
    KAFKA_BROKERS: servers().kafkaBrokers,
    MONGODB_URI: mongodbUri,
    ROUTER_TOPIC_PREFIX: prefix,
    ROUTER_CUSTOMER_SECRET: 'secret',
  }
  let worker: Running | null = null
  const cli = (words: string[], input?: string) =>
    run(words, { environment, ...(input === undefined ? {} : { input }) })
  const occurredAt = new Date().toISOString()
  const profile = {
    ...{ profileId: 'acme/PT', partnerId: 'acme', occurredAt, name: 'acme', country: 'PT' },
    ...{ state: 'published', locations: [{ locationId: 'l', city: 'Lisboa' }] },
    tags: { keywords: ['inventory'] },
  }
  const rfi = {
    ...{ rfiId: 'rfi-81', occurredAt, channel: 'marketing', contactMeDirectly: true },
    customer: {
      ...{ name: 'Padaria', country: 'PT', city: 'Lisboa' },
      contact: { email: 'ana@padaria.example' },
    },
    need: { title: 'Inventory', keywords: ['inventory'] },
    consent: { shareWithPartners: true, contact: true },
  }

  beforeAll(async () => {
    for (const words of [
      ['topics', 'create', '--partitions', '2'],
      ['store', 'migrate'],
    ])
      expect(await cli(words), words.join(' ')).toMatchObject({ code: 0 })
    worker = start(['worker', '--json', '--log-level', 'warn'], environment)
    await worker.until('"event":"ready"')
  })
  afterAll(async () => {
    await worker?.stop()
  })

  it('a customer is shown to its partner, erased, and shown to nobody', async () => {
    await cli(['produce', 'partner-profiles', '-'], `${JSON.stringify(profile)}\n`)
    // Routers follow profiles once a second.
    await new Promise(resolve => setTimeout(resolve, 3000 * patience))
    await cli(['produce', 'rfis', '-'], `${JSON.stringify(rfi)}\n`)
    const shown = () => cli(['contacts', 'rfi-81', '--partner', 'acme', '--json'])
    await eventually('the referral', async () => (await shown()).stdout.includes('ana@padaria.example'), {
      within: 20_000,
    })
    expect((await cli(['contacts', 'rfi-81'])).stdout).toContain('Padaria')

    expect(await cli(['erase', 'rfi-81'])).toMatchObject({ code: 2 })
    expect(await cli(['erase', 'rfi-0', '--by', 'ticket-1'])).toMatchObject({ code: 1 })
    expect(await cli(['erase', 'rfi-81', '--by', 'ticket-4711'])).toMatchObject({ code: 0 })
    const after = await shown()
    expect(after.stdout).not.toContain('padaria')
    expect(JSON.parse(after.stdout)).toMatchObject({ referrals: [{ customer: null, hidden: 'erased' }] })
    expect(await cli(['erase', 'rfi-81', '--by', 'again'])).toMatchObject({ code: 0 })
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { run, temporaryFolder } from '../cli/run.ts'
import { openData } from '../support/embedded.ts'
import { type Answer, queryBlocks, runDriverBlock, runShellBlock } from '../support/query-blocks.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe } from '../support/servers/servers.ts'

const at = (date: number, hour = 0) => new Date(Date.UTC(2026, 2, date, hour)).toISOString()
const profile = (partnerId: string, keyword: string) => ({
  ...{ profileId: `${partnerId}/PT`, partnerId, occurredAt: at(1), name: partnerId, country: 'PT' },
  ...{ state: 'published', locations: [{ locationId: 'l', city: 'Lisboa' }], tags: { keywords: [keyword] } },
})
const rfi = (rfiId: string, date: number, more: object = {}) => ({
  ...{ rfiId, occurredAt: at(date), channel: 'marketing', contactMeDirectly: true },
  customer: { name: 'Padaria', country: 'PT', city: 'Lisboa', contact: { email: 'a@padaria.example' } },
  need: { title: `Inventory ${rfiId}`, keywords: ['inventory'] },
  ...{ consent: { shareWithPartners: true, contact: true }, inviter: { id: 's', email: 's@seller.example' } },
  ...more,
})
const command = (referralId: string, date: number, type: string, more: object = {}) => ({
  ...{ commandId: `${referralId}/${type}`, referralId, occurredAt: at(date, 2), type },
  ...{ partnerId: referralId.split(':')[1], ...more },
})
const engagement = { name: 'Stock', value: { amount: '4200.50', currency: 'EUR' } }
const input = {
  'partner-profiles': [profile('acme', 'inventory'), profile('bolt', 'maintenance')],
  rfis: [
    rfi('rfi-80', 2),
    rfi('rfi-79', 3),
    rfi('rfi-81', 5, { need: { keywords: ['maintenance'] }, followsRfiId: 'rfi-80' }),
    rfi('rfi-82', 6, { need: { keywords: ['plumbing'] } }),
    rfi('rfi-78', 6),
    ...[83, 84, 85].map(number => rfi(`rfi-${number}`, 7)),
  ],
  'referral-commands': [
    command('rfi-80:acme', 3, 'decline', { reason: 4 }),
    command('rfi-79:acme', 4, 'accept', { engagement }),
    command('rfi-79:acme', 5, 'favorite'),
    command('rfi-79:acme', 6, 'win', { closedAt: at(6) }),
    command('rfi-81:bolt', 6, 'accept', { engagement }),
  ],
}

liveDescribe('the queries of the documents', { needs: ['mongodb'] }, () => {
  const { mongodbUri } = scratch()
  const folder = temporaryFolder()
  let client: MongoClient
  let db: Db
  afterAll(async () => {
    await client?.close()
    folder.remove()
  })

  beforeAll(async () => {
    const [given, data] = [join(folder.path, 'in'), join(folder.path, 'data')]
    mkdirSync(given)
    for (const [name, records] of Object.entries(input))
      writeFileSync(join(given, `${name}.ndjson`), records.map(one => `${JSON.stringify(one)}\n`).join(''))
    expect(await run(['simulate', '--in', given, '--data', data])).toMatchObject({ code: 0 })
    await migrate(collections, { uri: mongodbUri })
    const [from, to] = [
      await openData(data, { partitions: 4 }),
      await openMongo(collections, { uri: mongodbUri }),
    ]
    for (const collection of Object.keys(collections) as (keyof Collections)[]) {
      const documents = await from.store.find(collection, { where: {} })
      const writes = documents.map(document => ({ kind: 'put', collection, document }) as never)
      if (writes.length > 0) await to.commit({ move: null, writes, journal: null })
    }
    await Promise.all([from.close(), to.close()])
    client = await MongoClient.connect(mongodbUri)
    db = client.db()
  })

  it('read models', { timeout: 60_000 }, async () => {
    const values = {
      last: { _id: 'rfi-84:acme', routedAt: at(7) },
      those: 0,
      tomorrow: at(21),
    }
    const answers: Answer[] = []
    for (const block of queryBlocks('read-models.md'))
      answers.push(...(await runShellBlock(block, db, values)))
    const found = answers.map(({ found }) => found)
    const ids = (rows: unknown) => (rows as { _id: string }[]).map(({ _id }) => _id)
    const acme = (...numbers: number[]) => numbers.map(number => `rfi-${number}:acme`)
    const [first, same, older, due, searched, favorites, tabs, most, ...rest] = found
    expect(ids(first)).toEqual(acme(85, 84, 83, 78))
    expect([same, older].map(ids)).toEqual([acme(83), acme(78)])
    expect(ids(due)).toEqual(acme(78))
    expect(ids(searched)).toEqual(acme(85, 84, 83, 78))
    expect(favorites).toMatchObject([{ _id: 'rfi-79:acme', row: [{ _id: 'rfi-79:acme', favorite: true }] }])
    expect(tabs).toEqual({ new: 4, active: 0, archived: 2, favorites: 1 })
    expect(ids(most)).toEqual(['acme', 'bolt'])
    const [asked, rows, receipt, notices, ofChain, ...sums] = rest
    expect(asked).toMatchObject({ _id: 'rfi-81', chain: ['rfi-80'] })
    expect(ids(rows)).toEqual(['rfi-81:bolt'])
    expect(receipt).toMatchObject({ rfiId: 'rfi-81' })
    expect(notices).toBeNull()
    expect(ids(ofChain).sort()).toEqual(['rfi-80:acme', 'rfi-81:bolt'])
    const [byCountry, byMonth, byTwo, reasons, needs, terms, ...others] = sums
    const counts = { routed: 7, accepted: 2, won: 1, answers: 3 }
    expect(byCountry).toMatchObject([{ _id: 'PT', ...counts }])
    expect(String((byCountry as { wonEUR: unknown }[])[0]?.wonEUR)).toMatch(/^4200\.50?$/)
    expect(byMonth).toEqual([{ _id: '2026-03', routed: 7, won: 1 }])
    const groups = (byTwo as { _id: { is: string }; n: number }[]).map(({ _id, n }) => `${_id.is} ${n}`)
    expect(groups).toHaveLength(4)
    expect(groups).toEqual(expect.arrayContaining(['Received 4', 'Won 1', 'Declined 1']))
    expect(reasons).toEqual([{ _id: '4', n: 1 }])
    expect(ids(needs)).toEqual(['rfi-82'])
    expect(terms).toEqual([{ _id: 'word:plumbing', n: 1 }])
    expect(others).toEqual([])
  })

  it('contacts', async () => {
    const [block = '', toldTo = ''] = queryBlocks('contacts.md')
    const ask = (rfiId: string, partnerId = 'acme', owner = 'acme') =>
      runDriverBlock(block, 'customer', db, { rfiId, partnerId, referralId: `${rfiId}:${owner}` })
    const shown = { _id: 'rfi-81', name: 'Padaria', contact: { email: 'a@padaria.example' } }
    expect(await ask('rfi-81', 'bolt', 'bolt')).toMatchObject(shown)
    expect(await ask('rfi-79')).toMatchObject({ ...shown, _id: 'rfi-79' })
    // Declined; of another partner; its time has come; never there.
    expect(await ask('rfi-80')).toBeNull()
    expect(await ask('rfi-81', 'acme', 'bolt')).toBeNull()
    expect(await ask('rfi-83')).toBeNull()
    expect(await ask('rfi-1')).toBeNull()
    const told = (constant: string, rfiId: string) => runDriverBlock(toldTo, constant, db, { rfiId })
    expect(await told('inviter', 'rfi-80')).toEqual({ _id: 'rfi-80', inviterEmail: 's@seller.example' })
    expect(await told('addressee', 'rfi-80')).toMatchObject({ ...shown, _id: 'rfi-80' })
    expect(await told('addressee', 'rfi-1')).toBeNull()
  })
})

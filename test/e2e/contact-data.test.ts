import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { databaseName } from '../../src/adapters/embedded/database.ts'
import { loadSqlite } from '../../src/adapters/embedded/sqlite.ts'
import { openToRead, withFolder } from '../../src/cli/folder.ts'
import { collections } from '../../src/roles/collections.ts'
import { type Topic, topicNames, topics } from '../../src/roles/topics.ts'
import { type Running, run, start, temporaryFolder } from '../cli/run.ts'
import { isDrained } from '../support/drained.ts'
import { freePort } from '../support/servers/ports.ts'

// What is a customer's contact data, and what is business data, is told in docs/contacts.md.

const folder = temporaryFolder()
const data = ['--data', join(folder.path, 'data')]
const path = join(folder.path, 'data')
let worker: Running | null = null
afterAll(async () => {
  await worker?.stop('SIGKILL')
  folder.remove()
})

/** Every piece of contact data holds one of its own; lower case, as some places fold. */
const mark = 'qzxmark'
/** Stands in business data: where it isn't found either, nobody has looked. */
const business = 'bizmark'
const when = new Date().toISOString()

const marked = {
  name: `Padaria ${mark}name`,
  postalCode: `${mark}postal`,
  contact: {
    firstName: `${mark}first`,
    lastName: `${mark}last`,
    email: `${mark}mail@padaria.example`,
    phone: `+351 ${mark}phone`,
  },
}
const inviter = { id: 's-77', email: `${mark}inviter@seller.example` }

const profile = (partnerId: string) => ({
  profileId: `${partnerId}/PT`,
  partnerId,
  occurredAt: when,
  name: `${partnerId} ${business}partner`,
  country: 'PT',
  state: 'published',
  locations: [{ locationId: 'l', city: 'Lisboa', contact: { email: `${business}@${partnerId}.example` } }],
  tags: { keywords: ['inventory'] },
})
const rfi = (rfiId: string, more: object = {}) => ({
  rfiId,
  occurredAt: when,
  channel: 'marketing',
  customer: { ...marked, country: 'PT', city: 'Lisboa' },
  need: { title: `Stock ${business}need`, keywords: ['inventory'] },
  consent: { shareWithPartners: true, contact: true },
  contactMeDirectly: true,
  ...more,
})
const command = (referralId: string, type: string, more: object = {}) => ({
  commandId: `${referralId}/${type}`,
  referralId,
  partnerId: referralId.split(':')[1],
  occurredAt: when,
  type,
  ...more,
})
const engagement = { name: `Stock ${business}engagement`, notes: `${business}notes`, crmId: `${business}crm` }
const team = [{ firstName: `${business}team`, email: `${business}team@acme.example` }]
const customer = rfi('x').customer

/** Each holds contact data where it doesn't belong, or in a record that can't be read. */
const bad: readonly (string | object)[] = [
  JSON.stringify(rfi('bad-cut')).slice(0, -20),
  JSON.stringify(rfi('bad-quote')).replace(`${mark}first"`, `${mark}first`),
  `${mark}mail@padaria.example`,
  `["${mark}first"]`,
  rfi('bad-channel', { channel: `${mark}channel` }),
  rfi('bad-country', { customer: { ...customer, country: `${mark}country` } }),
  rfi('bad-size', { customer: { ...customer, size: `${mark}size` } }),
  rfi('bad-contact', { customer: { ...customer, contact: `${mark}contact` } }),
  rfi('bad-email', { customer: { ...customer, contact: { email: [`${mark}mail`] } } }),
  rfi('bad-phone', { customer: { ...customer, contact: { phone: { [`${mark}key`]: `${mark}phone` } } } }),
  rfi('bad-inviter', { inviter: { email: inviter.email } }),
  rfi('bad-inviter-id', { inviter: { id: [`${mark}inviter`] } }),
  rfi('bad-consent', { consent: `${mark}consent` }),
  rfi('bad-consent-key', { consent: { [`${mark}key`]: 1, contact: `${mark}yes` } }),
  rfi('bad-time', { occurredAt: `${mark}time` }),
  rfi('bad-money', { budget: { amount: `${mark}1`, currency: `${mark}` } }),
  rfi('bad-need', { need: { keywords: { [`${mark}key`]: `${mark}word` } } }),
  rfi('bad-large', { customer: { ...customer, name: mark.repeat(40_000) } }),
  // Unknown fields are ignored and kept out.
  rfi('extra', { [`${mark}key`]: mark, customer: { ...customer, [`${mark}field`]: mark, fax: mark } }),
]
const lastBad = 'bad-last'

const lines = (values: readonly (string | object)[]) =>
  values.map(value => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('')

async function produce(topic: Topic, values: readonly (string | object)[]): Promise<void> {
  const { code, stderr } = await run(['produce', topic, '-', ...data], { input: lines(values) })
  expect(code).toBe(0)
  // It may say which line is no record, and nothing of what is in it.
  expect(stderr).toMatch(
    /^(line \d+: (no JSON value in UTF-8(; it breaks at character \d+)?\. .*several|no JSON object|without "\w+", the text that is its key)\n)?$/,
  )
}

const roles = ['directory', 'router', 'referral', 'projector'] as const
async function drained(): Promise<void> {
  await expect
    .poll(() => withFolder(openToRead({ data: path }), standing => isDrained(standing, roles)), {
      timeout: 30_000,
      interval: 100,
    })
    .toBe(true)
}

/** Where a text stands, folded: of the log only those topics. Bytes are searched as they are and read as base64. */
async function placesOf(text: string, among: readonly Topic[]): Promise<string[]> {
  const found: string[] = []
  const search = (where: string, ...values: readonly unknown[]) => {
    for (const value of values)
      if (readable(value).toLowerCase().includes(text)) {
        found.push(where)
        return
      }
  }
  await withFolder(openToRead({ data: path }), async ({ log, store }) => {
    for (const topic of among)
      for (const stretch of await log.stretches([topic]))
        for await (const { offset, key, value, headers } of log.scan([stretch]))
          search(`${topic}@${offset}`, key, value, headers)
    for (const name of Object.keys(collections) as (keyof typeof collections)[])
      for (const document of await store.find(name, { where: {} })) {
        const { value, key, ...rest } = document as { value?: unknown; key?: unknown; _id: string }
        const bytes = [value, key].map(one => (typeof one === 'string' ? Buffer.from(one, 'base64') : one))
        search(`${name} ${rest._id}`, rest, ...(name === 'dead' ? bytes : [value, key]))
      }
  })
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(join(path, databaseName), { readOnly: true })
  for (const { records } of database.prepare('SELECT records FROM journal_records').all())
    search('journal', zstdDecompressSync(records as Uint8Array))
  database.close()
  return found.sort()
}

function readable(value: unknown): string {
  if (value === null || value === undefined) return ''
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : JSON.stringify(value)
}

/** What the worker sends. To the other topics others send, and what they send there is theirs. */
const foreign: readonly Topic[] = [topics.profiles, topics.weights, topics.rfis, topics.commands]
const outputs = topicNames.filter(topic => !foreign.includes(topic as Topic)) as Topic[]

/** Every command that shows something, but `contacts`, whose errand it is, and bytes that are asked for. */
async function everythingShown(): Promise<string> {
  const words = [
    ['status'],
    ['status', '--check'],
    ['lanes', 'list'],
    ['inbox', 'acme', '--tab', 'new,active,archived,favorites'],
    ['inbox', 'bolt', '--tab', 'new,active,archived,favorites'],
    ['rfi', 'rfi-1'],
    ['rfi', 'rfi-2'],
    ['rfi', 'bad-email'],
    ['explain', 'rfi-1', '--verify'],
    ['explain', 'rfi-1', '--partner', 'acme'],
    ['scorecard', 'acme'],
    ['funnel'],
    ['dead-letters', 'list', '--limit', '100'],
    ['dead-letters', 'show', 'rfis/0@0'],
    ['dead-letters', 'show', 'rfis/0@2'],
    ...outputs.map(topic => ['consume', topic, '--from-beginning']),
  ]
  const all = words.flatMap(some => [some, [...some, '--json']])
  const ends = await fewAtOnce(all, some => run([...some, ...data]))
  return ends.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n')
}

/** Processes take most of their time to start. */
async function fewAtOnce<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let at = 0; at < all.length; at += 6)
    done.push(...(await Promise.all(all.slice(at, at + 6).map(work))))
  return done
}

/** Texts of `shown` around the first marks. */
const leaksIn = (shown: string) => shown.toLowerCase().match(new RegExp(`.{0,60}${mark}.{0,20}`, 'g')) ?? []

/** Everything the worker said. */
const said = () => `${worker?.output.stdout}${worker?.output.stderr}`

it('who the customer is stays in contacts and the bytes of dead letters, until it is erased', {
  timeout: 180_000,
}, async () => {
  const environment = { ROUTER_CUSTOMER_SECRET: 'secret', ROUTER_PARTITIONS: '1' }
  const port = await freePort()
  const words = ['worker', '--threads', '1', '--log-level', 'debug', '--health-port', String(port)]
  worker = start([...words, ...data], environment)
  await worker.until('ready')
  await produce(topics.profiles, [profile('acme'), profile('bolt')])
  await drained()
  // The router looks at its tables every 100 ms.
  await new Promise(resolve => setTimeout(resolve, 500))
  await produce(topics.rfis, [
    rfi('rfi-1'),
    rfi('rfi-2', { channel: 'seller', inviter }),
    rfi('rfi-3', { consent: { shareWithPartners: true } }),
    rfi('rfi-1', { channel: 'customer-search' }),
    rfi('rfi-4', { followsRfiId: 'rfi-1', customer: { country: 'PT', name: marked.name } }),
    rfi('rfi-5', { consent: null }),
    ...bad,
    rfi(lastBad, { channel: 7 }),
  ])
  // By a producer that took the wrong topic.
  for (const topic of [topics.commands, topics.profiles, topics.weights])
    await produce(topic, [rfi(`lost-${topic}`, { inviter, type: mark, name: mark })])
  await drained()
  await produce(topics.commands, [
    command('rfi-1:acme', 'accept', { engagement, team }),
    command('rfi-1:bolt', 'decline', { reason: 8, notes: `${business}declined` }),
    command('rfi-2:bolt', 'decline', { reason: 4 }),
    command('rfi-1:acme', 'win', { closedAt: `${mark}time` }),
    command('rfi-1:acme', mark, { commandId: 'c-odd', contact: marked.contact }),
    command('rfi-1:stranger', 'accept', { engagement }),
  ])
  await drained()

  const places = await placesOf(mark, outputs)
  const dead = places.filter(place => place.startsWith('dead '))
  expect(places.filter(place => !/^(dead|contacts) /.test(place))).toEqual([])
  expect(dead.length).toBeGreaterThanOrEqual(bad.length - 2)
  expect(places).toEqual(expect.arrayContaining(['contacts rfi-1', 'contacts rfi-2', 'contacts extra']))
  const whole = await everythingShown()
  expect(leaksIn(whole)).toEqual([])
  expect(leaksIn(said())).toEqual([])
  for (const what of ['live', 'ready'])
    expect(leaksIn(await (await fetch(`http://127.0.0.1:${port}/health/${what}`)).text())).toEqual([])
  // The search finds what there is to find.
  const known = await placesOf(business, outputs)
  for (const where of [/^referral-status@/, /^referrals@/, /^journal/, /^inbox /, /^referrals /, /^rfis /])
    expect(known).toContainEqual(expect.stringMatching(where))
  expect(whole).toContain(`${business}engagement`)
  expect(said()).toMatch(/"level":"debug"/)

  await everyPartnerSees()
  await erased()
})

async function everyPartnerSees(): Promise<void> {
  const seen = async (...words: string[]) =>
    JSON.parse((await run(['contacts', ...words, '--json', ...data])).stdout)
  const first = await seen('rfi-1')
  expect(first.notices).toEqual({ addressee: 'customer', inviter: null, customer: marked })
  expect(first.referrals).toMatchObject([
    { partnerId: 'acme', hidden: null, customer: marked },
    { partnerId: 'bolt', hidden: 'declined', customer: null },
  ])
  const second = await seen('rfi-2')
  expect(second.notices).toEqual({ addressee: 'inviter', inviter, customer: null })
  expect(JSON.stringify(await seen('rfi-2', '--partner', 'acme'))).not.toContain(inviter.email)
  expect(await seen('rfi-3')).toMatchObject({
    notices: { addressee: 'none' },
    referrals: [{ hidden: 'no-consent', customer: null }, { hidden: 'no-consent' }],
  })
  const declined = await run(['contacts', 'rfi-1', '--partner', 'bolt', ...data])
  expect(declined).toMatchObject({ code: 0, stdout: expect.stringMatching(/hidden: the partner declined/) })
  expect(leaksIn(declined.stdout)).toEqual([])
  expect(await run(['contacts', 'rfi-1', '--partner', 'x', ...data])).toMatchObject({ code: 1, stdout: '' })
}

async function erased(): Promise<void> {
  const erase = (rfiId: string, ...words: string[]) =>
    run(['erase', rfiId, '--by', 'ticket-1', ...words, ...data])
  expect(await run(['erase', 'rfi-1', '--by', marked.contact.email, ...data])).toMatchObject({
    code: 2,
    stderr: expect.not.stringContaining(mark),
  })
  expect(await run(['erase', 'rfi-1', ...data])).toMatchObject({ code: 2 })
  expect(await erase('rfi-9')).toMatchObject({ code: 1, stderr: expect.stringMatching(/--even-unknown/) })

  const before = await funnel()
  const first = await erase('rfi-1')
  expect(first).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/the contact data, .* 1 dead letter,/),
  })
  expect(first.stdout).toMatch(/not reached: the topic rfis/)
  expect(await erase('rfi-1')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /was erased before, .* by ticket-1; nothing more was found\n {2}removed then: the contact data/,
    ),
  })
  const others = ['rfi-2', 'rfi-3', 'rfi-4', 'rfi-5', 'extra', lastBad, 'bad-cut', 'bad-quote']
  const legible = bad.flatMap(value => (typeof value === 'object' && 'rfiId' in value ? [value.rfiId] : []))
  const lost = [topics.commands, topics.profiles, topics.weights].map(topic => `lost-${topic}`)
  const all = new Set([...others, ...legible, ...lost].map(String))
  all.delete('bad-large')
  const outcomes = await fewAtOnce([...all], async rfiId => ({ rfiId, ...(await erase(rfiId, '--json')) }))
  for (const { rfiId, code, stdout, stderr } of outcomes) {
    expect({ rfiId, code, stderr }).toEqual({ rfiId, code: 0, stderr: '' })
    expect(leaksIn(stdout)).toEqual([])
  }
  // Two records tell no id, and so whose they are; a week after they came they are removed all the same.
  const left = await placesOf(mark, outputs)
  expect(left).toHaveLength(2)
  for (const place of left) expect(place).toMatch(/^dead rfis\//)

  // The same once more, as after a redelivery.
  const again = [rfi('rfi-1'), rfi('rfi-1', { channel: 'seller', inviter }), rfi(lastBad, { channel: 7 })]
  await produce(topics.rfis, [
    ...again,
    JSON.stringify(rfi('rfi-1')).slice(0, -20),
    rfi('rfi-2', { inviter }),
  ])
  await produce(topics.commands, [
    rfi('lost-referral-commands'),
    command('rfi-4:acme', 'decline', { reason: 4 }),
  ])
  await drained()
  expect(await placesOf(mark, outputs)).toEqual(left)
  expect(leaksIn(await everythingShown())).toEqual([])
  expect(leaksIn(said())).toEqual([])
  const shown = await run(['contacts', 'rfi-1', ...data])
  expect(shown.stdout).toMatch(/was erased/)
  expect(leaksIn(shown.stdout)).toEqual([])
  expect((await funnel()).routed).toBe(before.routed)
  expect((await worker?.stop())?.code).toBe(0)
  expect(leaksIn(said())).toEqual([])
}

async function funnel(): Promise<{ readonly routed: number }> {
  const { stdout } = await run(['funnel', '--by', 'country', '--json', ...data])
  return JSON.parse(stdout).rows[0].counts
}

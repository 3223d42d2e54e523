import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { recordOf } from '../../src/adapters/kafka/fetched.ts'
import { decodeRecordBatches } from '../../src/adapters/kafka/record-batches.ts'
import { renderTable } from '../../src/cli/table.ts'
import { mostRegions } from '../../src/domain/profile.ts'
import type { OutgoingRecord } from '../../src/ports/log.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { fuzzCodec } from '../fuzz/feed.ts'
import { Ledger, Tally } from '../fuzz/ledger.ts'
import { openStepper, type Stepper, type Timed } from '../fuzz/stepper.ts'
import { routed } from '../support/arbitraries.ts'
import { acceptSample, type JsonObject, profileSample, rfiSample } from '../support/samples.ts'
import { temporaryFolder } from '../support/simulated.ts'

const now = Date.parse('2026-03-02T09:14:00.000Z')
/** ms of processor for one record; what a run in earnest holds to is a third of it. */
const longest = 300

const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

function sent(topic: Topic, key: string | null, value: unknown): OutgoingRecord {
  return { topic, key, value: value === null ? null : bytesOf(value), headers: {} }
}

const open = { sizeOptOut: [], maxOpenReferrals: null, serves: null }
const unasked = { requestedPartners: [], followsRfiId: null, expiresAt: null, test: false }
const profile = (fields: JsonObject = {}) => ({
  ...profileSample,
  ...open,
  tags: { keywords: ['inventory'] },
  ...fields,
})
const rfi = (fields: JsonObject = {}) => ({
  ...rfiSample,
  ...unasked,
  need: { keywords: ['inventory'] },
  ...fields,
})
const profiles = (value: JsonObject) => sent(topics.profiles, String(value.profileId), value)
const rfis = (value: JsonObject) => sent(topics.rfis, String(value.rfiId), value)
const commands = (value: JsonObject) => sent(topics.commands, String(value.referralId), value)

const order: readonly Topic[] = [
  topics.profiles,
  topics.weights,
  topics.rfis,
  topics.commands,
  topics.status,
  topics.notices,
]

interface Hostile {
  readonly stepper: Stepper
  /** Sends, works it all, `limit` records a step, accounts for it; gives what each topic came to. */
  send(records: readonly OutgoingRecord[], limit?: number): Promise<Record<string, Record<string, number>>>
  /** ms of the slowest step so far. */
  slowest(): number
}

async function hostile(look: (world: Hostile) => Promise<void>, from = now): Promise<void> {
  const folder = temporaryFolder()
  const codec = fuzzCodec()
  const stepper = await openStepper(folder.path, codec, { partitions: 1, from })
  const tally = new Tally()
  const ledger = new Ledger(stepper, codec, { partitions: 1, tally })
  let slowest = 0
  const each = async ({ spent }: Timed) => {
    slowest = Math.max(slowest, spent)
  }
  try {
    await look({
      stepper,
      slowest: () => slowest,
      async send(records, limit = 500) {
        // Partners are known before anybody asks, and referrals before anybody answers.
        for (const [, together] of Map.groupBy(records, ({ topic }) => order.indexOf(topic as Topic))
          .entries()
          .toArray()
          .sort()) {
          await stepper.send(together)
          await stepper.drain(() => limit, each)
        }
        await ledger.account()
        expect([tally.unaccounted, tally.problems]).toEqual([0, []])
        return Object.fromEntries([...tally.rows].map(([topic, row]) => [topic, Object.fromEntries(row)]))
      },
    })
  } finally {
    await stepper.close()
    folder.remove()
  }
}

const referrals = async ({ store }: Stepper) =>
  (await store.find('referrals', { where: {} })).map(({ _id }) => String(_id)).sort()

describe('structure', () => {
  test('100,000 levels are refused where something else is expected, and dropped where nothing is', async () => {
    const lists = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const objects = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`
    const within = (value: object, field: string, deep: string) =>
      JSON.stringify({ ...value, [field]: 'HERE' }).replace('"HERE"', deep)
    await hostile(async ({ send, slowest, stepper }) => {
      const outcomes = await send(
        [
          profiles(profile()),
          sent(topics.rfis, 'a', within(rfi({ rfiId: 'a' }), 'need', lists)),
          sent(topics.rfis, 'b', within(rfi({ rfiId: 'b' }), 'customer', objects)),
          sent(topics.rfis, 'c', within(rfi({ rfiId: 'c' }), 'unknown', lists)),
          sent(topics.rfis, 'd', '['.repeat(200_000)),
          sent(topics.profiles, 'e', within(profile(), 'tags', lists)),
          sent(topics.weights, 'live', within({ weightsId: 'w', features: { relevance: 1 } }, 'more', lists)),
          sent(
            topics.commands,
            'c:acme',
            within({ ...acceptSample, referralId: 'c:acme' }, 'engagement', lists),
          ),
          sent(topics.status, 'f', within({ type: 'referral.routed' }, 'need', objects)),
          sent(topics.notices, 'g', lists),
        ],
        1,
      )
      expect(outcomes.rfis).toEqual({
        'applied: routed': 1,
        'dead letter: wrong-type': 1,
        'dead letter: missing': 1,
        'dead letter: malformed-json': 1,
      })
      expect(outcomes['partner-profiles']).toEqual({ applied: 1, 'dead letter: wrong-type': 1 })
      expect(outcomes['ranking-weights']).toEqual({ 'dead letter: unknown-name': 1 })
      expect(outcomes['referral-commands']).toEqual({ 'rejected: malformed': 1 })
      expect(outcomes['referral-status']).toMatchObject({ 'dead letter: invalid': 1 })
      expect(outcomes['customer-notices']).toEqual({ 'dead letter: wrong-type': 1 })
      expect(await referrals(stepper)).toEqual(['c:acme'])
      expect(slowest()).toBeLessThan(longest)
    })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a name like any other',
    async name => {
      await hostile(async ({ send, stepper }) => {
        const polluting = (value: object) =>
          JSON.stringify(value).replace(
            '{',
            '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
          )
        const tags = { keywords: [name], products: [name] }
        const offer = { ...profile(), profileId: name, partnerId: name, serves: { regions: [name] }, tags }
        const customer = { ...(rfiSample.customer as JsonObject), region: name, city: name }
        const asking = { ...rfi(), rfiId: name, customer, need: tags, requestedPartners: [name] }
        const accept = { ...acceptSample, commandId: name, referralId: `${name}:${name}` }
        const outcomes = await send([
          sent(topics.profiles, name, polluting(offer)),
          sent(topics.rfis, name, polluting(asking)),
        ])
        expect(outcomes.rfis).toEqual({ 'applied: routed': 1 })
        await send([sent(topics.commands, name, polluting({ ...accept, partnerId: name }))])
        const row = (await stepper.store.get('inbox', [`${name}:${name}`])).get(`${name}:${name}`)
        expect([row?.tab, row?.partnerId, row?.version]).toEqual(['active', name, 2])
        expect((await stepper.store.get('partners', [name])).get(name)?.evidence.version).toBe(2)
        expect('polluted' in {}).toBe(false)
      })
    },
  )

  test('tombstones where none belong', async () => {
    await hostile(async ({ send }) => {
      const keys = [null, 'rfi-81', '', 'k'.repeat(5000), '\ud800']
      const all = [
        topics.rfis,
        topics.commands,
        topics.profiles,
        topics.weights,
        topics.status,
        topics.notices,
      ]
      const outcomes = await send(all.flatMap(topic => keys.map(key => sent(topic, key, null))))
      for (const topic of [topics.rfis, topics.commands, topics.status, topics.notices])
        expect(outcomes[topic], topic).toEqual({ 'dead letter: tombstone': 5 })
      // A key of bytes that are no text is one of replacement characters: it may be somebody's id.
      expect(outcomes['partner-profiles']).toEqual({
        'dead letter: tombstone': 3,
        'ignored: unknown tombstone': 2,
      })
      expect(outcomes['ranking-weights']).toEqual({ 'dead letter: invalid': 5 })
    })
  })

  test.each(['1e30', '1'.repeat(31), `0.${'1'.repeat(30)}`, '-1', 'Infinity', '0x10', '١٢'])(
    'an amount of %s is refused',
    async amount => {
      const money = { amount, currency: 'EUR' }
      await hostile(async ({ send }) => {
        const outcomes = await send([
          profiles(profile()),
          rfis(rfi()),
          rfis(rfi({ rfiId: 'other', budget: money })),
          commands({ ...acceptSample, engagement: { name: 'Deal', value: money } }),
          commands({
            ...acceptSample,
            commandId: 'n',
            engagement: { name: 'Deal', value: { ...money, amount: 1e30 } },
          }),
        ])
        expect(outcomes.rfis).toEqual({ 'applied: routed': 1, 'dead letter: invalid': 1 })
        expect(outcomes['referral-commands']).toEqual({ 'rejected: malformed': 2 })
      })
    },
  )

  test('the largest amounts of all deals together stay exact', async () => {
    const value = { amount: `${'9'.repeat(15)}.9999`, currency: 'EUR' }
    await hostile(async ({ send, stepper }) => {
      const ids = Array.from({ length: 50 }, (_, at) => `r${at}`)
      await send([profiles(profile()), ...ids.map(rfiId => rfis(rfi({ rfiId })))])
      const accept = { ...acceptSample, expectedVersion: null, engagement: { name: 'Deal', value } }
      await send(ids.map(id => commands({ ...accept, commandId: id, referralId: `${id}:acme` })))
      const cells = await stepper.store.find('cells', { where: {} })
      const sums = cells.flatMap(cell => (cell.kind === 'funnel' ? [cell.acceptedValue.EUR] : []))
      expect([...new Set(sums.filter(sum => sum !== undefined))]).toEqual(['49999999999999999.995'])
    })
  })
})

describe('text', () => {
  test('half characters: none in an id, a mark in a text', async () => {
    await hostile(async ({ send, stepper }) => {
      const outcomes = await send([
        profiles(profile({ name: 'Ac\ud800me' })),
        sent(topics.profiles, 'x', profile({ profileId: 'x\ud800' })),
        sent(topics.rfis, 'x', rfi({ rfiId: '\udfff' })),
        sent(topics.rfis, 'y', JSON.stringify(rfi()).replace('inventory', 'inventory \\udfff\\ud800')),
      ])
      expect(outcomes['partner-profiles']).toEqual({ applied: 1, 'dead letter: invalid': 1 })
      expect(outcomes.rfis).toEqual({ 'applied: routed': 1, 'dead letter: invalid': 1 })
      expect((await stepper.store.get('profiles', ['acme/PT'])).get('acme/PT')?.profile.name).toBe(
        'Ac\ufffdme',
      )
    })
  })

  const disguises = [
    'in\u200bventory',
    'in\u00adventory',
    '\u202einventory\u202c',
    '\ufeffinventory',
    'inv\u2060entory',
    'ｉｎｖｅｎｔｏｒｙ',
  ]
  test.each(disguises)('%j matches as what it looks like, both ways', async disguised => {
    await hostile(async ({ send, stepper }) => {
      const other = { profileId: 'other/PT', partnerId: 'other', tags: { keywords: ['inventory'] } }
      await send([profiles(profile({ tags: { keywords: [disguised] } })), profiles(profile(other))])
      await send([rfis(rfi()), rfis(rfi({ rfiId: 'b', need: { keywords: [disguised] } }))])
      expect(await referrals(stepper)).toEqual(['b:acme', 'b:other', 'rfi-81:acme', 'rfi-81:other'])
    })
  })

  test('nothing turns, hides or breaks a line of a table', () => {
    const tricks = [
      '\u202egnp.exe',
      'a\u200b\u2060\ufeffb',
      '\u200f\u061ca',
      'x\ny\r\u2028z',
      '\u001b[2Jq',
      '\u{e0041}t',
      '\ud800',
    ]
    const table = renderTable([{ title: 'name', value: (text: string) => text }], tricks, null)
    expect(table.split('\n')).toEqual(['name', 'gnp.exe', 'ab', 'a', 'x y z', '[2Jq', 't', '\ufffd'])
  })

  const half = 'x'.repeat(60_000)
  const bombs: readonly (readonly [string, string])[] = [
    ['one letter', `${'a'.repeat(200_000)}!`],
    ['nested quantities', `${'a.'.repeat(100_000)}!`],
    ['apostrophes', "a'".repeat(100_000)],
    ['spaces', `${' '.repeat(200_000)}a`],
    ['piles of marks in two orders', `a${'\u0315\u0316'.repeat(55_000)}`],
    ['a letter that becomes eighteen', 'ﷺ'.repeat(80_000)],
    ['a script without spaces', 'สวัสดีครับผมชื่อ'.repeat(5000)],
    [
      'words that are all different',
      Array.from({ length: 30_000 }, (_, at) => `w${at.toString(36)}`).join(' '),
    ],
    ['brackets', '(('.repeat(100_000)],
    ['commas and dots', `${'1,'.repeat(60_000)}${half}`],
  ]
  test.each(bombs)('a text made to take long takes no time: %s', async (_what, text) => {
    await hostile(async ({ send, slowest }) => {
      const customer = { ...(rfiSample.customer as JsonObject), locale: 'pt-PT' }
      const records = [
        profiles(profile()),
        profiles(profile({ profileId: 'b/PT', tags: { keywords: [text] } })),
        profiles(profile({ profileId: 'r/PT', serves: { regions: [text] } })),
        rfis(rfi({ need: { description: text } })),
        rfis(rfi({ rfiId: 'k', need: { keywords: [text] } })),
        rfis(rfi({ rfiId: 'r', customer: { ...customer, region: text } })),
        commands({ ...acceptSample, commandId: 'n', engagement: { name: text } }),
      ]
      const outcomes = await send(records, 1)
      // Routed, or to nobody where the text says nothing.
      const applied = ['applied: routed', 'applied: unroutable'].map(outcome => outcomes.rfis?.[outcome] ?? 0)
      expect(applied.reduce((sum, count) => sum + count)).toBe(3)
      expect(slowest()).toBeLessThan(longest)
    })
  })
})

describe('numbers', () => {
  test('5,000 tags are taken, and the last is found', async () => {
    await hostile(async ({ send, slowest, stepper }) => {
      const keywords = Array.from({ length: 5000 }, (_, at) => `tag${at} extra${at}`)
      await send([profiles(profile({ tags: { keywords }, serves: { regions: ['Lisboa', 'Porto'] } }))], 1)
      await send(
        [rfis(rfi({ need: { keywords: ['extra4999'] }, customer: { country: 'PT', region: 'Porto' } }))],
        1,
      )
      expect(await referrals(stepper)).toEqual(['rfi-81:acme'])
      expect(slowest()).toBeLessThan(longest)
    })
  })

  test('lists of thousands that are none of their kind are refused at the first', async () => {
    const many = Array(120_000).fill(1)
    await hostile(async ({ send, slowest }) => {
      const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1]))
      const outcomes = await send(
        [
          rfis(rfi({ need: { keywords: many } })),
          rfis(rfi({ need: { keywords: many.slice(0, 9000), products: Array(9000).fill('') } })),
          rfis(rfi({ need: { keywords: Array(9000).fill('') } })),
          profiles(profile({ sizeOptOut: many })),
          profiles(profile({ serves: { regions: many.map(String).slice(0, 60_000) } })),
          sent(topics.status, 'p', { type: 'referral.accepted', team: many }),
          sent(topics.weights, 'live', { weightsId: 'w', features: names }),
        ],
        1,
      )
      expect(outcomes.rfis).toEqual({ 'dead letter: wrong-type': 1, 'dead letter: invalid': 2 })
      expect(outcomes['partner-profiles']).toEqual({ 'dead letter: invalid': 2 })
      expect(outcomes['ranking-weights']).toEqual({ 'dead letter: unknown-name': 1 })
      expect(slowest()).toBeLessThan(longest)
    })
  })

  test('a profile with every tag in every region does not fill the tables', async () => {
    await hostile(async ({ send, stepper }) => {
      const regions = Array.from({ length: mostRegions }, (_, at) => `region ${at}`)
      const keywords = Array.from({ length: 20_000 }, (_, at) => at.toString(36))
      const before = process.memoryUsage().arrayBuffers
      const outcomes = await send([profiles(profile({ serves: { regions }, tags: { keywords } }))])
      expect(outcomes['partner-profiles']).toEqual({ applied: 1 })
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024)
      await send([
        rfis(rfi({ need: { keywords: ['0'] }, customer: { country: 'PT', region: 'region 299' } })),
      ])
      expect(await referrals(stepper)).toEqual(['rfi-81:acme'])
    })
  })

  test('10,000 profiles of one partner are one partner', async () => {
    await hostile(async ({ send, slowest, stepper }) => {
      const ids = Array.from({ length: 10_000 }, (_, at) => `acme/${at}`)
      await send([
        ...ids.map(profileId => profiles(profile({ profileId }))),
        profiles(profile({ profileId: 'b', partnerId: 'b' })),
      ])
      await send([rfis(rfi()), rfis(rfi({ rfiId: 'asked', requestedPartners: ['acme'] }))], 1)
      expect(await referrals(stepper)).toEqual(['asked:acme', 'rfi-81:acme', 'rfi-81:b'])
      expect(slowest()).toBeLessThan(longest)
    })
  })

  test('one key with all the load costs the last record what it cost the first', async () => {
    await hostile(async ({ send, stepper }) => {
      await send([profiles(profile()), rfis(rfi())])
      const common = {
        referralId: 'rfi-81:acme',
        partnerId: 'acme',
        occurredAt: acceptSample.occurredAt ?? null,
      }
      const outcomes = await send(
        Array.from({ length: 3000 }, (_, at) =>
          commands({ ...common, commandId: `c${at}`, type: at % 2 === 0 ? 'favorite' : 'unfavorite' }),
        ),
      )
      expect(outcomes['referral-commands']).toEqual({ applied: 3000 })
      const referral = (await stepper.store.get('referrals', ['rfi-81:acme'])).get('rfi-81:acme')
      expect([referral?.version, JSON.stringify(referral).length < 5000]).toEqual([3001, true])
    })
  })

  test('events forged for a turn that never comes: the first 100 wait, the others are dead letters', async () => {
    await hostile(async ({ send, slowest, stepper }) => {
      const at = acceptSample.occurredAt
      const common = {
        occurredAt: at,
        rfiId: 'f',
        referralId: 'f:p',
        partnerId: 'p',
        commandId: null,
        claimedAt: null,
      }
      const event = (version: number) => ({
        ...common,
        version,
        type: 'referral.favorite-changed',
        favorite: true,
      })
      const outcomes = await send(
        Array.from({ length: 1000 }, (_, at) => sent(topics.status, 'p', event(at + 3))),
        50,
      )
      expect(outcomes['referral-status']).toEqual({ applied: 100, 'dead letter: invalid': 900 })
      expect((await stepper.store.get('inbox', ['f:p'])).get('f:p')?.waiting).toHaveLength(100)
      const [letter] = await stepper.store.find('dead', { where: {}, limit: 1 })
      expect(letter?.faults).toMatchObject([
        { field: 'version', found: 'number', expected: '1, which 100 events wait for' },
      ])
      expect(slowest()).toBeLessThan(longest)
    })
  })

  test('events forged to fill a document: what waits, and contacts', async () => {
    await hostile(async ({ send, stepper }) => {
      const common = { occurredAt: acceptSample.occurredAt, rfiId: 'f', commandId: null, claimedAt: null }
      const event = (partnerId: string, version: number, rest: object) =>
        sent(topics.status, partnerId, {
          ...{ ...common, referralId: `f:${partnerId}`, partnerId, version },
          ...rest,
        })
      const long = { type: 'referral.declined', reason: 8, notes: 'x'.repeat(200_000), startedAt: null }
      const waiting = await send(
        Array.from({ length: 60 }, (_, at) => event('p', at + 3, long)),
        20,
      )
      expect(Object.keys(waiting['referral-status'] ?? {}).sort()).toEqual([
        'applied',
        'dead letter: invalid',
      ])
      const row = (await stepper.store.get('inbox', ['f:p'])).get('f:p')
      expect(JSON.stringify(row).length).toBeLessThan(6_000_000)

      const contact = { firstName: 'a', lastName: 'b', email: 'c@d.example', phone: null }
      const outcomes = await send(
        [
          event('q', 1, { ...routed(), rfiId: 'f', referralId: 'f:q', partnerId: 'q' }),
          ...Array.from({ length: 300 }, (_, at) =>
            event('q', at + 2, { type: 'referral.contact-added', contact }),
          ),
        ],
        50,
      )
      // The one too many is refused, and what comes after it waits in vain.
      expect(outcomes['referral-status']).toEqual({ applied: 20 + 201 + 99, 'dead letter: invalid': 40 + 1 })
      const other = (await stepper.store.get('inbox', ['f:q'])).get('f:q')
      expect(other?.referral?.contacts.length).toBe(200)
    })
  })
})

describe('times', () => {
  test('RFIs that each expire at another hour do not grow what is told of a partner', async () => {
    await hostile(async ({ send, slowest, stepper }) => {
      const locations = [{ locationId: 'l', contact: { email: 'a@acme.example' } }]
      const hours = Array.from({ length: 1500 }, (_, at) => new Date(now + (at ** 2 / 10 + 400) * 3_600_000))
      await send([
        profiles(profile({ locations })),
        ...hours.map((at, index) => rfis(rfi({ rfiId: `r${index}`, expiresAt: at.toISOString() }))),
      ])
      const told = stepper.read(topics.visibility, 0, 1499).at(-1)
      expect(told?.value?.length).toBeLessThan(10_000)
      expect(slowest()).toBeLessThan(10 * longest)
    })
  })

  const last = Date.parse('9999-12-31T23:59:59.999Z')

  test.each([0, 1, last - 1, last, last + 86_400_000])('a log that says it is %i', async at => {
    await hostile(async ({ send, stepper }) => {
      await send([
        profiles(profile()),
        rfis(rfi({ contactMeDirectly: true })),
        commands({ ...acceptSample, expectedVersion: null }),
      ])
      const row = (await stepper.store.get('inbox', ['rfi-81:acme'])).get('rfi-81:acme')
      expect(row?.referral?.expiresAt).toMatch(/^\d{4}-/)
      await stepper.tick()
      await send([rfis(rfi({ rfiId: 'next' }))])
      await allFinite(stepper)
    }, at)
  })

  test('records that say 1970 and 9999', async () => {
    const first = '1970-01-01T00:00:00.000Z'
    const end = '9999-12-31T23:59:59.999Z'
    await hostile(async ({ send, stepper }) => {
      const outcomes = await send([
        profiles(profile({ occurredAt: end })),
        profiles(profile({ occurredAt: first, name: 'Later' })),
        rfis(rfi({ occurredAt: first, closingAt: end, expiresAt: end })),
        rfis(rfi({ rfiId: 'b', occurredAt: end, closingAt: first, expiresAt: first })),
        commands({ ...acceptSample, occurredAt: end, expectedVersion: null }),
        commands({
          ...acceptSample,
          commandId: 'w',
          occurredAt: first,
          type: 'win',
          closedAt: end,
          expectedVersion: null,
        }),
        commands({ ...acceptSample, commandId: 'e', type: 'expire', dueAt: end, expectedVersion: null }),
      ])
      expect(outcomes.rfis).toEqual({ 'applied: routed': 1, 'applied: unroutable': 1 })
      // By the log the later one, whatever it says itself.
      expect((await stepper.store.get('profiles', ['acme/PT'])).get('acme/PT')?.profile.name).toBe('Later')
      const common = { rfiId: 'f', referralId: 'f:acme', partnerId: 'acme', commandId: null, claimedAt: null }
      const routed = (await stepper.store.get('inbox', ['rfi-81:acme'])).get('rfi-81:acme')?.routed
      await send(
        [first, end].flatMap((occurredAt, at) => [
          sent(topics.status, 'acme', {
            ...routed,
            ...common,
            referralId: `f${at}:acme`,
            rfiId: `f${at}`,
            occurredAt,
            version: 1,
            expiresAt: at === 0 ? end : first,
            test: false,
          }),
          sent(topics.status, 'acme', {
            ...common,
            referralId: `f${at}:acme`,
            rfiId: `f${at}`,
            occurredAt: at === 0 ? end : first,
            version: 2,
            type: 'referral.declined',
            reason: 'other',
            notes: 'x',
          }),
        ]),
      )
      await send([rfis(rfi({ rfiId: 'next' }))])
      await allFinite(stepper)
    })
  })

  /** Every figure that is stored or sent is one: JSON makes null of what isn't. */
  async function allFinite(stepper: Stepper): Promise<void> {
    const receipts = await stepper.store.find('receipts', { where: {} })
    expect(receipts.length).toBeGreaterThan(1)
    for (const { considered } of receipts)
      for (const { score, values, contributions } of considered)
        expect([score, ...values, ...contributions].every(Number.isSafeInteger)).toBe(true)
    for (const { value } of stepper.read(topics.visibility, 0, 0)) {
      const { visibility, parts } = JSON.parse(new TextDecoder().decode(value ?? undefined))
      expect(Number.isSafeInteger(visibility), JSON.stringify(parts)).toBe(true)
    }
  }
})

describe('batches that are larger inside', () => {
  /** One record batch of Kafka's format 2 around packed records. */
  function batchOf(packed: Buffer, { codec, count }: { codec: number; count: number }): Buffer {
    const bytes = Buffer.concat([Buffer.alloc(61), packed])
    bytes.writeInt32BE(bytes.length - 12, 8)
    bytes.writeInt8(2, 16)
    bytes.writeInt16BE(codec | 0x08, 21)
    bytes.writeInt32BE(count - 1, 23)
    bytes.writeBigInt64BE(BigInt(now), 35)
    bytes.writeInt32BE(count, 57)
    return bytes
  }
  const sixteen = Buffer.alloc(16 * 1024 * 1024)
  const times = (part: Buffer, count: number) => Buffer.concat(Array(count).fill(part))

  test.each([
    ['gzip', 1, times(gzipSync(sixteen), 64)],
    ['zstd', 4, times(zstdCompressSync(sixteen), 64)],
  ])('a thousandfold by %s: one dead letter, and the lane goes on', async (_name, codec, packed) => {
    const from = performance.now()
    const fetched = await decodeRecordBatches(batchOf(packed, { codec, count: 10 }))
    expect(performance.now() - from).toBeLessThan(5000)
    expect(fetched).toMatchObject([{ offset: '9', unreadable: expect.stringMatching(/not readable as/) }])
    const [record] = fetched.map(recordOf)
    await hostile(async ({ send }) => {
      const bomb = { topic: topics.rfis, key: null, value: record?.value ?? null, headers: {} }
      const outcomes = await send([bomb, profiles(profile()), rfis(rfi())])
      const dead = Object.keys(outcomes.rfis ?? {}).filter(outcome => outcome.startsWith('dead letter'))
      expect(dead).toHaveLength(1)
      expect(outcomes.rfis).toMatchObject({ 'applied: routed': 1 })
    })
  })

  test('eight million empty records in some kilobytes are not read one by one', async () => {
    // Length 6: attributes, time, offset, no key, no value, no headers.
    const empty = Buffer.from([12, 0, 0, 0, 1, 1, 0])
    const packed = zstdCompressSync(times(empty, 8_000_000))
    expect(packed.length).toBeLessThan(100_000)
    const fetched = await decodeRecordBatches(batchOf(packed, { codec: 4, count: 8_000_000 }))
    expect(fetched).toMatchObject([{ offset: '7999999', unreadable: 'more than 500000 records' }])
  })
})

import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonCodec } from '../../../src/adapters/json/json-codec.ts'
import { partitionOf } from '../../../src/ports/murmur2.ts'
import { type Topic, topics } from '../../../src/roles/topics.ts'
import { eventually } from '../../support/servers/eventually.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { asJson, type Client, type Compression, compressions, type Got, type Sent } from './client.ts'
import { byPlace, expectHeaders, expectKeys, expectLetters } from './expectations.ts'
import { command, profile, rfi, traceOf } from './inputs.ts'
import { javaConsole } from './java-console.ts'
import { type PlatformaticClient, platformatic } from './platformatic.ts'
import { openWorld, partitions, type World } from './world.ts'

/** Accepts all, and declines all. */
const partners = ['yes', 'no'] as const

const traced = (id: string, value: object, key: string | null = id): Sent => ({
  key,
  value: asJson(value),
  headers: { traceparent: traceOf(id), 'x-other': 'left alone' },
})

/** What no RFI may be, one for each compression; without a key it may be one. */
const badRfis: Readonly<Record<Compression, (id: string) => Sent>> = {
  gzip: id => ({ key: `${id}-bad`, value: Buffer.from('{"rfiId": "half') }),
  snappy: id => ({ key: `${id}-bad`, value: null }),
  lz4: id => ({ key: null, value: Buffer.from(`\0\0\0\0\t${id}`) }),
  zstd: id => traced(`${id}-keyless`, rfi(`${id}-keyless`, partners), null),
}

const badCommands: readonly Sent[] = [
  { key: 'bad:1', value: Buffer.from('accept, please') },
  { key: 'bad:2', value: null },
  { key: 'bad:3', value: asJson({ type: 'accept' }) },
  { key: null, value: Buffer.from('\0\0\0\0\tx') },
]

liveDescribe("other people's clients, without a registry", { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  const topic = (name: Topic) => prefix + name
  let world: World
  let theirs: PlatformaticClient
  let java: Awaited<ReturnType<typeof javaConsole>>
  let clients: readonly Client[]
  let causes: ReadonlyMap<string, Got> = new Map()

  beforeAll(async () => {
    theirs = platformatic(kafkaBrokers, { prefix, partitions })
    java = await javaConsole(kafkaBrokers, { prefix })
    clients = typeof java === 'string' ? [theirs] : [theirs, java]
    world = await openWorld({ brokers: kafkaBrokers, mongodbUri, prefix, codec: jsonCodec })
  })
  afterAll(async () => {
    await theirs?.close()
    await world?.close()
  })

  /** Every client at once, with its place among them. */
  const eachClient = (work: (client: Client, at: number) => Promise<void>) => Promise.all(clients.map(work))
  /** Each client's share of what there is to send. */
  const share = <T>(all: readonly T[], at: number) => all.filter((_, index) => index % clients.length === at)
  const read = async (name: Topic) => await theirs.read(topic(name), await theirs.count(topic(name)))
  const rfiIds = () =>
    clients.flatMap((_, at) =>
      compressions.flatMap(each => [
        ...[1, 2].map(n => `${at}-${each}-${n}`),
        ...(each === 'zstd' ? [`${at}-zstd-keyless`] : []),
      ]),
    )
  /** Read by Java, if it is there: @platformatic/kafka can't inflate the snappy that Java writes. */
  const inputs = async () => {
    const reader = typeof java === 'string' ? theirs : java
    const got = await Promise.all(
      [topics.profiles, topics.rfis, topics.commands].map(async name =>
        byPlace(name, await reader.read(topic(name), await theirs.count(topic(name)))),
      ),
    )
    return new Map(got.flat())
  }
  const events = async (name: Topic) =>
    (await read(name)).map(record => ({ record, value: JSON.parse(String(record.value)) }))

  it('brings their records in, whatever the compression and whatever stands beside them', async context => {
    if (typeof java === 'string') await context.annotate(`without Kafka's console tools: ${java}`)
    const leaving = clients.map((_, at) => `leaving-${at}`)
    await eachClient((client, at) => {
      const own = [...share(partners, at), `leaving-${at}`].map(id => traced(`${id}/PT`, profile(id)))
      return client.send(topic(topics.profiles), [...own, { key: `leaving-${at}/PT`, value: null }], 'gzip')
    })
    await world.work(['directory'])
    const profiles = await world.store.find('profiles', { where: {}, limit: 10 })
    const withdrawn = clients.flatMap(({ sendsNull }, at) => (sendsNull ? [`leaving-${at}`] : []))
    const states = [...partners, ...leaving].map(id => [
      `${id}/PT`,
      withdrawn.includes(id) ? 'withdrawn' : 'published',
    ])
    expect(Object.fromEntries(profiles.map(({ _id, state }) => [_id, state]))).toEqual(
      Object.fromEntries(states),
    )

    await eachClient(async (client, at) => {
      for (const compression of compressions) {
        const [first, last] = [1, 2].map(n => `${at}-${compression}-${n}`) as [string, string]
        await client.send(
          topic(topics.rfis),
          [
            traced(first, rfi(first, partners)),
            badRfis[compression](`${at}-${compression}`),
            traced(last, rfi(last, partners)),
          ],
          compression,
        )
      }
    })
    await world.work(['router'])
    expect(await world.store.count('rfis', {})).toBe(rfiIds().length)
    expect(await world.store.count('referrals', {})).toBe(rfiIds().length * partners.length)
  })

  it('takes the commands for a referral from several of them, and from several partitions', async () => {
    const yes = rfiIds().map(id => `${id}:yes`)
    const declines = rfiIds().map(id => command(`${id}:no`, 'decline', { reason: 1, notes: '' }))
    await eachClient((client, at) => {
      const accepts = share(yes, at).map(id => traced(id, command(id, 'accept')))
      // Keyed by the partner instead: another lane, perhaps, and the same in the end.
      const keyedByPartner = share(declines, at).map(value => traced(String(value.referralId), value, 'no'))
      return client.send(topic(topics.commands), [...accepts, ...badCommands, ...keyedByPartner], 'zstd')
    })
    await world.work(['referral'])
    const closedAt = new Date().toISOString()
    await eachClient((client, at) => {
      const won = share(yes, (at + 1) % clients.length)
      const wins = won.map(id => traced(id, command(id, 'win', { closedAt, solutions: [], value: null })))
      return client.send(topic(topics.commands), wins, 'lz4')
    })
    await world.work(['referral', 'projector'])
    const lanes = Map.groupBy(await read(topics.commands), ({ key }) => key)
    const apart = [...lanes].filter(([, records]) => new Set(records.map(each => each.partition)).size > 1)
    if (clients.length > 1) expect(apart.length).toBeGreaterThan(3)
    const elsewhere = yes.filter(id => crc32(id) % partitions !== partitionOf(Buffer.from(id), partitions))
    expect(elsewhere.length).toBeGreaterThan(1)
    const counts = world.counts()
    expect(counts['other-key']).toBe(clients.length + declines.length)
    const misrouted = [...(await inputs()).values()].filter(
      ({ key, partition }) => key !== null && partitionOf(Buffer.from(key), partitions) !== partition,
    )
    expect(counts.misrouted).toBe(misrouted.length)
    if (clients.length > 1) expect(misrouted.length).toBeGreaterThan(1)
  })

  it('tells them the whole life of each referral', async () => {
    const status = await events(topics.status)
    const lives = Map.groupBy(status, ({ value }) => value.referralId)
    const types = Object.fromEntries(
      [...lives].map(([id, life]) => [id, life.map(({ value }) => `${value.version} ${value.type}`).sort()]),
    )
    const yes = ['1 referral.routed', '2 referral.accepted', '3 referral.won']
    const no = ['1 referral.routed', '2 referral.declined']
    const expected = rfiIds().flatMap(id => [
      [`${id}:yes`, yes],
      [`${id}:no`, no],
    ])
    expect(types).toEqual(Object.fromEntries(expected))
    const routed = status.filter(({ value }) => value.type === 'referral.routed')
    const referrals = await events(topics.referrals)
    const byId = (all: typeof status) => new Map(all.map(({ value }) => [value.referralId, value]))
    expect(byId(referrals)).toEqual(byId(routed))
    causes = await inputs()
    for (const all of [status, referrals]) {
      const records = all.map(({ record }) => record)
      const value = (record: Got) => JSON.parse(String(record.value))
      expectKeys(records, record => value(record).partnerId)
      expectHeaders(records, causes, { contentType: 'application/json', type: record => value(record).type })
      expect(records.filter(({ headers }) => headers.traceparent !== undefined).length).toBe(records.length)
    }
  })

  it('tells what was bad, and where it lies', async () => {
    const letters = await events(topics.deadLetters)
    expectHeaders(
      letters.map(({ record }) => record),
      causes,
      { contentType: 'application/json', type: () => 'record.dead-lettered' },
    )
    const codes = clients.flatMap(({ sendsNull }) => {
      const tombstone = sendsNull ? 'tombstone' : 'malformed-json'
      const both = ['malformed-json', 'unknown-schema', tombstone]
      return [
        // No bytes are no tombstone, to Kafka's compaction neither.
        ...(sendsNull ? [] : ['partner-profiles malformed-json']),
        ...both.map(code => `rfis ${code}`),
        ...[...both, 'missing'].map(code => `referral-commands ${code}`),
      ]
    })
    expect(expectLetters(letters, causes)).toEqual(codes.sort())
    expect(await world.store.count('dead', {})).toBe(letters.length)
  })

  it("shows all of it in Java's console consumer", async context => {
    if (typeof java === 'string') return context.skip(java)
    for (const name of [topics.referrals, topics.status, topics.deadLetters]) {
      const records = await read(name)
      const shown = await java.read(topic(name), records.length)
      const told = records.map(record => ({ ...record, timestamp: expect.any(Number) }))
      expect(shown.map(record => ({ ...record, key: record.key || null }))).toEqual(told)
    }
  })

  it('tells lag tools how far it came', async context => {
    const tool = java
    if (typeof tool === 'string') return context.skip(tool)
    await eventually(
      'committed offsets are where the lanes stand',
      async () => {
        const positions = (await world.store.positions()).filter(({ lane }) => lane.startsWith('router/'))
        const lines = await tool.describeGroup(`${prefix}referral-router-router`)
        const expected = positions.map(({ lane, offset }) => {
          const partition = Number(lane.split('/')[2])
          const client = expect.stringContaining('referral-router')
          return { topic: topic(topics.rfis), partition, current: offset, end: offset, lag: 0, client }
        })
        const sorted = (all: typeof lines) => all.sort((one, other) => one.partition - other.partition)
        expect(sorted(lines)).toEqual(sorted(expected))
        return true
      },
      { within: 15_000 },
    )
  })
})

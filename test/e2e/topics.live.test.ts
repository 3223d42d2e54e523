import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '../../src/adapters/kafka/client.ts'
import { kafkajs } from '../../src/adapters/kafka/corrections.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import { checkLayouts } from '../../src/lanes/layouts.ts'
import { collections } from '../../src/roles/collections.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import { run } from '../cli/run.ts'
import { eventually } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'

liveDescribe('the topics of a cluster', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  const client = createClient({ brokers: kafkaBrokers.split(',') })
  const admin = client.admin()
  const rfis = prefix + topics.rfis

  beforeAll(() => admin.connect())
  afterAll(() => admin.disconnect())

  const command = async (words: readonly string[], { store = true } = {}) => {
    const environment = {
      KAFKA_BROKERS: kafkaBrokers,
      ROUTER_TOPIC_PREFIX: prefix,
      ...(store ? { MONGODB_URI: mongodbUri } : {}),
    }
    const { code, stdout, stderr } = await run(['topics', ...words, '--json'], { environment })
    return { code, stderr: code === 0 ? '' : stderr, said: stdout === '' ? null : JSON.parse(stdout) }
  }
  const partitionsOf = async (topic: string) => {
    const found = await admin.fetchTopicMetadata({ topics: [prefix + topic] })
    return found.topics[0]?.partitions.length ?? 0
  }

  it('are made without a store, once', async () => {
    const first = await command(['create', '--partitions', '2', '--replication', '1'], { store: false })
    expect(first).toMatchObject({
      code: 0,
      said: { created: topicNames.map(topic => ({ topic, partitions: 2 })), there: [] },
    })
    const again = await command(['create'], { store: false })
    expect(again).toMatchObject({ code: 0, said: { created: [], there: topicNames } })
  })

  it('are then as they should be', async () => {
    const { code, said } = await command(['check', '--replication', '1'])
    expect({ code, said }).toMatchObject({ code: 0, said: { ok: true, differences: [], recorded: true } })
  })

  it('are told apart from what was made of them', async () => {
    const [asMade] = (
      await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs().ConfigResourceTypes.TOPIC, name: rfis }],
      })
    ).resources
    const own = (asMade?.configEntries ?? [])
      .filter(({ isDefault }) => !isDefault)
      .map(({ configName: name, configValue: value }) => ({ name, value }))
    const alter = (changed: Readonly<Record<string, string>>) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs().ConfigResourceTypes.TOPIC,
            name: rfis,
            configEntries: own.map(({ name, value }) => ({ name, value: changed[name] ?? value })),
          },
        ],
      })
    await alter({ 'message.timestamp.type': 'CreateTime', 'retention.ms': '1209600000' })
    const { code, said } = await command(['check', '--replication', '1'])
    expect(code).toBe(1)
    expect(said.ok).toBe(false)
    expect(said.differences).toEqual([
      { topic: 'rfis', setting: 'message.timestamp.type', found: 'CreateTime', expected: 'LogAppendTime' },
      { topic: 'rfis', setting: 'retention.ms', found: '1209600000', expected: '604800000' },
    ])
    await alter({})
    await eventually(
      'the settings are as they were',
      async () => (await command(['check', '--replication', '1'])).code === 0,
      { within: 20_000 },
    )
  })

  it('grow once all that is in them was read', async () => {
    const store = await openMongo(collections, { uri: mongodbUri })
    const log = { partitions: partitionsOf }
    try {
      await checkLayouts(log, store)
      const producer = client.producer({ allowAutoTopicCreation: false })
      await producer.connect()
      await producer.send({ topic: rfis, messages: [{ key: 'k', value: '{}', partition: 1 }] })
      await producer.disconnect()

      const refused = await command(['grow', '--partitions', '4'])
      expect(refused).toMatchObject({
        code: 1,
        said: { kind: 'refused', reasons: [expect.stringMatching(/^router has 1 record of rfis to read/)] },
      })
      expect(await partitionsOf(topics.rfis)).toBe(2)

      const to = { lane: 'router/rfis/1', offset: 1, timestamp: null, epoch: 0 }
      expect(await store.commit({ move: { from: null, to }, writes: [], journal: null })).toEqual({
        kind: 'committed',
      })
      const grown = await command(['grow', '--partitions', '4'])
      expect(grown).toMatchObject({
        code: 0,
        said: { kind: 'grown', topics: topicNames.map(topic => ({ topic, from: 2 })), arrived: 0 },
      })
      await eventually('all have four', async () => (await partitionsOf(topics.deadLetters)) === 4, {
        within: 20_000,
      })
      expect((await command(['check', '--replication', '1'])).said).toMatchObject({ ok: true })
      await checkLayouts(log, store)

      await admin.createPartitions({ topicPartitions: [{ topic: rfis, count: 5 }] })
      await eventually('one has five', async () => (await partitionsOf(topics.rfis)) === 5, {
        within: 20_000,
      })
      await expect(checkLayouts(log, store)).rejects.toThrow(/rfis was recorded with 4 partitions and has 5/)
      expect((await command(['check', '--replication', '1'])).said.differences).toEqual([
        { topic: 'rfis', setting: 'partitions', found: '5', expected: '4' },
        { topic: 'rfis', setting: 'recorded partitions', found: '5', expected: '4' },
      ])
    } finally {
      await store.close()
    }
  })
})

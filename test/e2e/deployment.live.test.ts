import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { createTopics } from '../../src/adapters/kafka/topics.ts'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import type { Backend } from '../../src/cli/backend.ts'
import { openServers } from '../../src/cli/servers.ts'
import { noteDeployment } from '../../src/lanes/deployment.ts'
import { changedLayout } from '../../src/lanes/layouts.ts'
import { readConfig } from '../../src/ops/config.ts'
import { silent } from '../../src/ports/logger.ts'
import type { Store } from '../../src/ports/store.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { topics } from '../../src/roles/topics.ts'
import { run } from '../cli/run.ts'
import { eventually } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'

const partitions = 2

liveDescribe('what a database belongs to', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  const environment = {
    KAFKA_BROKERS: kafkaBrokers,
    MONGODB_URI: mongodbUri,
    ROUTER_TOPIC_PREFIX: prefix,
    ROUTER_CUSTOMER_SECRET: 'the first',
  }
  const brokers = kafkaBrokers.split(',')
  let log: Awaited<ReturnType<typeof openKafka>>
  let store: Store<Collections>
  const warnings: string[] = []
  const logger = { ...silent, warn: (_: object, event: string) => warnings.push(event) }

  /** What a worker stands on, in this environment but for `changes`. */
  async function backendWith(changes: Readonly<Record<string, string>> = {}): Promise<Backend> {
    const reading = readConfig({ environment: { ...environment, ...changes } })
    if (!reading.ok) throw new Error(reading.problems.join('; '))
    const backend = await openServers(reading.config, { access: 'write', logger })
    onTestFinished(() => backend.close())
    return backend
  }
  const prepare = async (changes?: Readonly<Record<string, string>>) => (await backendWith(changes)).prepare()

  beforeAll(async () => {
    await migrate(collections, { uri: mongodbUri })
    log = await openKafka({ brokers, topicPrefix: prefix })
    store = await openMongo(collections, { uri: mongodbUri })
    await createTopics({ admin: await log.admin(), prefix }, { partitions })
  })
  afterAll(async () => {
    await log?.close()
    await store?.close()
  })

  it('is noted by the first worker; the others must have the same', async () => {
    await prepare()
    const [noted] = await store.find('deployment', { where: {} })
    expect(noted).toMatchObject({ values: 'json', topicPrefix: prefix, cluster: await log.clusterId() })
    expect(noted?.cluster).toMatch(/./)
    await prepare()
    expect(warnings).toEqual([])
    await expect(prepare({ ROUTER_TOPIC_PREFIX: 'other-' })).rejects.toThrow(
      `the database belongs to the topic prefix ${prefix}, and ROUTER_TOPIC_PREFIX is other-`,
    )
    await prepare({ ROUTER_CUSTOMER_SECRET: 'another' })
    expect(warnings).toEqual(['customer-secret-differs'])
  })

  it('refuses who would not understand the others, or is on another cluster, until it is adopted', async () => {
    const [noted] = await store.find('deployment', { where: {} })
    if (noted === undefined) throw new Error('nothing is noted')
    const document = { ...noted, cluster: 'gone' }
    const write = { kind: 'replace', collection: 'deployment', document, version: noted.version } as const
    await store.commit({ move: null, journal: null, writes: [write] })
    await noteDeployment({ ...document, values: 'avro', customerSecret: '' }, { store, logger: silent })
    await expect(prepare()).rejects.toThrow(
      /belongs to the Kafka cluster gone, and KAFKA_BROKERS are of .*the other workers write Avro/,
    )
    const { code, stdout } = await run(['store', 'adopt'], { environment })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/: noted\nKafka cluster: gone → \S+\nvalues: avro → json\n$/),
    })
    await prepare()
  })

  it('counts partitions as they were noted, where some were added meanwhile', async () => {
    const backend = await backendWith()
    await backend.prepare()
    const admin = await log.admin()
    await admin.createPartitions({ topicPartitions: [{ topic: prefix + topics.rfis, count: 4 }] })
    await eventually(
      'the brokers have heard of them',
      async () => (await log.partitions(topics.rfis)) === 4,
      {
        within: 10_000,
      },
    )
    expect(await changedLayout(topics.rfis, backend)).toMatch(
      /^rfis was recorded with 2 partitions and has 4:/,
    )
    const records = Array.from({ length: 40 }, (_, at) => ({
      topic: topics.rfis,
      key: `key-${at}`,
      value: null,
      headers: {},
    }))
    await backend.log.producer.send(records)
    const filled = async () =>
      (await log.stretches([topics.rfis])).filter(({ end }) => end > 0).map(({ partition }) => partition)
    expect(await filled()).toEqual([0, 1])
    const lesser = await openKafka({ brokers, topicPrefix: prefix })
    onTestFinished(() => lesser.close())
    lesser.keepTo(new Map([[topics.rfis, 9]]))
    await expect(lesser.producer.send(records), 'fewer than noted').rejects.toMatchObject({
      code: 'configuration',
      message: 'rfis was recorded with 9 partitions and has 4',
    })
    // A client that goes by what the cluster has.
    await eventually(
      'another client sends to all',
      async () => {
        const other = await openKafka({ brokers, topicPrefix: prefix })
        await other.producer.send(records).finally(() => other.close())
        return (await filled()).length === 4
      },
      { within: 10_000 },
    )
    await expect((await backendWith()).prepare()).rejects.toThrow(/rfis was recorded with 2 partitions/)
  })
})

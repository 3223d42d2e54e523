import { MongoClient } from 'mongodb'
import { afterAll, expect, it } from 'vitest'
import { kafkajs } from '../../../src/adapters/kafka/corrections.ts'
import { scratch } from './scratch.ts'
import { liveDescribe, servers } from './servers.ts'

liveDescribe('Kafka of a live test', { needs: ['kafka'] }, () => {
  const { prefix } = scratch()
  const kafka = new (kafkajs().Kafka)({
    brokers: servers().kafkaBrokers.split(','),
    clientId: `${prefix}client`,
    logLevel: kafkajs().logLevel.NOTHING,
    retry: { retries: 1 },
  })
  const admin = kafka.admin()
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: `${prefix}group` })
  afterAll(() => Promise.all([admin, producer, consumer].map(client => client.disconnect())))

  it('takes a record and hands it out', async () => {
    const topic = `${prefix}topic`
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()])
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
    await producer.send({ topic, messages: [{ key: 'key', value: 'value', partition: 0 }] })
    await consumer.subscribe({ topic, fromBeginning: true })
    const { promise, resolve } = Promise.withResolvers<string>()
    await consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) })
    expect(await promise).toBe('value')
  })

  it('makes no topic that nobody created', async () => {
    const sent = producer.send({ topic: `${prefix}other`, messages: [{ value: 'value', partition: 0 }] })
    await expect(sent).rejects.toThrow(/does not host this topic-partition/)
  })
})

liveDescribe('MongoDB of a live test', { needs: ['mongodb'] }, () => {
  const { mongodbUri, database } = scratch()
  const client = new MongoClient(mongodbUri)
  afterAll(() => client.close())

  it("keeps a document in the test's own database", async () => {
    expect(client.db().databaseName).toBe(database)
    await client.db().collection<{ _id: string }>('things').insertOne({ _id: 'one' })
    expect(await client.db().collection('things').countDocuments()).toBe(1)
  })
})

liveDescribe('the schema registry of a live test', { needs: ['registry'] }, () => {
  const { prefix } = scratch()
  const url = servers().schemaRegistryUrl

  it('takes a schema and lists its subject', async () => {
    const subject = `${prefix}topic-value`
    const registered = await fetch(`${url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"string"' }),
    })
    expect(registered.status).toBe(200)
    expect(await (await fetch(`${url}/subjects`)).json()).toContain(subject)
  })
})

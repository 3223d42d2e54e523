import { randomBytes } from 'node:crypto'
import type { Producer } from 'kafkajs'
import { Binary, BSON, type ClientSession, type Db, type Document, MongoClient } from 'mongodb'
import { unpackRecords } from '../src/adapters/journal-records.ts'
import { kafkajs } from '../src/adapters/kafka/corrections.ts'
import type { OutgoingRecord } from '../src/ports/log.ts'
import { partitionOf } from '../src/ports/murmur2.ts'
import { topics } from '../src/roles/topics.ts'

/** What one transaction of the router wrote and sent. */
export interface Effect {
  readonly rfis: readonly string[]
  readonly documents: readonly (readonly [collection: string, document: Document])[]
  readonly records: readonly OutgoingRecord[]
  /** The journal entry. */
  readonly owed: Uint8Array
  /** Of documents, journal entry and records. */
  readonly bytes: number
}

export interface PeerOptions {
  readonly brokers: readonly string[]
  readonly uri: string
  readonly prefix: string
  readonly effects: readonly Effect[]
  /** Of every topic. */
  readonly partitions: number
  /** How many RFIs lie in the topic. */
  readonly records: number
}

const collections = ['rfis', 'referrals', 'receipts', 'contacts'] as const

/** Everything that routing has done, by transaction: its journal entries name the RFIs. */
export async function effectsOf(uri: string): Promise<Effect[]> {
  return withDatabase(uri, async database => {
    const byRfi = new Map<string, [string, Document][]>()
    for (const name of collections)
      for await (const document of database.collection(name).find()) {
        const rfiId: string = name === 'referrals' ? document.rfiId : String(document._id)
        const others = byRfi.get(rfiId)
        if (others === undefined) byRfi.set(rfiId, [[name, document]])
        else others.push([name, document])
      }
    const effects: Effect[] = []
    for await (const { lane, records: packed } of database.collection('journal').find()) {
      if (typeof lane !== 'string' || !lane.startsWith('router/') || !(packed instanceof Binary)) continue
      const owed = new Uint8Array(packed.buffer)
      const records = unpackRecords(owed)
      const rfis = records.flatMap(({ topic, key }) => (topic === topics.decisions ? [String(key)] : []))
      const documents = rfis.flatMap(rfiId => byRfi.get(rfiId) ?? [])
      const bytes =
        documents.reduce((sum, [, document]) => sum + BSON.calculateObjectSize(document), 0) +
        records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) +
        owed.length
      effects.push({ rfis, documents, records, owed, bytes })
    }
    return effects
  })
}

/** Reads the RFIs, does what routing did in transactions of the same size, thinks about nothing. Returns seconds. */
export function runBare(options: PeerOptions): Promise<number> {
  const { uri, effects } = options
  return withDatabase(uri, async (database, client) => {
    await makeCollections(database, [...collections, 'journal', 'positions'].map(bareName))
    const effectOf = new Map(effects.flatMap(effect => effect.rfis.map(rfiId => [rfiId, effect] as const)))
    const left = new Map(effects.map(effect => [effect, effect.rfis.length]))
    return readAll(options, 'bare', async (rfiIds, producer, lane) => {
      // An effect is done once the last of its RFIs was read.
      for (const rfiId of rfiIds) {
        const effect = effectOf.get(rfiId)
        if (effect === undefined) continue
        const missing = (left.get(effect) ?? 0) - 1
        left.set(effect, missing)
        if (missing > 0) continue
        const id = randomBytes(12).toString('hex')
        await client.withSession(session =>
          session.withTransaction(() => write(database, session, { effect, id, lane }), {
            writeConcern: { w: 'majority', journal: true },
          }),
        )
        await send(producer, options, effect.records)
        await database
          .collection(bareName('journal'))
          .updateOne({ _id: id as never }, { $set: { sent: true, sentAt: new Date() } })
      }
    })
  })
}

async function write(
  database: Db,
  session: ClientSession,
  { effect, id, lane }: { effect: Effect; id: string; lane: string },
): Promise<void> {
  await database
    .collection(bareName('positions'))
    .updateOne({ _id: lane as never }, { $inc: { offset: effect.rfis.length } }, { session, upsert: true })
  for (const name of collections) {
    const documents = effect.documents.flatMap(([of, document]) => (of === name ? [document] : []))
    if (documents.length > 0)
      await database.collection(bareName(name)).insertMany(documents, { session, ordered: false })
  }
  const entry = { _id: id as never, lane, sent: false, records: new Binary(effect.owed) }
  await database.collection(bareName('journal')).insertOne(entry, { session })
}

/** Four small documents and three records an RFI, batch by batch, without a transaction. Returns seconds. */
export function runPlain(options: PeerOptions): Promise<number> {
  const { uri, effects } = options
  return withDatabase(uri, async database => {
    await makeCollections(database, ['plain'])
    const sent = effects.flatMap(({ records }) => records.filter(({ topic }) => topic === topics.referrals))
    const sample = sent[0]
    if (sample === undefined) throw new Error('nothing was routed')
    return readAll(options, 'plain', async (rfiIds, producer) => {
      for (let at = 0; at < rfiIds.length; at += 100) {
        const some = rfiIds.slice(at, at + 100)
        const documents = some.flatMap(rfiId =>
          [0, 1, 2, 3].map(n => ({ _id: `${rfiId}/${n}` as never, rfiId })),
        )
        await database.collection('plain').insertMany(documents, { ordered: false })
        await send(
          producer,
          options,
          some.flatMap(() => [sample, sample, sample]),
        )
      }
    })
  })
}

/** Hands over every RFI's key, in the batches they come in, until there are no more. Returns seconds since the first. */
async function readAll(
  { brokers, prefix, records }: PeerOptions,
  group: string,
  handle: (rfiIds: readonly string[], producer: Producer, lane: string) => Promise<void>,
): Promise<number> {
  const { Kafka, logLevel } = kafkajs()
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  const consumer = kafka.consumer({ groupId: `${prefix}${group}`, maxWaitTimeInMs: 100 })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topic: prefix + topics.rfis, fromBeginning: true })
  const done = Promise.withResolvers<number>()
  let start = 0
  let read = 0
  consumer.on('consumer.crash', ({ payload }) => done.reject(payload.error))
  consumer.on('consumer.group_join', () => {
    start = performance.now()
  })
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch, resolveOffset }) => {
      // What a loop can't do without: to know what it read.
      const rfis = batch.messages.map(({ value }) => JSON.parse(String(value)) as { rfiId: string })
      await handle(
        rfis.map(({ rfiId }) => rfiId),
        producer,
        `${group}/${batch.partition}`,
      )
      resolveOffset(batch.lastOffset())
      read += rfis.length
      if (read >= records) done.resolve((performance.now() - start) / 1000)
    },
  })
  try {
    return await done.promise
  } finally {
    await consumer.disconnect()
    await producer.disconnect()
  }
}

async function send(
  producer: Producer,
  { prefix, partitions }: PeerOptions,
  records: readonly OutgoingRecord[],
): Promise<void> {
  const byTopic = Map.groupBy(records, ({ topic }) => topic)
  const topicMessages = [...byTopic].map(([topic, its]) => ({
    topic: prefix + topic,
    messages: its.map(({ key, value, headers }) => {
      const bytes = Buffer.from(key ?? '')
      return {
        key: bytes,
        value: value === null ? null : Buffer.from(value),
        headers,
        partition: partitionOf(bytes, partitions),
      }
    }),
  }))
  await producer.sendBatch({ topicMessages, acks: -1 })
}

const bareName = (name: string) => `bare_${name}`

async function makeCollections(database: Db, names: readonly string[]): Promise<void> {
  for (const name of names) await database.createCollection(name)
}

async function withDatabase<T>(
  uri: string,
  work: (database: Db, client: MongoClient) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } })
  try {
    return await work(client.db(), client)
  } finally {
    await client.close()
  }
}

import { MongoClient } from 'mongodb'
import { type KafkaLog, openKafka } from '../src/adapters/kafka/log.ts'
import { createTopics } from '../src/adapters/kafka/topics.ts'
import { findServers } from '../test/support/servers/find.ts'
import { local } from '../test/support/servers/local.ts'
import { reach } from '../test/support/servers/reach.ts'
import { withDatabase } from '../test/support/servers/with-database.ts'

export interface BenchServers {
  readonly brokers: string
  /** Which server each is. */
  readonly origin: { readonly kafka: string; readonly mongodb: string }
  /** The address of a database of its own. */
  database(name: string): string
  createTopics(prefix: string, partitions: number): Promise<void>
  /** Topics and database of the run. */
  remove(prefix: string, uri: string): Promise<void>
  stop(): Promise<void>
}

/** Given by the environment, else started here. */
export async function benchServers(tell: (line: string) => void): Promise<BenchServers> {
  tell('looking for servers')
  const { found, stop } = await findServers({ environment: process.env, ways: [local], reach })
  const { kafka, mongodb } = found
  if (kafka.address === null || mongodb.address === null) {
    await stop()
    const tried = [kafka, mongodb].flatMap(server => (server.address === null ? server.tried : []))
    throw new Error(`Kafka and MongoDB are needed: ${tried.join('; ')}`)
  }
  const brokers = kafka.address
  const address = mongodb.address
  const withLog = async (work: (log: KafkaLog) => Promise<void>) => {
    const log = await openKafka({ brokers: brokers.split(',') })
    try {
      await work(log)
    } finally {
      await log.close()
    }
  }
  return {
    brokers,
    origin: { kafka: kafka.origin, mongodb: mongodb.origin },
    database: name => withDatabase(address, name),
    createTopics: (prefix, partitions) =>
      withLog(async log => void (await createTopics({ admin: await log.admin(), prefix }, { partitions }))),
    async remove(prefix, uri) {
      await withLog(async log => {
        const admin = await log.admin()
        const topics = (await admin.listTopics()).filter(topic => topic.startsWith(prefix))
        await admin.deleteTopics({ topics })
      })
      const client = new MongoClient(uri)
      await client.db().dropDatabase()
      await client.close()
    },
    stop,
  }
}

import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { afterAll, test } from 'vitest'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { createTopics } from '../../src/adapters/kafka/topics.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import type { LogRecord, TopicPartition } from '../../src/ports/log.ts'
import { collections } from '../../src/roles/collections.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { withDatabase } from '../support/servers/with-database.ts'
import { eraseContract } from './erase-contract.ts'
import { laneContract } from './lane-contract.ts'
import type { LaneBenchFactory } from './lane-fixtures.ts'
import { redriveContract } from './redrive-contract.ts'

liveDescribe('lanes on Kafka and MongoDB', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix } = scratch()
  const databases: string[] = []
  afterAll(async () => {
    const client = new MongoClient(servers().mongodbUri)
    for (const database of databases) await client.db(database).dropDatabase()
    await client.close()
  })

  /** Topics and a database of its own. */
  const onServers: LaneBenchFactory = async () => {
    const { kafkaBrokers, mongodbUri } = servers()
    const own = randomUUID().slice(0, 8)
    const database = `${prefix}${own}`
    databases.push(database)
    const log = await openKafka({ brokers: kafkaBrokers.split(','), topicPrefix: `${prefix}${own}-` })
    await createTopics({ admin: await log.admin(), prefix: `${prefix}${own}-` }, { partitions: 1 })
    const store = await openMongo(collections, { uri: withDatabase(mongodbUri, database) })
    return {
      store,
      log,
      partitions: 1,
      async read({ topic, partition }: TopicPartition, from: number): Promise<LogRecord[]> {
        const all = (await log.stretches([topic])).filter(stretch => stretch.partition === partition)
        const records: LogRecord[] = []
        for await (const record of log.scan(all.map(stretch => ({ ...stretch, start: from }))))
          records.push(record)
        return records
      },
      async close() {
        await log.close()
        await store.close()
      },
    }
  }

  for (const { name, run } of [...laneContract, ...redriveContract, ...eraseContract])
    test.concurrent(name, () => run(onServers))
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { createTopics } from '../../src/adapters/kafka/topics.ts'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../src/adapters/mongo/store.ts'
import { collections } from '../../src/roles/collections.ts'
import { patience } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { rebuildAtRest, rebuildOf, rebuildUnderLoad } from './rebuild-under-load.ts'

liveDescribe('rebuild on servers', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  let log: Awaited<ReturnType<typeof openKafka>>

  beforeAll(async () => {
    await migrate(collections, { uri: mongodbUri })
    log = await openKafka({ brokers: servers().kafkaBrokers.split(','), topicPrefix: prefix })
    await createTopics({ admin: await log.admin(), prefix }, { partitions: 2 })
  })
  afterAll(async () => {
    await log?.close()
  })

  it('everything under load; what was changed by hand is found, named and put right', {
    timeout: 90_000 * patience,
  }, async () => {
    const store = await openMongo(collections, { uri: mongodbUri })
    try {
      await rebuildUnderLoad({ log, store }, { rfisAtOnce: 2, rest: 250, events: 80 })
      await rebuildAtRest({ log, store })
    } finally {
      await store.close()
    }
  })

  it('is refused where entries leave the journal', async () => {
    await migrate(collections, { uri: mongodbUri, sentAtTtl: 86_400 })
    const store = await openMongo(collections, { uri: mongodbUri })
    try {
      expect(await store.journal.keptFor()).toBe(86_400)
      await expect(rebuildOf({ log, store })).rejects.toThrow(/leave the journal 86400 s after/)
    } finally {
      await store.close()
    }
  })
})

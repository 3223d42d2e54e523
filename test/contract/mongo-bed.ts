import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { migrate } from '../../src/adapters/mongo/migrate.ts'
import { type MongoStore, openMongo } from '../../src/adapters/mongo/store.ts'
import { type Sample, type StoreBed, sampleCatalogue } from './store-sample.ts'

export interface MongoBed extends StoreBed {
  readonly database: string
  open(): Promise<MongoStore<Sample>>
}

/** A database of its own on the server at `uri`, dropped at the end. */
export async function mongoStore(uri: string, { migrated = true } = {}): Promise<MongoBed> {
  const database = `store-${randomUUID()}`
  const handles: MongoStore<Sample>[] = []
  if (migrated) await migrate(sampleCatalogue, { uri, database })
  return {
    database,
    async open() {
      const handle = await openMongo(sampleCatalogue, { uri, database })
      handles.push(handle)
      return handle
    },
    async dispose() {
      for (const handle of handles) await handle.close()
      const client = new MongoClient(uri)
      await client.db(database).dropDatabase()
      await client.close()
    },
  }
}

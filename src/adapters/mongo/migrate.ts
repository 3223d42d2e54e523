import { type Db, MongoServerError } from 'mongodb'
import type { Catalogue, CollectionMap } from '../../ports/store.ts'
import { connect, durable, type MongoOptions } from './client.ts'
import { portError } from './errors.ts'
import { type Finding, survey, wantedCollections } from './indexes.ts'

/** ms. An index over millions of documents takes its time, and is built on when nobody waits. */
const longest = 6 * 3_600_000

export interface MigrationEntry {
  readonly collection: string
  /** Its fields, e.g. `changed.lane, changed.offset`; null for the collection itself. */
  readonly index: string | null
  /** `differs` and `extra` are left as they are: whoever made them may need them. */
  readonly state: 'made' | 'there' | 'differs' | 'extra'
  readonly detail: string | null
}

export interface MigrationReport {
  /** Servers and database. */
  readonly place: string
  readonly entries: readonly MigrationEntry[]
}

export interface MissingIndex {
  readonly collection: string
  /** Null when the collection itself isn't there. */
  readonly index: string | null
  /** `differs` is there but can't do its work. */
  readonly state: 'missing' | 'differs'
  readonly detail: string | null
}

/**
 * Makes the collections and indexes that are missing; can be called at any time, any number of times. Rejects with a
 * `PortError`. `sentAtTtl`: journal entries are removed this many seconds after they were sent; by default never.
 */
export async function migrate<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  options: MongoOptions & { readonly sentAtTtl?: number },
): Promise<MigrationReport> {
  const wanted = wantedCollections(catalogue, options.sentAtTtl)
  return withDatabase(options, async (database, place) => {
    const entries: MigrationEntry[] = []
    for (const finding of await survey(database, wanted)) {
      const { collection, index, state, detail } = finding
      if (state !== 'missing') entries.push({ collection, index, state, detail })
      else entries.push({ collection, index, state: 'made', detail: await make(database, finding) })
    }
    return { place, entries }
  })
}

/** What the store would have to do without; `migrate` makes what is missing. */
export async function checkIndexes<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  options: MongoOptions,
): Promise<MissingIndex[]> {
  return withDatabase(options, async database => {
    const findings = await survey(database, wantedCollections(catalogue))
    return findings.flatMap(({ collection, index, state, detail }) =>
      state === 'missing' || state === 'differs' ? [{ collection, index, state, detail }] : [],
    )
  })
}

async function make(database: Db, { collection, wanted }: Finding): Promise<null> {
  if (wanted === null) {
    try {
      await database.createCollection(collection, { writeConcern: durable })
    } catch (error) {
      // Another one migrates too.
      if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error
    }
    return null
  }
  const { key, ...options } = wanted
  await database.collection(collection).createIndex({ ...key }, options)
  return null
}

async function withDatabase<T>(
  options: MongoOptions,
  work: (database: Db, place: string) => Promise<T>,
): Promise<T> {
  const { client, database, place } = connect({ timeoutMS: longest, ...options })
  try {
    return await work(database, place)
  } catch (error) {
    throw portError(error, place)
  } finally {
    await client.close().catch(() => undefined)
  }
}

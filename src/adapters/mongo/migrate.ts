import { type Db, MongoServerError } from 'mongodb'
import type { Catalogue, CollectionMap } from '../../ports/store.ts'
import { connect, durable, type MongoOptions } from './client.ts'
import { portError } from './errors.ts'
import { type Finding, type State, survey, wantedCollections } from './indexes.ts'

/** ms. An index over millions of documents takes its time, and is built on when nobody waits. */
const longest = 6 * 3_600_000

export interface MigrationEntry {
  readonly collection: string
  /** Its fields, e.g. `changed.lane, changed.offset`; null for the collection itself. */
  readonly index: string | null
  /** `mended`: dropped and made anew. `extra`, `unfit` and `validated` are left as they are. */
  readonly state: 'made' | 'mended' | Exclude<State, 'missing' | 'differs'>
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
  readonly state: 'missing' | 'differs' | 'unfit' | 'validated'
  readonly detail: string | null
}

/** Why a worker can't run on what was found, and what to do; null when it can. */
export function obstacleIn(found: readonly MissingIndex[]): string | null {
  const unfit = found.find(({ state }) => state === 'unfit')
  if (unfit !== undefined)
    return `the collection ${unfit.collection} can't do its work (${unfit.detail}); rename it, run "store migrate" and copy its documents over`
  const [first, ...others] = found.filter(({ state }) => state !== 'validated')
  if (first === undefined) return null
  const { collection, index, state, detail } = first
  const what = index === null ? `collection ${collection}` : `index of ${collection} on ${index}`
  const how = state === 'missing' ? 'is missing' : `differs (${detail})`
  const more = others.length === 0 ? '' : `, as ${others.length === 1 ? 'is' : 'are'} ${others.length} more`
  return `the ${what} ${how}${more}; run "store migrate"`
}

/**
 * Makes the collections and indexes that are missing, and anew those indexes that differ; can be called at any time, any
 * number of times. Rejects with a `PortError`. `sentAtTtl`: journal entries are removed this many seconds after they were
 * sent; by default never.
 */
export async function migrate<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  options: MongoOptions & { readonly sentAtTtl?: number },
): Promise<MigrationReport> {
  const wanted = wantedCollections(catalogue, options.sentAtTtl)
  return withDatabase({ timeoutMS: longest, ...options }, async (database, place) => {
    const entries: MigrationEntry[] = []
    for (const finding of await survey(database, wanted)) {
      const { collection, index, state, detail, found } = finding
      if (state === 'missing') {
        await make(database, finding)
        entries.push({ collection, index, state: 'made', detail })
      } else if (state === 'differs') {
        // The same fields can't be indexed twice. What asks for it meanwhile takes long, and is right.
        if (found !== null) await drop(database, collection, found)
        await make(database, finding)
        entries.push({ collection, index, state: 'mended', detail })
      } else entries.push({ collection, index, state, detail })
    }
    return { place, entries }
  })
}

/** What the store would have to do without, or make do with. See `obstacleIn`. */
export async function checkIndexes<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  options: MongoOptions,
): Promise<MissingIndex[]> {
  return withDatabase(options, async database => {
    const findings = await survey(database, wantedCollections(catalogue))
    return findings.flatMap(({ collection, index, state, detail }) =>
      state === 'there' || state === 'extra' ? [] : [{ collection, index, state, detail }],
    )
  })
}

async function drop(database: Db, collection: string, index: string): Promise<void> {
  try {
    await database.collection(collection).dropIndex(index)
  } catch (error) {
    if (!(error instanceof MongoServerError && error.codeName === 'IndexNotFound')) throw error
  }
}

async function make(database: Db, { collection, wanted }: Finding): Promise<void> {
  if (wanted === null) {
    try {
      await database.createCollection(collection, { writeConcern: durable })
    } catch (error) {
      // Another one migrates too.
      if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error
    }
    return
  }
  const { key, ...options } = wanted
  await database.collection(collection).createIndex({ ...key }, options)
}

async function withDatabase<T>(
  options: MongoOptions,
  work: (database: Db, place: string) => Promise<T>,
): Promise<T> {
  const { client, database, place } = connect(options)
  try {
    return await work(database, place)
  } catch (error) {
    throw portError(error, place)
  } finally {
    await client.close().catch(() => undefined)
  }
}

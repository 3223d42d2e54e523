import type { Catalogue, CollectionMap } from '../../ports/store.ts'
import type { Time } from '../../ports/time.ts'
import { openDatabase, type Synchronous } from './database.ts'
import { type EmbeddedLog, type EmbeddedLogOptions, openEmbeddedLog } from './log.ts'
import { type EmbeddedStore, openEmbeddedStore } from './store.ts'

/** `member`: when the folder's worker reads on several threads, each with a handle of its own. */
export interface EmbeddedOptions<C extends CollectionMap> extends EmbeddedLogOptions {
  readonly catalogue: Catalogue<C>
  /** Topics made if they are missing. */
  readonly topics: readonly string[]
  /** Of every topic; one that exists with another number is refused. Default: 4 for new ones. */
  readonly partitions?: number
  /** Gives records their append time. */
  readonly time: Pick<Time, 'now'>
  /** Default `full`: what was acknowledged survives a power cut. */
  readonly synchronous?: Synchronous
  /** For readers beside a worker: the folder must exist; writing rejects. */
  readonly readOnly?: boolean
}

export interface Embedded<C extends CollectionMap> {
  readonly log: EmbeddedLog
  readonly store: EmbeddedStore<C>
  /** Stops the log's consumers and closes the file. */
  close(): Promise<void>
}

/**
 * Opens the log and the store of a data folder, one file `directory/router.db`. Any number of processes may have it open
 * to read and to produce; a worker takes `lockFolder` first. The two share a connection, never a transaction.
 */
export async function openEmbedded<C extends CollectionMap>(
  directory: string,
  options: EmbeddedOptions<C>,
): Promise<Embedded<C>> {
  const { catalogue, topics, partitions, time, synchronous = 'full', readOnly = false } = options
  const database = openDatabase(directory, { synchronous, readOnly })
  try {
    const log = openEmbeddedLog(database, time, options)
    const store = openEmbeddedStore(database, catalogue)
    if (!readOnly) log.ensureTopics(topics, partitions)
    return {
      log,
      store,
      async close() {
        await log.close()
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

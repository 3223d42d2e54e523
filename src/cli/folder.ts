import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseName } from '../adapters/embedded/database.ts'
import { keepExpiring } from '../adapters/embedded/expiry.ts'
import { type Embedded, openEmbedded } from '../adapters/embedded/folder.ts'
import type { EmbeddedLogOptions } from '../adapters/embedded/log.ts'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { systemTime } from '../adapters/system-time.ts'
import type { Config } from '../ops/config.ts'
import { silent } from '../ports/logger.ts'
import type { Time } from '../ports/time.ts'
import { type Collections, collections } from '../roles/collections.ts'
import { topicNames } from '../roles/topics.ts'
import type { Backend, BackendOptions } from './backend.ts'
import { Failure } from './failure.ts'

export type Folder = Embedded<Collections>

/** Whether something has made a data folder there. */
export function isDataFolder(directory: string): boolean {
  return existsSync(join(directory, databaseName))
}

/** For what only looks: beside a worker too, and nothing is made or changed. */
export function openToRead({ data }: Pick<Config, 'data'>): Promise<Folder> {
  if (!isDataFolder(data))
    throw new Failure(
      `there is no data folder at ${data}; name one that a worker, simulate or demo has made, with --data`,
    )
  return openEmbedded(data, { catalogue: collections, topics: topicNames, time: systemTime, readOnly: true })
}

/** For workers (who take the folder's lock first) and producers. Makes what is missing. */
export function openToWrite(
  { data, partitions }: Pick<Config, 'data' | 'partitions'>,
  {
    time = systemTime,
    synchronous = 'full',
    ...ofLog
  }: { time?: Time; synchronous?: 'full' | 'off' } & EmbeddedLogOptions = {},
): Promise<Folder> {
  return openEmbedded(data, {
    catalogue: collections,
    topics: topicNames,
    time,
    synchronous,
    ...ofLog,
    ...(partitions === null ? {} : { partitions }),
  })
}

/** A data folder as what commands work on. */
export async function openFolder(
  config: Config,
  { access, logger, member }: BackendOptions,
): Promise<Backend> {
  const folder =
    access === 'read'
      ? await openToRead(config)
      : await openToWrite(config, {
          ...(logger === undefined ? {} : { logger }),
          ...(member === undefined ? {} : { member }),
        })
  let endExpiring: (() => void) | null = null
  return {
    ...folder,
    codec: jsonCodec,
    place: config.data,
    on: { data: config.data },
    // Opened to write, the folder makes what it needs. Of a worker's threads the first sees to what expires.
    async prepare() {
      if (member === undefined)
        endExpiring ??= await keepExpiring(folder.store, { logger: logger ?? silent, now: systemTime.now })
    },
    async close() {
      endExpiring?.()
      await folder.close()
    },
    // Its log and its store are one file.
    adopt: () => Promise.resolve([]),
    async workers() {
      const pid = runningWorker(config.data)
      return pid === null ? [] : [{ name: `pid ${pid}`, roles: null }]
    },
  }
}

export async function withFolder<T>(
  opening: Promise<Folder>,
  work: (folder: Folder) => Promise<T>,
): Promise<T> {
  const folder = await opening
  try {
    return await work(folder)
  } finally {
    await folder.close()
  }
}

export function isEmptyOrMissing(directory: string): boolean {
  return !existsSync(directory) || readdirSync(directory).length === 0
}

/**
 * Process id of the worker on the folder, null when none runs. Goes by `worker.pid` and whether that process lives: to
 * try the lock itself could keep a starting worker out.
 */
export function runningWorker(directory: string): number | null {
  try {
    const pid = Number(readFileSync(join(directory, 'worker.pid'), 'utf8'))
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

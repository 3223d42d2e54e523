import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { serverFolder } from './folders.ts'
import { secantusPython, secantusVersion } from './packages.ts'
import { freePort } from './ports.ts'
import { type SingleServer, startSingle } from './single.ts'

/**
 * A server of MongoDB's protocol from PyPI, as a replica set of one with transactions. It is SecantusDB, not MongoDB
 * itself, and what is measured on it must say so.
 */
export interface LocalMongo extends SingleServer {
  /** Without a database. */
  readonly uri: string
}

export async function startMongo(options: { readonly data?: string } = {}): Promise<LocalMongo> {
  const python = await secantusPython()
  const port = await freePort()
  const folder = serverFolder('mongodb', options.data)
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`
  const storage = ['--storage-path', join(folder.path, 'data'), '--cache-size', '1G']
  const single = await startSingle({
    label: 'SecantusDB',
    origin: `SecantusDB ${secantusVersion} (MongoDB's protocol), local`,
    command: python,
    // Without the last, a killed server loses commits it has acknowledged.
    arguments: [
      '-m',
      'secantus',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...storage,
      '--sync-on-commit',
    ],
    log: join(folder.path, 'server.log'),
    folder,
    gently: options.data !== undefined,
    ask: () => isPrimary(uri),
  })
  return { ...single, uri }
}

/** Rejects while nothing answers. */
export async function isPrimary(uri: string): Promise<boolean> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1000, connectTimeoutMS: 1000 })
  try {
    return (await client.db('admin').command({ hello: 1 })).isWritablePrimary === true
  } finally {
    await client.close()
  }
}

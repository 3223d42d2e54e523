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

export interface MongoOptions {
  /** Data is kept here; else in a folder of its own, which is removed. */
  readonly data?: string
  /** Default true; false for who never kills it: a commit needs no disk, and a killed server loses acknowledged ones. */
  readonly durable?: boolean
}

export async function startMongo(options: MongoOptions = {}): Promise<LocalMongo> {
  const python = await secantusPython()
  const port = await freePort()
  const folder = serverFolder('mongodb', options.data)
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`
  const storage = ['--storage-path', join(folder.path, 'data'), '--cache-size', '1G']
  const single = await startSingle({
    label: 'SecantusDB',
    origin: `SecantusDB ${secantusVersion} (MongoDB's protocol), local`,
    command: python,
    arguments: [
      // On SIGABRT it writes into its log what each thread is at.
      '-X',
      'faulthandler',
      join(import.meta.dirname, 'start-secantus.py'),
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...storage,
      ...(options.durable === false ? [] : ['--sync-on-commit']),
    ],
    log: join(folder.path, 'server.log'),
    folder,
    gently: options.data !== undefined,
    ask: () => isPrimary(uri),
  })
  return { ...single, uri }
}

/** Writes a document and reads it back, on a connection of its own: rejects when that isn't done in time. */
export async function writesAndReads(uri: string, timeoutMS: number): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: timeoutMS, socketTimeoutMS: timeoutMS })
  try {
    const looks = client.db('watch').collection<{ _id: string; at: Date }>('looks')
    await looks.updateOne({ _id: 'last' }, { $set: { at: new Date() } }, { upsert: true })
    await looks.findOne({ _id: 'last' })
  } finally {
    await client.close()
  }
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

import { randomBytes } from 'node:crypto'
import type { Admin } from 'kafkajs'
import { MongoClient } from 'mongodb'
import { afterAll } from 'vitest'
import { kafkajs } from '../../../src/adapters/kafka/corrections.ts'
import { eventually } from './eventually.ts'
import type { ServerName } from './names.ts'
import { servers } from './servers.ts'
import { withDatabase } from './with-database.ts'

/** A corner of the servers for one test file. */
export interface Scratch {
  /** Before the name of every topic, group and registry subject, e.g. `test-mf3k1x-9a41-`. */
  readonly prefix: string
  /** With a database of its own, named like the prefix. */
  readonly mongodbUri: string
  readonly database: string
  /** A new place under the same prefix, for a test that must find nothing of a try before. */
  corner(): Pick<Scratch, 'prefix' | 'mongodbUri'>
  /** Drops the databases, deletes topics, groups and subjects under the prefix. `scratch` does it after the file's tests. */
  dispose(): Promise<void>
}

/**
 * Call it at the top of a live file or suite, before other `afterAll`s: those run in reverse, so clients are closed first.
 * What can't be removed (a group that still has members after 20 s) fails the file.
 */
export function scratch(): Scratch {
  const { origin, kafkaBrokers, mongodbUri, schemaRegistryUrl } = servers()
  const database = `test-${Date.now().toString(36)}-${randomBytes(2).toString('hex')}`
  const prefix = `${database}-`
  const databases = [database]
  const there = (name: ServerName) => origin[name] !== 'none'
  const dispose = async () => {
    const results = await Promise.allSettled([
      there('kafka') && removeFromKafka(kafkaBrokers, prefix),
      there('mongodb') && dropDatabases(mongodbUri, databases),
      there('registry') && removeSubjects(schemaRegistryUrl, prefix),
    ])
    const reasons = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    if (reasons.length > 0) throw new AggregateError(reasons, `${reasons.map(String).join('; ')} (${prefix})`)
  }
  afterAll(dispose, 60_000)
  const corner = () => {
    const own = `${prefix}${databases.length}`
    databases.push(own)
    return { prefix: `${own}-`, mongodbUri: withDatabase(mongodbUri, own) }
  }
  return { prefix, mongodbUri: withDatabase(mongodbUri, database), database, corner, dispose }
}

async function removeFromKafka(brokers: string, prefix: string): Promise<void> {
  const { Kafka, logLevel } = kafkajs()
  const admin = new Kafka({
    brokers: brokers.split(','),
    clientId: 'scratch',
    logLevel: logLevel.NOTHING,
  }).admin()
  await admin.connect()
  try {
    const topics = (await admin.listTopics()).filter(topic => topic.startsWith(prefix))
    if (topics.length > 0) await admin.deleteTopics({ topics })
    // A member that was killed leaves its group only when its session ends.
    await eventually('consumer groups are gone', () => removeGroups(admin, prefix), { within: 20_000 })
  } finally {
    await admin.disconnect()
  }
}

async function removeGroups(admin: Admin, prefix: string): Promise<boolean> {
  const { groups } = await admin.listGroups()
  const own = groups.map(({ groupId }) => groupId).filter(groupId => groupId.startsWith(prefix))
  if (own.length > 0) await admin.deleteGroups(own)
  return true
}

async function dropDatabases(uri: string, databases: readonly string[]): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 })
  try {
    for (const database of databases) await client.db(database).dropDatabase()
  } finally {
    await client.close()
  }
}

/** Twice: the first delete only marks a version deleted; a registry that knows no marks says 404 to the second. */
async function removeSubjects(url: string, prefix: string): Promise<void> {
  const response = await fetch(`${url}/subjects?deleted=true`)
  if (!response.ok) throw new Error(`listing subjects: ${response.status}`)
  for (const subject of (await response.json()) as string[]) {
    if (!subject.startsWith(prefix)) continue
    for (const query of ['', '?permanent=true']) {
      const { ok, status } = await fetch(`${url}/subjects/${encodeURIComponent(subject)}${query}`, {
        method: 'DELETE',
      })
      if (!ok && status !== 404) throw new Error(`deleting subject ${subject}: ${status}`)
    }
  }
}

import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { misconfigured } from '../../ports/errors.ts'
import { type Logger, silent } from '../../ports/logger.ts'
import { addressProblems, optionsIn } from './address.ts'
import { withoutLogin } from './errors.ts'

export interface MongoOptions {
  readonly uri: string
  /** Default: that of the address, else `referral_router`. */
  readonly database?: string
  readonly logger?: Logger
  /** How long, in ms, a call waits for the server. Default: what the address says for each kind of wait, else 20,000. */
  readonly timeoutMS?: number
}

export interface Connection {
  readonly client: MongoClient
  readonly database: Db
  /** For messages: servers and database, without who uses them. */
  readonly place: string
  readonly timeout: number
  readonly logger: Logger
  /**
   * Connects if that hasn't worked yet; to be called before anything else. The driver connects by itself only once: when
   * that fails, all later calls find its topology closed.
   */
  reach(): Promise<void>
}

/** ms */
const mostToConnect = 4000
const defaultDatabase = 'referral_router'
/** Connections at most, unless the address says otherwise. */
const defaultPoolSize = 20
export const majority = { level: 'majority' } as const
export const durable = { w: 'majority', journal: true } as const

/**
 * Takes the address apart, meets no server. What the address says holds, or is refused.
 * @throws PortError `configuration` for an address that can't be one, or asks for what can't be had
 */
export function connect(options: MongoOptions): Connection {
  const { uri, logger = silent, timeoutMS = 20_000 } = options
  const [problem] = addressProblems(uri)
  if (problem !== undefined) throw misconfigured(`the address of MongoDB says ${problem}`)
  const client = clientOf(uri, {
    ...unlessIn(uri, {
      appName: 'referral-router',
      maxPoolSize: Math.max(defaultPoolSize, leastPoolSize(uri)),
      // The driver's own `timeoutMS` does nothing in 7.9 but warn, and a commit never had one: these bound each round
      // trip. A server that isn't there is known sooner than one that is slow, and whoever waits for it is told.
      serverSelectionTimeoutMS: Math.min(timeoutMS, mostToConnect),
      connectTimeoutMS: Math.min(timeoutMS, mostToConnect),
      waitQueueTimeoutMS: timeoutMS,
      socketTimeoutMS: timeoutMS,
    }),
    // An index takes longer to build than any answer that the address may have thought of.
    ...(options.timeoutMS === undefined ? {} : { socketTimeoutMS: options.timeoutMS }),
    ignoreUndefined: true,
    // The address may say these, but nothing else: a lane must read what it and others committed.
    readPreference: 'primary',
    readConcern: majority,
    writeConcern: durable,
  })
  const { hosts, srvHost, dbName } = client.options
  const name = options.database ?? (databaseInUri(uri) ? dbName : defaultDatabase)
  const servers = srvHost ?? hosts.map(host => host.toString()).join(',')
  client.on('serverHeartbeatFailed', ({ connectionId, failure }) =>
    logger.debug({ server: connectionId, reason: withoutLogin(failure.message) }, 'mongodb-unreachable'),
  )
  let reached = false
  return {
    async reach() {
      if (reached) return
      await client.connect()
      reached = true
    },
    client,
    database: client.db(name),
    place: `MongoDB at ${servers}/${name}`,
    timeout: timeoutMS,
    logger,
  }
}

function clientOf(uri: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(uri, options)
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(uri, withoutLogin(uri)) : String(error)
    throw misconfigured(`the address of MongoDB can't be used: ${withoutLogin(why)}`)
  }
}

function unlessIn(uri: string, defaults: MongoClientOptions): MongoClientOptions {
  const said = new Set(optionsIn(uri).map(({ name }) => name.toLowerCase()))
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !said.has(name.toLowerCase())))
}

/** The driver refuses a pool that would be larger at least than at most. */
function leastPoolSize(uri: string): number {
  const least = optionsIn(uri).find(({ name }) => name.toLowerCase() === 'minpoolsize')
  return Number(least?.value) || 0
}

/** The driver says `test` when the address names none. */
function databaseInUri(uri: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/.test(uri)
}

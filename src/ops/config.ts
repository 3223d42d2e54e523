import { z } from 'zod'
import { addressProblems } from '../adapters/mongo/address.ts'
import { closest } from './closest.ts'
import { brokersOf, isUrl, mongoUriFault } from './server-addresses.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** What a command runs with. Flags go before the environment, the environment before the defaults. */
export interface Config {
  /** Folder of the embedded log and store. */
  readonly data: string
  /** Whether a flag named the folder: it then goes before servers that the environment names. */
  readonly dataByFlag: boolean
  /** Keys the hash by which a customer is known again; empty when none was given. */
  readonly customerSecret: string
  readonly logLevel: LogLevel
  /** Of new topics; null leaves it to the adapter: what the folder has, else 4; on Kafka 24. */
  readonly partitions: number | null
  /** Stands before the name of every topic and group: keeps environments apart on one cluster. */
  readonly topicPrefix: string
  /** Where a worker answers how it is; null when it doesn't. Port 0 is any free one. */
  readonly health: { readonly host: string; readonly port: number } | null
  readonly kafka: KafkaConfig | null
  readonly mongodb: MongoConfig | null
  readonly registry: RegistryConfig | null
}

export interface KafkaConfig {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  /** Paths of PEM files; null without TLS. */
  readonly ssl: {
    readonly ca: string | null
    readonly cert: string | null
    readonly key: string | null
  } | null
  readonly sasl: {
    readonly mechanism: (typeof saslMechanisms)[number]
    readonly username: string
    readonly password: string
  } | null
  /** ms without a heartbeat after which a worker counts as dead, and others take over what it had. */
  readonly sessionTimeout: number
}

export interface MongoConfig {
  /** May hold a password. */
  readonly uri: string
}

export interface RegistryConfig {
  readonly url: string
  readonly auth: { readonly username: string; readonly password: string } | null
}

export interface ConfigInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly flags?: Readonly<Partial<Record<keyof typeof flagNames, string | undefined>>>
  readonly defaults?: { readonly data?: string; readonly logLevel?: LogLevel }
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  /** All that is wrong, one line each. */
  | { readonly ok: false; readonly problems: readonly string[] }

const variables = {
  data: 'ROUTER_DATA',
  customerSecret: 'ROUTER_CUSTOMER_SECRET',
  logLevel: 'ROUTER_LOG_LEVEL',
  partitions: 'ROUTER_PARTITIONS',
  topicPrefix: 'ROUTER_TOPIC_PREFIX',
  healthPort: 'ROUTER_HEALTH_PORT',
  healthHost: 'ROUTER_HEALTH_HOST',
  brokers: 'KAFKA_BROKERS',
  ssl: 'KAFKA_SSL',
  sslCa: 'KAFKA_SSL_CA',
  sslCert: 'KAFKA_SSL_CERT',
  sslKey: 'KAFKA_SSL_KEY',
  saslMechanism: 'KAFKA_SASL_MECHANISM',
  saslUsername: 'KAFKA_SASL_USERNAME',
  saslPassword: 'KAFKA_SASL_PASSWORD',
  sessionTimeout: 'KAFKA_SESSION_TIMEOUT_MS',
  mongodbUri: 'MONGODB_URI',
  registryUrl: 'SCHEMA_REGISTRY_URL',
  registryUsername: 'SCHEMA_REGISTRY_USERNAME',
  registryPassword: 'SCHEMA_REGISTRY_PASSWORD',
} as const
type Setting = keyof typeof variables

const flagNames = {
  data: '--data',
  logLevel: '--log-level',
  topicPrefix: '--topic-prefix',
  healthPort: '--health-port',
  healthHost: '--health-host',
} as const
/** What they hold is not repeated in an error. */
const secrets: ReadonlySet<Setting> = new Set([
  'customerSecret',
  'saslPassword',
  'mongodbUri',
  'registryUrl',
  'registryPassword',
])
const mostPartitions = 800
/** ms; what brokers take unless they are told otherwise goes further. */
const sessionTimeouts = { least: 6000, most: 300_000, default: 30_000 }

const path = z.string().min(1).optional()
const settingsSchema = z.object({
  data: z.string().min(1),
  customerSecret: z.string().default(''),
  logLevel: z.enum(logLevels),
  // Not z.coerce, to which '' is 0 and '4.5e2' is 450.
  partitions: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(mostPartitions))
    .optional(),
  topicPrefix: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{0,100}$/)
    .default(''),
  healthPort: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65_535))
    .optional(),
  healthHost: z
    .string()
    .regex(/^[^\s/]+$/)
    .default('127.0.0.1'),
  brokers: z.string().transform(brokersOf).pipe(z.array(z.string()).min(1)).optional(),
  ssl: z.enum(['true', 'false']).optional(),
  sslCa: path,
  sslCert: path,
  sslKey: path,
  saslMechanism: z.enum(saslMechanisms).optional(),
  saslUsername: z.string().optional(),
  saslPassword: z.string().optional(),
  sessionTimeout: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(sessionTimeouts.least).max(sessionTimeouts.most))
    .default(sessionTimeouts.default),
  mongodbUri: z
    .string()
    .refine(uri => mongoUriFault(uri) === null)
    .optional(),
  registryUrl: z.string().refine(isUrl).optional(),
  registryUsername: z.string().optional(),
  registryPassword: z.string().optional(),
})
type Settings = z.infer<typeof settingsSchema>

const expected: Record<Setting, string> = {
  data: 'the path of a folder',
  customerSecret: 'text',
  logLevel: `one of ${logLevels.join(', ')}`,
  partitions: `a whole number from 1 to ${mostPartitions}`,
  topicPrefix: 'at most 100 letters, digits, dots, dashes and underscores',
  healthPort: 'a port, 0 to 65535',
  healthHost: 'an address of this machine, such as 0.0.0.0 for all',
  brokers: 'host:port, more of them separated by commas',
  ssl: 'true or false',
  sslCa: 'the path of a PEM file',
  sslCert: 'the path of a PEM file',
  sslKey: 'the path of a PEM file',
  saslMechanism: `one of ${saslMechanisms.join(', ')}`,
  saslUsername: 'text',
  saslPassword: 'text',
  sessionTimeout: `milliseconds, ${sessionTimeouts.least} to ${sessionTimeouts.most}`,
  mongodbUri: 'mongodb://… or mongodb+srv://…',
  registryUrl: 'an http(s) address, without a name and password in it',
  registryUsername: 'text',
  registryPassword: 'text',
}

/** Environment and flags → one frozen object, or every problem at once. A variable set to nothing counts as not set. */
export function readConfig({ environment, flags = {}, defaults = {} }: ConfigInput): ConfigReading {
  const given: Partial<Record<Setting, string>> = {}
  for (const [setting, name] of Object.entries(variables) as [Setting, string][]) {
    const flag = isFlag(setting) ? flags[setting] : undefined
    const value = flag ?? (environment[name] === '' ? undefined : environment[name])
    if (value !== undefined) given[setting] = value
  }
  given.data ??= defaults.data ?? '.data/default'
  given.logLevel ??= defaults.logLevel ?? 'warn'
  const problems = unknownVariables(environment)
  const settings = settingsSchema.safeParse(given)
  for (const setting of new Set(settings.error?.issues.map(issue => issue.path[0] as Setting))) {
    const byFlag = isFlag(setting) && flags[setting] !== undefined
    const where = byFlag ? flagNames[setting] : variables[setting]
    const found = secrets.has(setting) ? 'set to something else' : JSON.stringify(given[setting])
    problems.push(`${where} is ${found}, expected ${expected[setting]}`)
  }
  if (given.mongodbUri !== undefined)
    problems.push(
      ...addressProblems(given.mongodbUri).map(problem => `${variables.mongodbUri} says ${problem}`),
    )
  if (settings.success) problems.push(...incomplete(settings.data))
  if (!settings.success || problems.length > 0) return { ok: false, problems }
  return { ok: true, config: Object.freeze(compiled(settings.data, flags.data !== undefined)) }
}

function compiled(settings: Settings, dataByFlag: boolean): Config {
  const { data, customerSecret, logLevel, partitions = null, topicPrefix, brokers, mongodbUri } = settings
  return {
    data,
    dataByFlag,
    customerSecret,
    logLevel,
    partitions,
    topicPrefix,
    health:
      settings.healthPort === undefined ? null : { host: settings.healthHost, port: settings.healthPort },
    kafka:
      brokers === undefined
        ? null
        : { brokers, ssl: sslOf(settings), sasl: saslOf(settings), sessionTimeout: settings.sessionTimeout },
    mongodb: mongodbUri === undefined ? null : { uri: mongodbUri },
    registry: registryOf(settings),
  }
}

function sslOf({ ssl, sslCa, sslCert, sslKey }: Settings): KafkaConfig['ssl'] {
  const asked = ssl === undefined ? (sslCa ?? sslCert) !== undefined : ssl === 'true'
  return asked ? { ca: sslCa ?? null, cert: sslCert ?? null, key: sslKey ?? null } : null
}

function saslOf({ saslMechanism, saslUsername = '', saslPassword = '' }: Settings): KafkaConfig['sasl'] {
  if (saslMechanism === undefined) return null
  return { mechanism: saslMechanism, username: saslUsername, password: saslPassword }
}

function registryOf({
  registryUrl,
  registryUsername,
  registryPassword = '',
}: Settings): RegistryConfig | null {
  if (registryUrl === undefined) return null
  const auth =
    registryUsername === undefined ? null : { username: registryUsername, password: registryPassword }
  return { url: registryUrl, auth }
}

/** What only makes sense together; half of it would silently mean something else. */
function incomplete(settings: Settings): string[] {
  const together: [Setting, Setting][] = [
    ['saslMechanism', 'saslUsername'],
    ['saslMechanism', 'saslPassword'],
    ['saslUsername', 'saslMechanism'],
    ['sslCert', 'sslKey'],
    ['sslKey', 'sslCert'],
    ['registryUsername', 'registryPassword'],
    ['registryPassword', 'registryUsername'],
  ]
  const problems = together
    .filter(([has, needs]) => settings[has] !== undefined && settings[needs] === undefined)
    .map(([has, needs]) => `${variables[has]} is set, but ${variables[needs]} is not`)
  if (settings.ssl === 'false' && (settings.sslCa ?? settings.sslCert) !== undefined)
    problems.push('KAFKA_SSL is "false", but a certificate is given')
  return problems
}

function isFlag(setting: Setting): setting is keyof typeof flagNames {
  return setting in flagNames
}

/** A misspelt variable would otherwise be a setting that silently isn't applied. */
function unknownVariables(environment: ConfigInput['environment']): string[] {
  const known: readonly string[] = Object.values(variables)
  const ours = known.filter(name => name.startsWith('ROUTER_'))
  return Object.keys(environment)
    .filter(name => name.startsWith('ROUTER_') && !known.includes(name))
    .sort()
    .map(name => {
      const meant = closest(name, known)
      return meant === null
        ? `${name} is not a setting; there are ${ours.join(', ')}`
        : `${name} is not a setting; did you mean ${meant}?`
    })
}

import { z } from 'zod'
import { closest } from './closest.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What a command runs with. Flags go before the environment, the environment before the defaults. */
export interface Config {
  /** Folder of the embedded log and store. */
  readonly data: string
  /** Keys the hash by which a customer is known again; empty when none was given. */
  readonly customerSecret: string
  readonly logLevel: LogLevel
  /** Of new topics; null leaves it to the adapter: what the folder has, else 4. */
  readonly partitions: number | null
  /** Variables that name servers and were set. */
  readonly servers: readonly string[]
}

export interface ConfigInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly flags?: { readonly data?: string | undefined; readonly logLevel?: string | undefined }
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
} as const
type Setting = keyof typeof variables

const flagNames: Partial<Record<Setting, string>> = { data: '--data', logLevel: '--log-level' }
const serverVariables = ['KAFKA_BROKERS', 'MONGODB_URI', 'SCHEMA_REGISTRY_URL'] as const
const mostPartitions = 800

const settingsSchema = z.object({
  data: z.string().min(1, { error: 'the path of a folder' }),
  customerSecret: z.string().default(''),
  logLevel: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }),
  // Not z.coerce, to which '' is 0 and '4.5e2' is 450.
  partitions: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(mostPartitions))
    .optional(),
})
const expected: Record<Setting, string> = {
  data: 'the path of a folder',
  customerSecret: 'text',
  logLevel: `one of ${logLevels.join(', ')}`,
  partitions: `a whole number from 1 to ${mostPartitions}`,
}

/** Environment and flags → one frozen object, or every problem at once. A variable set to nothing counts as not set. */
export function readConfig({ environment, flags = {}, defaults = {} }: ConfigInput): ConfigReading {
  const fromEnvironment = (name: string) => (environment[name] === '' ? undefined : environment[name])
  const given: Record<Setting, string | undefined> = {
    data: flags.data ?? fromEnvironment(variables.data) ?? defaults.data ?? '.data/default',
    customerSecret: fromEnvironment(variables.customerSecret),
    logLevel: flags.logLevel ?? fromEnvironment(variables.logLevel) ?? defaults.logLevel ?? 'warn',
    partitions: fromEnvironment(variables.partitions),
  }
  const problems = unknownVariables(environment)
  const settings = settingsSchema.safeParse(given)
  for (const setting of new Set(settings.error?.issues.map(issue => String(issue.path[0])))) {
    const name = setting as Setting
    const flag = name === 'data' || name === 'logLevel' ? flags[name] : undefined
    const where = flag === undefined ? variables[name] : flagNames[name]
    problems.push(`${where} is ${JSON.stringify(given[name])}, expected ${expected[name]}`)
  }
  if (!settings.success || problems.length > 0) return { ok: false, problems }
  const { partitions = null, ...others } = settings.data
  const servers = serverVariables.filter(name => fromEnvironment(name) !== undefined)
  return { ok: true, config: Object.freeze({ ...others, partitions, servers: Object.freeze(servers) }) }
}

/** A misspelt variable would otherwise be a setting that silently isn't applied. */
function unknownVariables(environment: ConfigInput['environment']): string[] {
  const known: readonly string[] = Object.values(variables)
  return Object.keys(environment)
    .filter(name => name.startsWith('ROUTER_') && !known.includes(name))
    .sort()
    .map(name => {
      const meant = closest(name, known)
      return meant === null
        ? `${name} is not a setting; there are ${known.join(', ')}`
        : `${name} is not a setting; did you mean ${meant}?`
    })
}

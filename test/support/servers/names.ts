/** What live tests are given, and how each was had. Plain data: it travels from vitest's main process to its workers. */
export const serverNames = ['kafka', 'mongodb', 'registry'] as const
export type ServerName = (typeof serverNames)[number]

/** A server that answers, and words saying which it is and how it was had. */
export interface FoundServer {
  readonly address: string
  readonly origin: string
}

/** No server: what was tried, in order, and why each was none. */
export interface MissingServer {
  readonly address: null
  readonly tried: readonly string[]
}

export type ServersFound = Readonly<Record<ServerName, FoundServer | MissingServer>>

/** Why a test can't start one of its own, to kill or to set up; null when it can. */
export type OwnServers = Readonly<Record<ServerName, string | null>>

export const labels: Readonly<Record<ServerName, string>> = {
  kafka: 'Kafka',
  mongodb: 'MongoDB',
  registry: 'schema registry',
}

export const variables: Readonly<Record<ServerName, string>> = {
  kafka: 'KAFKA_BROKERS',
  mongodb: 'MONGODB_URI',
  registry: 'SCHEMA_REGISTRY_URL',
}

const tools: Readonly<Record<ServerName, string>> = {
  kafka: 'Java 17 or newer and Maven',
  mongodb: 'Python 3.10 or newer with venv and pip',
  registry: 'Java 17 or newer and Maven',
}

/** One line for tests that are left out though there is a server. */
export function noOwnLine(name: ServerName, why: string): string {
  return (
    `NO ${labels[name].toUpperCase()} OF A TEST'S OWN: live tests that kill one, or set one up, are skipped: ${why}. ` +
    `What helps: ${tools[name]} on the PATH.`
  )
}

/** One line for a missing server: what was tried and what would help. */
export function missingLine(name: ServerName, { tried }: MissingServer): string {
  return (
    `NO ${labels[name].toUpperCase()}: live tests that need it are skipped. Tried: ${tried.join('; ')}. ` +
    `What helps: ${variables[name]} in the environment, a running Docker engine, or ${tools[name]} on the PATH.`
  )
}

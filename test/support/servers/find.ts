import {
  type FoundServer,
  type MissingServer,
  type ServerName,
  type ServersFound,
  serverNames,
  variables,
} from './names.ts'

/** A server that was started for us and is stopped by us. */
export interface StartedServer extends FoundServer {
  stop(): Promise<void>
}

/** A way to have servers: ready to start one, or why it can't. */
export interface Way {
  readonly label: string
  /** Null: it can be tried. Else in words why there is no point in it. */
  readonly unable: (name: ServerName) => Promise<string | null>
  readonly start: (name: ServerName) => Promise<StartedServer>
}

export interface FindOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** After the environment, in this order. */
  readonly ways: readonly Way[]
  /** Rejects when nothing answers at an address that was given. */
  readonly reach: (name: ServerName, address: string) => Promise<void>
}

export interface Finding {
  readonly found: ServersFound
  stop(): Promise<void>
}

/**
 * The three servers, side by side: given by the environment, else by the first way that works. An address that was given
 * and doesn't answer is an error, never a reason to test against something else. Stops what it started when it throws.
 */
export async function findServers(options: FindOptions): Promise<Finding> {
  const started: StartedServer[] = []
  const stop = async () => {
    await Promise.all(started.splice(0).map(server => server.stop()))
  }
  const find = async (name: ServerName): Promise<FoundServer | MissingServer> => {
    const variable = variables[name]
    const given = options.environment[variable]
    if (given !== undefined && given !== '') {
      await options.reach(name, given).catch(cause => {
        throw new Error(`${variable} is given, but nothing answers there: ${words(cause)}`, { cause })
      })
      return { address: given, origin: `given by ${variable}` }
    }
    const tried = [`${variable} is not set`]
    for (const { label, unable, start } of options.ways) {
      try {
        const why = await unable(name)
        if (why === null) {
          const server = await start(name)
          started.push(server)
          return { address: server.address, origin: server.origin }
        }
        tried.push(`${label}: ${why}`)
      } catch (error) {
        tried.push(`${label}: ${words(error)}`)
      }
    }
    return { address: null, tried }
  }
  const results = await Promise.allSettled(serverNames.map(async name => [name, await find(name)] as const))
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  const pairs = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  return { found: Object.fromEntries(pairs) as ServersFound, stop }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

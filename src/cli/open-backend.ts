import type { Config } from '../ops/config.ts'
import type { Backend, BackendOptions } from './backend.ts'
import { Failure } from './failure.ts'

/** Whether the servers of the environment are meant. A folder named by a flag goes before them. */
export function isOnServers({ kafka, mongodb, dataByFlag }: Config): boolean {
  if (dataByFlag || (kafka === null && mongodb === null)) return false
  if (kafka === null) throw new Failure(missing('MONGODB_URI', 'KAFKA_BROKERS'))
  if (mongodb === null) throw new Failure(missing('KAFKA_BROKERS', 'MONGODB_URI'))
  return true
}

function missing(has: string, needs: string): string {
  return `${has} is set and ${needs} is not; set both to work on servers, or name a folder with --data`
}

/** Where the environment says. Only the clients of that place are loaded. */
export async function openBackend(config: Config, options: BackendOptions): Promise<Backend> {
  if (isOnServers(config)) return (await import('./servers.ts')).openServers(config, options)
  return (await import('./folder.ts')).openFolder(config, options)
}

export async function withBackend<T>(
  config: Config,
  options: BackendOptions,
  work: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await openBackend(config, options)
  try {
    return await work(backend)
  } finally {
    await backend.close()
  }
}

import { join } from 'node:path'
import { serverFolder } from './folders.ts'
import { registryFolder, registryJar, registryVersion } from './packages.ts'
import { freePort } from './ports.ts'
import { type SingleServer, startSingle } from './single.ts'
import { findJava } from './tools.ts'

/** Apicurio's registry, with its data in a file so that a restart finds it again. */
export interface LocalRegistry extends SingleServer {
  /** The Confluent API. */
  readonly url: string
}

export const registryPath = '/apis/ccompat/v7'

export async function startRegistry(options: { readonly data?: string } = {}): Promise<LocalRegistry> {
  const java = await findJava()
  if (!java.ok) throw new Error(java.why)
  const program = await registryFolder()
  const port = await freePort()
  const folder = serverFolder('registry', options.data)
  const url = `http://127.0.0.1:${port}${registryPath}`
  const single = await startSingle({
    label: 'the schema registry',
    origin: `Apicurio registry ${registryVersion}, local`,
    command: java.command,
    arguments: [
      ...['-Xmx256m', '-XX:+UseSerialGC'],
      ...['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-Dquarkus.log.level=WARN'],
      ...['-jar', join(program, registryJar)],
    ],
    environment: { REGISTRY_DATASOURCE_URL: `jdbc:h2:file:${join(folder.path, 'registry')}` },
    log: join(folder.path, 'server.log'),
    folder,
    gently: options.data !== undefined,
    ask: () => listsSubjects(url),
  })
  return { ...single, url }
}

/** Rejects while nothing answers. */
export async function listsSubjects(url: string): Promise<boolean> {
  const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(3000) })
  return response.ok && Array.isArray(await response.json())
}

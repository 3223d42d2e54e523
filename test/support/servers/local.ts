import { existsSync } from 'node:fs'
import type { StartedServer, Way } from './find.ts'
import { startKafka } from './kafka.ts'
import { startMongo, writesAndReads } from './mongo.ts'
import type { ServerName } from './names.ts'
import { kafkaCached, registryCached } from './packages.ts'
import { tell } from './progress.ts'
import { startRegistry } from './registry.ts'
import { findJava, findMaven, findPython } from './tools.ts'
import { watch } from './watch.ts'

/** Servers from package registries, as processes of this machine. */
export const local: Way = {
  label: 'local',
  unable: async name => {
    if (process.platform === 'win32') return 'not made for Windows'
    if (name === 'mongodb') {
      const python = await findPython()
      return python.ok ? null : python.why
    }
    const java = await findJava()
    if (!java.ok) return java.why
    if (existsSync(name === 'kafka' ? kafkaCached() : registryCached())) return null
    const maven = await findMaven()
    return maven.ok ? null : maven.why
  },
  start: name => starts[name](),
}

const starts: Readonly<Record<ServerName, () => Promise<StartedServer>>> = {
  kafka: async () => {
    const { brokers, origin, stop } = await startKafka()
    return { address: brokers, origin, stop }
  },
  mongodb: async () => {
    const { uri, origin, stop, abort, restart } = await startMongo({ durable: false })
    const watching = watch({
      label: 'SecantusDB',
      ask: () => writesAndReads(uri, 20_000),
      mend: async () => {
        tell(`SecantusDB hangs; its last words:\n${await abort()}`)
        await restart()
      },
      tell,
    })
    return {
      address: uri,
      origin,
      stop: async () => {
        await watching.stop()
        await stop()
      },
    }
  },
  registry: async () => {
    const { url, origin, stop } = await startRegistry()
    return { address: url, origin, stop }
  },
}

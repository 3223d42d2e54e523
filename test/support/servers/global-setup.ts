import type { TestProject } from 'vitest/node'
import { docker } from './docker.ts'
import { findServers } from './find.ts'
import { local } from './local.ts'
import { labels, missingLine, noOwnLine, type OwnServers, serverNames } from './names.ts'
import { tell } from './progress.ts'
import { reach } from './reach.ts'
import './servers.ts'

/** Of the `live` project: vitest calls it once, and only when a live file is in the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { found, stop } = await findServers({ environment: process.env, ways: [docker, local], reach })
  const unable = await Promise.all(serverNames.map(async name => [name, await local.unable(name)] as const))
  const own = Object.fromEntries(unable) as OwnServers
  const missing: string[] = []
  for (const name of serverNames) {
    const server = found[name]
    if (server.address === null) missing.push(missingLine(name, server))
    else {
      tell(`${labels[name]}: ${server.origin}`)
      if (own[name] !== null) missing.push(noOwnLine(name, own[name]))
    }
  }
  if (missing.length > 0 && process.env.REQUIRE_SERVERS === '1') {
    await stop()
    throw new Error(`REQUIRE_SERVERS=1\n${missing.join('\n')}`)
  }
  for (const line of missing) tell(line)
  project.provide('servers', found)
  project.provide('own', own)
  return stop
}

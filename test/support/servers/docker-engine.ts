import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { reachable } from './ready.ts'

/** ms. An engine on this machine answers in a few. */
const patience = 1000

/** Null when a Docker engine answers, else why there is none to be had. Loads nothing: testcontainers takes a second. */
export async function noEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | null> {
  const given = environment.DOCKER_HOST
  if (given?.startsWith('tcp://')) {
    const { hostname, port } = new URL(given.replace('tcp:', 'http:'))
    return await reachable(hostname, Number(port || 2375)).then(
      () => null,
      () => `no engine answers at ${given}`,
    )
  }
  const places = given === undefined ? usualPlaces(environment) : [given.replace(/^(unix|npipe):\/\//, '')]
  for (const place of places) if (await pings(place)) return null
  return `no engine answers${given === undefined ? '' : ` at ${given}`}`
}

function usualPlaces(environment: Readonly<Record<string, string | undefined>>): string[] {
  if (process.platform === 'win32') return ['//./pipe/docker_engine']
  const runtime = environment.XDG_RUNTIME_DIR
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
  ].filter(path => existsSync(path))
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const asked = request({ socketPath, path: '/_ping', timeout: patience }, answer => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer')))
    asked.once('error', () => resolve(false))
    asked.end()
  })
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '../ports/logger.ts'
import type { RoleName } from '../roles/role.ts'

/** How one worker is, as far as it knows itself. */
export interface Health {
  readonly state: 'starting' | 'ready' | 'not-ready' | 'stopping'
  readonly roles: readonly RoleName[]
  /** How many run. */
  readonly lanes: number
  readonly halted: readonly { readonly lane: string; readonly reason: string }[]
  /** What has made no step for longer than one may take: lanes, or threads. */
  readonly stuck: readonly string[]
  /** When it came to its state, RFC 3339. */
  readonly since: string
}

export interface HealthOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly look: () => Health
  readonly logger: Logger
}

export interface HealthServer {
  /** `http://127.0.0.1:8080` */
  readonly address: string
  close(): Promise<void>
}

/**
 * Whether a worker is well, over HTTP, 200 or 503 with the same body:
 * - `/health/live`: it can make progress. One that waits for a server, or has halted lanes, is alive: to start it again
 *   would mend nothing.
 * - `/health/ready`: it has its tables and its share of the lanes, and none is halted.
 * Rejects as `listen` does when it can't have the port.
 */
export async function serveHealth({ host, port, look, logger }: HealthOptions): Promise<HealthServer> {
  const server = createServer(({ method, url = '' }, response) => {
    const verdict = verdicts.get(url.replace(/\?.*/, ''))
    if (verdict === undefined) return void response.writeHead(404).end()
    if (method !== 'GET' && method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end()
    const health = look()
    response
      .writeHead(verdict(health) ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      })
      .end(`${JSON.stringify(health)}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  server.on('error', err => logger.warn({ err }, 'health-server'))
  const at = server.address() as AddressInfo
  return {
    address: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const verdicts: ReadonlyMap<string, (health: Health) => boolean> = new Map([
  ['/health/live', ({ stuck }: Health) => stuck.length === 0],
  ['/health/ready', ({ state }: Health) => state === 'ready'],
])

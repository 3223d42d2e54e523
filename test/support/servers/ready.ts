import { connect } from 'node:net'
import { eventually } from './eventually.ts'
import { type ServerProcess, tail } from './process.ts'

/** Waits until `ask` says yes; when the server ends or time is up before that, throws with the tail of its log. */
export async function ready(
  label: string,
  server: ServerProcess,
  ask: () => Promise<boolean>,
  { within = 60_000 }: { readonly within?: number } = {},
): Promise<void> {
  let ended: string | null = null
  try {
    await eventually(
      `${label} answers`,
      async () => {
        ended = server.ended()
        return ended !== null || (await ask())
      },
      { within },
    )
    if (ended === null) return
  } catch (error) {
    await server.kill()
    throw new Error(`${error instanceof Error ? error.message : error}\n${tail(server.log)}`, {
      cause: error,
    })
  }
  throw new Error(`${label} ${ended}\n${tail(server.log)}`)
}

/** Resolves when something accepts a connection, within 3 s. */
export function reachable(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 3000 })
    const end = (error?: Error) => {
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end(new Error(`${host}:${port} does not answer`)))
    socket.once('error', error => end(error))
  })
}

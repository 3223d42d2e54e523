import { createServer } from 'node:net'

/**
 * A free port of the loopback interface, below those that operating systems lend to outgoing connections (32768 and up):
 * a server that is down for a while finds its port free again, and no client in the meantime connects to itself.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 15_000 + Math.floor(Math.random() * 16_000)
    if (!lent.has(port) && (await isFree(port))) {
      lent.add(port)
      return port
    }
  }
  throw new Error('found no free port between 15000 and 31000')
}

/** Not given twice by one process: between the look and the server's start a port still looks free. */
const lent = new Set<number>()

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

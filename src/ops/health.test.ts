import { expect, it, onTestFinished } from 'vitest'
import { silent } from '../ports/logger.ts'
import { type Health, serveHealth } from './health.ts'

const well: Health = {
  state: 'ready',
  roles: ['router'],
  lanes: 2,
  halted: [],
  stuck: [],
  since: '2026-03-02T09:14:00.000Z',
}

async function serve(health: Health) {
  const server = await serveHealth({ host: '127.0.0.1', port: 0, look: () => health, logger: silent })
  onTestFinished(() => server.close())
  return server.address
}

it.each([
  ['ready', well, 200, 200],
  ['starting', { ...well, state: 'starting' }, 200, 503],
  ['halted', { ...well, state: 'not-ready', halted: [{ lane: 'a/b/0', reason: 'why' }] }, 200, 503],
  ['stopping', { ...well, state: 'stopping' }, 200, 503],
  ['stuck', { ...well, stuck: ['a/b/0'] }, 503, 200],
] as const)('a worker that is %s', async (_, health, live, ready) => {
  const address = await serve(health)
  for (const [path, status] of [
    ['live', live],
    ['ready', ready],
  ]) {
    const response = await fetch(`${address}/health/${path}`)
    expect(response.status, `${path}`).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual(health)
  }
})

it.each([
  ['GET', '/', 404],
  ['GET', '/health', 404],
  ['POST', '/health/live', 405],
  ['HEAD', '/health/live', 200],
  ['GET', '/health/live?now', 200],
])('%s %s is %i', async (method, path, status) => {
  expect((await fetch(`${await serve(well)}${path}`, { method })).status).toBe(status)
})

it('rejects when it can not have the port', async () => {
  const { port } = new URL(await serve(well))
  const options = { host: '127.0.0.1', port: Number(port), look: () => well, logger: silent }
  await expect(serveHealth(options)).rejects.toThrow(/EADDRINUSE/)
})

import type { ServerName } from './names.ts'
import { reachable } from './ready.ts'

/** Resolves when at least one of the hosts in an address accepts a connection; asks for no login. */
export async function reach(name: ServerName, address: string): Promise<void> {
  const hosts = hostsOf(name, address)
  // The hosts of such an address are in DNS, where the driver finds them.
  if (hosts.length === 0) return
  await Promise.any(hosts.map(({ host, port }) => reachable(host, port))).catch((error: AggregateError) => {
    throw error.errors[0] ?? error
  })
}

export function hostsOf(
  name: ServerName,
  address: string,
): { readonly host: string; readonly port: number }[] {
  if (name === 'registry') {
    const { hostname, port, protocol } = new URL(address)
    return [{ host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) }]
  }
  if (address.startsWith('mongodb+srv:')) return []
  const hosts = address.replace(/^mongodb:\/\//, '').replace(/[/?].*$/, '')
  return hosts
    .replace(/^.*@/, '')
    .split(',')
    .map(host => {
      const [, alone = host, port] = /^(.*):(\d+)$/.exec(host) ?? []
      return { host: alone.replace(/^\[|\]$/g, ''), port: Number(port ?? (name === 'kafka' ? 9092 : 27_017)) }
    })
}

/** A schema registry of a few lines, over HTTP, that can be told to fail. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeSchema {
  readonly schemaType?: string
  readonly schema: string
  readonly references?: readonly {
    readonly name: string
    readonly subject: string
    readonly version: number
  }[]
}

export interface FakeRegistry {
  readonly url: string
  /** `GET /schemas/ids/7`, in order. */
  readonly requests: string[]
  readonly headers: (string | undefined)[]
  /** Puts a schema under a subject and gives its id. */
  add(subject: string, schema: FakeSchema): number
  /** Instead of any answer: a status, a body, or a connection that is cut or never answered. */
  failWith(failure: { readonly status: number; readonly body?: string } | 'cut' | 'silent' | null): void
  close(): Promise<void>
}

export async function fakeRegistry(): Promise<FakeRegistry> {
  const versions: {
    readonly subject: string
    readonly id: number
    readonly version: number
    readonly schema: FakeSchema
  }[] = []
  const requests: string[] = []
  const headers: (string | undefined)[] = []
  let failure: Parameters<FakeRegistry['failWith']>[0] = null
  const add = (subject: string, schema: FakeSchema) => {
    const id = versions.length + 1
    const version = versions.filter(each => each.subject === subject).length + 1
    versions.push({ subject, id, version, schema })
    return id
  }
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const [, first, second, third, fourth] =
      (request.url ?? '').split('?')[0]?.split('/').map(decodeURIComponent) ?? []
    if (first === 'schemas') {
      const found = versions.find(({ id }) => id === Number(third))
      return found === undefined
        ? [404, { error_code: 40403, message: 'Schema not found' }]
        : [200, found.schema]
    }
    if (first === 'config')
      return [200, request.method === 'PUT' ? { compatibility: 'FULL' } : { compatibilityLevel: 'FULL' }]
    if (first === 'compatibility') return [200, { is_compatible: true }]
    if (first !== 'subjects') return [404, { error_code: 404, message: 'HTTP 404 Not Found' }]
    if (second === undefined) return [200, [...new Set(versions.map(({ subject }) => subject))]]
    const own = versions.filter(({ subject }) => subject === second)
    if (own.length === 0 && request.method === 'GET')
      return [404, { error_code: 40401, message: 'Subject not found' }]
    if (request.method === 'POST') {
      const { schema } = JSON.parse(await textOf(request)) as FakeSchema
      if (third === 'versions') return [200, { id: add(second, { schema }) }]
      const same = own.find(each => each.schema.schema === schema)
      return same === undefined
        ? [404, { error_code: 40403, message: 'Schema not found' }]
        : [200, { ...same, schema }]
    }
    if (fourth === undefined) return [200, own.map(({ version }) => version)]
    const found = fourth === 'latest' ? own.at(-1) : own.find(({ version }) => version === Number(fourth))
    if (found === undefined) return [404, { error_code: 40402, message: 'Version not found' }]
    return [200, { subject: second, id: found.id, version: found.version, ...found.schema }]
  }
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    headers.push(request.headers.authorization)
    if (failure === 'cut') return request.socket.destroy()
    if (failure === 'silent') return
    if (failure !== null) return response.writeHead(failure.status).end(failure.body ?? '')
    answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    headers,
    add,
    failWith: next => {
      failure = next
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

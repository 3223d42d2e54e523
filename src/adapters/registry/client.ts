import { misconfigured, PortError, unavailable } from '../../ports/errors.ts'

/**
 * The few calls of the Confluent Schema Registry REST API that are used, with errors told apart: what waiting may mend
 * (`unavailable`, `timeout`), what somebody must (`configuration`), and what is an answer (not there, not compatible).
 */
export interface RegistryOptions {
  readonly url: string
  readonly auth?: { readonly username: string; readonly password: string } | null
  /** Of one request, ms. */
  readonly timeout?: number
}

export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF'

export interface Reference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface RegisteredSchema {
  readonly type: SchemaType | string
  readonly schema: string
  readonly references: readonly Reference[]
}

export interface SchemaVersion extends RegisteredSchema {
  readonly id: number
  readonly version: number
}

export type Registration =
  | { readonly kind: 'registered'; readonly id: number }
  | { readonly kind: 'incompatible'; readonly reason: string }

export interface RegistryClient {
  /** Null when no schema has the id. */
  schemaById(id: number): Promise<RegisteredSchema | null>
  /** Null when there is no such subject or version. */
  version(subject: string, version: number | 'latest'): Promise<SchemaVersion | null>
  /** All versions of a subject, ascending; none when there is no such subject. */
  versions(subject: string): Promise<readonly number[]>
  /** The version that is this very schema, as text or as the registry compares; null when none is. */
  lookup(subject: string, schema: string): Promise<{ readonly id: number; readonly version: number } | null>
  register(subject: string, schema: string): Promise<Registration>
  /** Against the latest version, under the compatibility set. */
  compatible(
    subject: string,
    schema: string,
  ): Promise<{ readonly compatible: boolean; readonly reason: string }>
  compatibility(subject: string): Promise<string | null>
  setCompatibility(subject: string, level: string): Promise<void>
}

const mediaType = 'application/vnd.schemaregistry.v1+json'
const defaultTimeout = 10_000

export function registryClient({
  url,
  auth = null,
  timeout = defaultTimeout,
}: RegistryOptions): RegistryClient {
  const base = baseOf(url)
  const headers: Record<string, string> = { accept: `${mediaType}, application/json` }
  if (auth !== null)
    headers.authorization = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`

  const ask = async (path: string, method = 'GET', body?: object): Promise<Answer> => {
    const init: RequestInit = { method, headers, signal: AbortSignal.timeout(timeout) }
    if (body !== undefined) {
      init.body = JSON.stringify(body)
      init.headers = { ...headers, 'content-type': mediaType }
    }
    const response = await fetch(`${base}${path}`, init).catch(error => {
      throw unreachable(error, path)
    })
    const text = await response.text().catch(error => {
      throw unreachable(error, path)
    })
    return answerOf(response.status, text, path)
  }

  const subjectPath = (subject: string) => `/subjects/${encodeURIComponent(subject)}`
  const isRegistry = async () => Array.isArray((await ask('/subjects')).body)

  /** Null for what the registry says it doesn't have, which a wrong address must not be taken for. */
  const find = async (path: string, method = 'GET', body?: object): Promise<JsonObject | null> => {
    const answer = await ask(path, method, body)
    if (answer.status === 200) return objectOf(answer, path)
    if (answer.status !== 404) throw refused(answer, path)
    if (!notFoundCodes.has(Number(answer.errorCode)) && !(await isRegistry()))
      throw unavailable(`what answers ${path} with 404 is no schema registry; is the address right?`)
    return null
  }

  return {
    schemaById: async id => {
      const path = `/schemas/ids/${id}`
      const found = await find(path)
      return found === null ? null : registered(found, path)
    },
    version: async (subject, version) => {
      const path = `${subjectPath(subject)}/versions/${version}`
      const found = await find(path)
      if (found === null) return null
      return {
        ...registered(found, path),
        id: numberIn(found, 'id', path),
        version: numberIn(found, 'version', path),
      }
    },
    versions: async subject => {
      const answer = await ask(`${subjectPath(subject)}/versions`)
      if (answer.status === 404 && (notFoundCodes.has(Number(answer.errorCode)) || (await isRegistry())))
        return []
      if (answer.status !== 200 || !Array.isArray(answer.body)) throw refused(answer, '/versions')
      return answer.body.map(Number).sort((one, other) => one - other)
    },
    lookup: async (subject, schema) => {
      const path = subjectPath(subject)
      const found = await find(path, 'POST', { schema })
      return found === null
        ? null
        : { id: numberIn(found, 'id', path), version: numberIn(found, 'version', path) }
    },
    register: async (subject, schema) => {
      const path = `${subjectPath(subject)}/versions`
      const answer = await ask(path, 'POST', { schema })
      if (answer.status === 409) return { kind: 'incompatible', reason: answer.message }
      if (answer.status !== 200) throw refused(answer, path)
      return { kind: 'registered', id: numberIn(objectOf(answer, path), 'id', path) }
    },
    compatible: async (subject, schema) => {
      const path = `/compatibility${subjectPath(subject)}/versions/latest?verbose=true`
      const found = await find(path, 'POST', { schema })
      if (found === null) return { compatible: true, reason: '' }
      // Confluent gives a list of messages, Apicurio one reason.
      const messages = Array.isArray(found.messages) ? found.messages.map(String) : []
      const reason = typeof found.reason === 'string' ? found.reason : messages.join('; ')
      return { compatible: found.is_compatible === true, reason }
    },
    compatibility: async subject => {
      const found = await find(`/config/${encodeURIComponent(subject)}`)
      return typeof found?.compatibilityLevel === 'string' ? found.compatibilityLevel : null
    },
    setCompatibility: async (subject, compatibility) => {
      const path = `/config/${encodeURIComponent(subject)}`
      const answer = await ask(path, 'PUT', { compatibility })
      if (answer.status !== 200) throw refused(answer, path)
    },
  }
}

type JsonObject = Readonly<Record<string, unknown>>

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly errorCode: unknown
  readonly message: string
}

/** Subject, version, schema not found. A proxy's own 404 has none of these. */
const notFoundCodes: ReadonlySet<number> = new Set([40401, 40402, 40403])

function baseOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw misconfigured('the schema registry has no http(s) address; set SCHEMA_REGISTRY_URL')
  const { username, password } = new URL(url)
  if (username !== '' || password !== '')
    throw misconfigured(
      "the schema registry's address holds a name or password; set SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD",
    )
  return url.replace(/\/+$/, '')
}

function unreachable(error: unknown, path: string): PortError {
  const name = error instanceof Error ? error.name : ''
  if (name === 'TimeoutError')
    return new PortError('timeout', `the schema registry gave no answer in time to ${path}`, {
      cause: error,
      retryable: true,
    })
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  return unavailable(`the schema registry can't be reached: ${cause}`, error)
}

/** Throws for what neither is an answer to the question nor ever will be. */
function answerOf(status: number, text: string, path: string): Answer {
  let body: unknown = null
  try {
    body = JSON.parse(text)
  } catch {
    // Told by its status alone.
  }
  const said = typeof body === 'object' && body !== null ? (body as JsonObject) : {}
  const answer = {
    status,
    body,
    errorCode: said.error_code,
    message: String(said.message ?? '').slice(0, 500),
  }
  if (status === 401 || status === 403) {
    throw misconfigured(
      `the schema registry refuses us (${status}) at ${path}; check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD`,
    )
  }
  if (status >= 500 || status === 429 || status === 408)
    throw unavailable(`the schema registry answers ${status} to ${path}: ${answer.message}`)
  return answer
}

function objectOf({ body }: Answer, path: string): JsonObject {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw noRegistry(path)
  return body as JsonObject
}

/** A page of a proxy's, most often: it may be gone again soon. */
function noRegistry(path: string): PortError {
  return unavailable(`what answers ${path} does not speak as a schema registry does; is the address right?`)
}

function refused({ status, message }: Answer, path: string): PortError {
  if (status === 200) return noRegistry(path)
  return misconfigured(`the schema registry answers ${status} to ${path}: ${message}`)
}

function registered(found: JsonObject, path: string): RegisteredSchema {
  const { schema, schemaType = 'AVRO', references } = found
  if (typeof schema !== 'string') throw noRegistry(path)
  return {
    type: String(schemaType),
    schema,
    references: Array.isArray(references) ? (references as Reference[]) : [],
  }
}

function numberIn(found: JsonObject, name: string, path: string): number {
  const value = found[name]
  if (typeof value !== 'number') throw noRegistry(path)
  return value
}

import { misconfigured, PortError, unavailable } from '../../ports/errors.ts'

/** Errors of the protocol that go on until somebody changes something, by their names, and what that is. */
const refusals: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'this user may not use the topic; give it the right to',
  GROUP_AUTHORIZATION_FAILED: 'this user may not use the group; give it the right to',
  CLUSTER_AUTHORIZATION_FAILED:
    'this user may not do this on the cluster; give it the right to (IdempotentWrite)',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'this user may not write that way',
  SASL_AUTHENTICATION_FAILED: 'the brokers do not take the name and password',
  UNSUPPORTED_SASL_MECHANISM: 'the brokers ask for another way to log in',
  ILLEGAL_SASL_STATE: 'the brokers ask for another way to log in',
  INVALID_TOPIC_EXCEPTION: 'that is no name for a topic',
  MESSAGE_TOO_LARGE: "a record is larger than the topic's max.message.bytes",
  RECORD_LIST_TOO_LARGE: "records are larger than the topic's segments",
  INVALID_RECORD: 'the brokers refuse a record (a compacted topic needs keys)',
  INVALID_TIMESTAMP: 'the brokers refuse the time of a record',
  INVALID_SESSION_TIMEOUT: 'the brokers do not take that session timeout',
  INVALID_GROUP_ID: 'that is no name for a group',
  INCONSISTENT_GROUP_PROTOCOL: 'members of another kind are in the group',
  UNSUPPORTED_VERSION: 'the brokers are too old, or too new, for this client',
  POLICY_VIOLATION: "the cluster's own rules forbid it",
  SECURITY_DISABLED: 'the brokers have no access control',
}

/** Of TLS: https://nodejs.org/api/tls.html#x509-certificate-error-codes, as kafkajs leaves them in messages. */
const untrusted = /certificate|self[- ]signed|altnames|unable to verify|wrong version number|SSL routines/i

/** What lies behind a failure of TLS, the first that fits. */
const tlsCauses: readonly (readonly [said: RegExp, cause: string])[] = [
  [/\balert\b/i, 'they want a certificate of ours, or another than it is'],
  [/wrong version number|packet length too long/i, 'what listens there is not encrypted'],
  [/altnames/i, 'their certificate is for another address'],
  [/expired|not yet valid/i, 'their certificate is of another time'],
  [/unable to|self[- ]signed/i, 'we do not know the authority that vouches for theirs'],
]

/** In one line: OpenSSL's own words come with addresses, files and a line break. */
function tlsInWords(message: string): string {
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message
  const [first = ''] = reason.replace(/^Connection error: /, '').split(/;|\n/)
  const cause = tlsCauses.find(([said]) => said.test(reason))?.[1]
  return cause === undefined ? ` (${first.trim()})` : `: ${cause} (${first.trim()})`
}

/** What a call of kafkajs failed with, in the port's words. `retriable` on its errors says nothing: names and types do. */
export function portError(what: string, error: unknown): PortError {
  if (error instanceof PortError) return error
  const causes = causesOf(error)
  const said = causes.map(messageOf)
  for (const cause of causes) {
    const type = textOf(cause, 'type')
    const refusal = type === undefined ? undefined : refusals[type]
    if (refusal !== undefined) return misconfigured(`${what}: ${refusal} (${messageOf(cause)})`, error)
    if (textOf(cause, 'name') === 'KafkaJSSASLAuthenticationError')
      return misconfigured(`${what}: ${refusals.SASL_AUTHENTICATION_FAILED} (${messageOf(cause)})`, error)
  }
  const certificate = said.find(message => untrusted.test(message))
  if (certificate !== undefined)
    return misconfigured(`${what}: no encrypted connection to the brokers${tlsInWords(certificate)}`, error)
  const bug = causes.find(cause => bugs.has(textOf(cause, 'name') ?? ''))
  if (bug !== undefined)
    return new PortError('corrupt', `${what}: the client failed (${messageOf(bug)})`, {
      cause: error,
      retryable: false,
    })
  // kafkajs swallows why; brokers that are just starting answer so too.
  const noGroup = causes.some(cause => textOf(cause, 'name') === 'KafkaJSGroupCoordinatorNotFound')
  const hint = noGroup ? ' (not there yet, or this user may not use the group)' : ''
  const message = `${what}: ${said[0] ?? String(error)}${hint}`
  if (causes.some(cause => textOf(cause, 'name') === 'KafkaJSRequestTimeoutError'))
    return new PortError('timeout', message, { cause: error, retryable: true })
  return unavailable(message, error)
}

/** Whether the error, or what caused it, is of this type of the protocol. */
export function isType(error: unknown, type: string): boolean {
  return causesOf(error).some(cause => textOf(cause, 'type') === type)
}

const rebalances = [
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'NOT_COORDINATOR_FOR_GROUP',
  'UNKNOWN_MEMBER_ID',
] as const

/** Whether kafkajs answers the error by joining the group again. */
export function isRebalance(error: unknown): boolean {
  return rebalances.some(type => isType(error, type))
}

const bugs: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'])

/** The error and what caused it, outermost first; an aggregate's parts too. */
function causesOf(error: unknown, depth = 8): object[] {
  if (typeof error !== 'object' || error === null || depth === 0) return []
  const parts = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  return [
    error,
    ...[...parts, 'cause' in error ? error.cause : null].flatMap(part => causesOf(part, depth - 1)),
  ]
}

function textOf(error: object, field: string): string | undefined {
  const value: unknown = (error as Record<string, unknown>)[field]
  return typeof value === 'string' ? value : undefined
}

function messageOf(error: object): string {
  return textOf(error, 'message') ?? String(error)
}

import {
  MongoAPIError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoParseError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb'
import { misconfigured, PortError, unavailable } from '../../ports/errors.ts'
import { misconfiguring, passing, refusing, serverCode, tooLarge } from './codes.ts'

/**
 * What the driver threw, as a `PortError` that says what to do; what is no error of the driver, as it is. `place` names
 * the server. The driver's error itself goes no further: it may hold the documents it was about.
 */
export function portError(error: unknown, place: string): unknown {
  if (error instanceof PortError) return error
  if (isTooLarge(error)) return corrupt(`${place}: a document is larger than 16 MiB`, error)
  if (!(error instanceof MongoError)) {
    const fault = systemFault(error)
    if (fault !== null) return unavailable(`${place} can't be reached: ${fault}`, trace(error))
    return isBsonError(error) ? corrupt(`${place}: ${told(error)}`, error) : error
  }
  if (error.name === 'MongoWaitQueueTimeoutError' || error instanceof MongoNetworkTimeoutError)
    return new PortError('timeout', `${place} answers too late: ${told(error)}`, {
      cause: trace(error),
      retryable: true,
    })
  // Thrown while a handle connects or a server leaves the set; a closed handle throws others.
  if (error instanceof MongoTopologyClosedError || error instanceof MongoServerClosedError)
    return unavailable(`${place} can't be reached: ${told(error)}`, trace(error))
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError)
    return unavailable(`${place} can't be reached: ${told(error)}`, trace(error))
  if (error instanceof MongoServerError) return serverError(error, place)
  if (error instanceof MongoParseError || error instanceof MongoAPIError)
    return misconfigured(`${place}: ${told(error)}`, trace(error))
  return unavailable(`${place}: ${told(error)}`, trace(error))
}

function serverError(error: MongoServerError, place: string): PortError {
  const code = codeOf(error)
  switch (code) {
    case serverCode.authenticationFailed:
    case serverCode.atlas:
      return misconfigured(`${place} refuses the name or password of its address`, trace(error))
    case serverCode.unauthorized:
      return misconfigured(`${place} doesn't allow it: ${told(error)}`, trace(error))
    case serverCode.illegalOperation:
      return misconfigured(
        `${place} has no transactions: a replica set is needed (one node is enough), or mongos`,
        trace(error),
      )
    case serverCode.notSupportedInTransaction:
      return misconfigured(`${place}: ${told(error)}; make the collections first`, trace(error))
    case serverCode.maxTimeExpired:
      return new PortError('timeout', `${place} takes too long`, { cause: trace(error), retryable: true })
    // A bulk write wraps whatever stopped it, connection errors too, which have no code.
    case null:
      return unavailable(`${place} can't be reached: ${told(error)}`, trace(error))
    default:
      if (passing.has(code) || isTransient(error) || passingLabels.some(label => hasLabel(error, label)))
        return unavailable(`${place} can't do it now: ${told(error)}`, trace(error))
      if (misconfiguring.has(code)) return misconfigured(`${place}: ${told(error)}`, trace(error))
      return corrupt(`${place}: ${told(error)} (code ${code})`, error)
  }
}

/** By which the server says itself that it passes; newer ones have more codes than are known here. */
const passingLabels = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError']

/** Whether `portError` only takes it to be for good because nobody knows its code. See `Doubt`. */
export function isUnknown(error: unknown): boolean {
  const code = codeOf(error)
  if (code === null || refusing.has(code) || tooLarge.has(code)) return false
  return serverError(error as MongoServerError, '').code === 'corrupt'
}

/** The transaction left no trace and may be begun again. */
export function isTransient(error: unknown): boolean {
  return hasLabel(error, 'TransientTransactionError') || codeOf(error) === serverCode.writeConflict
}

export function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label)
}

/** The server's code; null for an error of the driver's own. */
export function codeOf(error: unknown): number | null {
  if (!(error instanceof MongoServerError)) return null
  const { code } = error
  return typeof code === 'number' && code > 0 ? code : null
}

export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code !== null) return tooLarge.has(code)
  // The driver measures some documents itself, and runs out of its buffer for others.
  if (error instanceof RangeError) return 'code' in error && error.code === 'ERR_OUT_OF_RANGE'
  return error instanceof MongoAPIError && /larger than the maximum|exceeds maximum BSON/i.test(error.message)
}

/** One line without documents: a refused command is repeated, with all it held, in the server's message. */
function told(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.split('\n')
  return withoutLogin(line.replace(/(to execute command \{ \w+).*$/, '$1 … }')).slice(0, 300)
}

export function withoutLogin(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/)[^/\s]*@/g, '$1')
}

/** Name, code and line of an error, and where it came from. */
function trace(error: unknown): Error {
  const lean = new Error(told(error))
  if (!(error instanceof Error)) return lean
  lean.name = error.name
  lean.stack = `${error.name}: ${lean.message}\n${(error.stack ?? '').split('\n').filter(isFrame).join('\n')}`
  return lean
}

function isFrame(line: string): boolean {
  return /^\s+at /.test(line)
}

function corrupt(message: string, error: unknown): PortError {
  return new PortError('corrupt', message, { cause: trace(error), retryable: false })
}

/** Names that don't resolve and the like come as Node's own errors. */
function systemFault(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error
    ? `${error.syscall} ${error.code}`
    : null
}

function isBsonError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('BSON')
}

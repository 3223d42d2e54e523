/**
 * What an adapter may throw. Everything expected (a lost guard, a poison record) is a return value instead.
 * `retryable` errors are waited out, loudly and without end; the others stop the lane or the process.
 */
export const portErrorCodes = ['unavailable', 'timeout', 'configuration', 'corrupt', 'locked'] as const
export type PortErrorCode = (typeof portErrorCodes)[number]

export class PortError extends Error {
  readonly code: PortErrorCode
  readonly retryable: boolean

  constructor(code: PortErrorCode, message: string, options: { cause?: unknown; retryable: boolean }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'PortError'
    this.code = code
    this.retryable = options.retryable
  }
}

/** The server behind a port can't be reached or answered too late: wait and do the same again. */
export function unavailable(message: string, cause?: unknown): PortError {
  return new PortError('unavailable', message, { cause, retryable: true })
}

/** Somebody has to change something before this can work. The message says what. */
export function misconfigured(message: string, cause?: unknown): PortError {
  return new PortError('configuration', message, { cause, retryable: false })
}

export function isRetryable(error: unknown): boolean {
  return error instanceof PortError && error.retryable
}

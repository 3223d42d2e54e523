import { misconfigured, PortError, unavailable } from '../../ports/errors.ts'

/** Primary result codes: https://www.sqlite.org/rescode.html */
const resultCode = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
} as const

/** What SQLite threw, as a `PortError`; what others threw, as it is. `path` is the file the message names. */
export function portError(error: unknown, path: string): unknown {
  const code = primaryCode(error)
  if (code === null) return error
  const why = error instanceof Error ? error.message : String(error)
  switch (code) {
    case resultCode.busy:
    case resultCode.locked:
      return unavailable(`${path} is being written by another process`, error)
    // A full disk is waited out like a server that is away: nothing of the transaction was written.
    case resultCode.full:
    case resultCode.inputOutput:
      return unavailable(`${path} can't be written or read now: ${why}`, error)
    case resultCode.permission:
    case resultCode.readOnly:
    case resultCode.cannotOpen:
    case resultCode.tooBig:
      return misconfigured(`${path}: ${why}`, error)
    default:
      return new PortError('corrupt', `${path}: ${why}`, { cause: error, retryable: false })
  }
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === resultCode.busy
}

/** The low byte; the higher ones say more about the same thing. */
function primaryCode(error: unknown): number | null {
  const extended = error instanceof Error && 'errcode' in error ? error.errcode : null
  return typeof extended === 'number' ? extended & 0xff : null
}

import { PortError } from '../ports/errors.ts'
import { Failure } from './failure.ts'

/** One line for people: what failed and what to do next. What nobody expected comes with its stack, to be reported. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: 1 | 2 } {
  if (error instanceof Failure) {
    return { message: error.message.split('\n').join('\nreferral-router: '), exitCode: error.exitCode }
  }
  if (error instanceof PortError) return { message: `${error.message}${adviceFor(error)}`, exitCode: 1 }
  if (error instanceof Error && 'syscall' in error) return { message: error.message, exitCode: 1 }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { message: `a bug, please report it: ${told}`, exitCode: 1 }
}

function adviceFor({ code, message }: PortError): string {
  if (/there is no data folder|holds nothing yet|start a worker/.test(message))
    return '; name one that a worker, simulate or demo has made, with --data'
  switch (code) {
    case 'locked':
      return '; stop it first, or name another folder with --data'
    case 'unavailable':
    case 'timeout':
      return '; try again'
    case 'corrupt':
      return '; restore the folder from a backup, or name another with --data'
    case 'configuration':
      return ''
  }
}

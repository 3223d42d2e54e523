import { PortError } from '../ports/errors.ts'
import { Failure } from './failure.ts'

/** One line for people: what failed and what to do next. What nobody expected comes with its stack, to be reported. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: 1 | 2 } {
  if (error instanceof Failure) {
    return { message: error.message.split('\n').join('\nreferral-router: '), exitCode: error.exitCode }
  }
  if (error instanceof PortError) return { message: `${error.message}${adviceFor(error)}`, exitCode: 1 }
  if (error instanceof Error && 'syscall' in error)
    return { message: `${error.message}${nextFor(error)}`, exitCode: 1 }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { message: `a bug, please report it: ${told}`, exitCode: 1 }
}

function adviceFor({ code, message }: PortError): string {
  if (/there is no data folder|holds nothing yet/.test(message))
    return '; name one that a worker, simulate or demo has made, with --data'
  if (/can't be made$/.test(message)) return '; name a folder that can, with --data'
  switch (code) {
    case 'locked':
      return '; stop it first, or name another folder with --data'
    case 'unavailable':
    case 'timeout':
      return `; see that it runs${variableFor(message)}, then try again`
    case 'corrupt':
      return '; restore the folder from a backup, or name another with --data'
    case 'configuration':
      return ''
  }
}

/** The environment's name for the server that a message speaks of. */
function variableFor(message: string): string {
  const variable = /broker/i.test(message)
    ? 'KAFKA_BROKERS'
    : /MongoDB/.test(message)
      ? 'MONGODB_URI'
      : /schema registry/.test(message)
        ? 'SCHEMA_REGISTRY_URL'
        : null
  if (variable === null) return ''
  // So does a broker to whoever comes without encryption to an encrypted port, or the other way round.
  const isHungUp = variable === 'KAFKA_BROKERS' && /closed connection|before secure TLS/i.test(message)
  return isHungUp
    ? `, that ${variable} names it, and that KAFKA_SSL says whether it is encrypted`
    : ` and that ${variable} names it`
}

/** Of the file system. */
function nextFor(error: Error): string {
  const path = 'path' in error && typeof error.path === 'string' ? error.path : null
  if (path === null) return ''
  switch ('code' in error ? error.code : null) {
    case 'ENOTDIR':
      return '; part of that path is a file: name another folder'
    case 'EEXIST':
      return '; there is a file of that name: name a folder'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return '; name a place where you may write, or have the rights changed'
    case 'ENOSPC':
      return '; make room, then try again'
    case 'ENOENT':
      return '; name one that is there'
    default:
      return ''
  }
}

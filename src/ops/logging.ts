import { type DestinationStream, destination, pino } from 'pino'
import type { Logger } from '../ports/logger.ts'
import type { LogLevel } from './config.ts'
import { redact } from './redaction.ts'

export interface LoggingOptions {
  readonly level: LogLevel
  /** Standard error unless given: standard output is for results. */
  readonly to?: DestinationStream
}

/** One JSON object a line: `level`, `time` (RFC 3339), `event` and the event's fields, without people's data. */
export function createLogger({ level, to }: LoggingOptions): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // `redact` has made plain objects of errors by then.
      serializers: { err: error => error },
      formatters: {
        level: label => ({ level: label }),
        log: fields => redact(fields) as Record<string, unknown>,
      },
    },
    // Written at once: a process that is killed has said what it said.
    to ?? destination({ dest: 2, sync: true }),
  )
}

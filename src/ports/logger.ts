/** Structured logging: fields first, then one event name. pino fits as it is. */
export interface Logger {
  debug(fields: object, event: string): void
  info(fields: object, event: string): void
  warn(fields: object, event: string): void
  error(fields: object, event: string): void
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

import type { Logger } from '../../../src/ports/logger.ts'

export interface Line {
  /** ms, of any origin. */
  readonly at: number
  readonly level: keyof Logger
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A log that is kept, to see what an operator is told. */
export class Lines implements Logger {
  readonly all: Line[] = []

  debug(fields: object, event: string): void {
    this.#keep('debug', fields, event)
  }

  info(fields: object, event: string): void {
    this.#keep('info', fields, event)
  }

  warn(fields: object, event: string): void {
    this.#keep('warn', fields, event)
  }

  error(fields: object, event: string): void {
    this.#keep('error', fields, event)
  }

  /** What was waited for, and why, a text each. */
  waits(): string[] {
    return this.of('waiting').map(({ what, error }) => `${what}: ${error}`)
  }

  /** Why, by lane. A lane that halted twice stands with the last. */
  halts(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.of('lane-halted').map(({ lane, reason }) => [String(lane), String(reason)]),
    )
  }

  of(event: string): Line['fields'][] {
    return this.all.filter(line => line.event === event).map(({ fields }) => fields)
  }

  #keep(level: Line['level'], fields: object, event: string): void {
    this.all.push({ at: Math.round(performance.now()), level, event, fields: { ...fields } })
  }
}

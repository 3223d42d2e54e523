/** What a command can't do, in one line that says what to do next. Ends the process with `exitCode`, without a stack. */
export class Failure extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** Something is wrong with what was typed. */
export function wrongUsage(message: string): Failure {
  return new Failure(message, 2)
}

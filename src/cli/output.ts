import { styleText } from 'node:util'
import { endWaiting } from './waiting.ts'

/** Results go to standard output, everything else to standard error. */
let gone: 'exit' | 'go-on' = 'exit'

/**
 * When whoever reads our output has gone (`… | head -3`), there is nobody left to tell: end quietly, with success.
 * `go-on` is for what does its work whoever looks on.
 */
export function whenReaderLeaves(what: 'exit' | 'go-on'): void {
  gone = what
}

export function surviveClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (gone === 'exit') process.exit(0)
  })
  process.stderr.on('error', () => undefined)
}

export function print(text: string): void {
  endWaiting()
  process.stdout.write(`${text}\n`)
}

/** Resolves when more may be written: for output of any length. */
export async function printLine(text: string): Promise<void> {
  endWaiting()
  if (process.stdout.write(`${text}\n`)) return
  await new Promise<void>(resolve => process.stdout.once('drain', resolve))
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** Beside the result: on standard error, wherever that goes. */
export function tell(text: string): void {
  endWaiting()
  process.stderr.write(`${text}\n`)
}

/** For people at a terminal: progress and hints. Nothing when standard error goes elsewhere. */
export function hint(text: string): void {
  if (!process.stderr.isTTY) return
  endWaiting()
  process.stderr.write(`${text}\n`)
}

export type Style = Parameters<typeof styleText>[0]

/** Colours for a terminal alone, and not where NO_COLOR is set. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true })
}

/** Columns of the terminal, null when the output goes elsewhere and may be as wide as it likes. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns || 80 : null
}

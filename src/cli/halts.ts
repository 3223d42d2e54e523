import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A lane that takes nothing more until the next start, and why. */
export interface Halt {
  readonly lane: string
  readonly reason: string
}

/** Beside `worker.pid`: the lanes of the worker that started last. Kept when it ends, for whoever asks what happened. */
const fileName = 'halted.json'

/** A start tries every lane again. */
export function forgetHalts(directory: string): void {
  rmSync(join(directory, fileName), { force: true })
}

/** Replaces the file at once: whoever reads it meanwhile reads the one before. */
export function writeHalts(directory: string, halts: readonly Halt[]): void {
  const path = join(directory, fileName)
  writeFileSync(`${path}.new`, `${JSON.stringify(halts)}\n`)
  renameSync(`${path}.new`, path)
}

export function readHalts(directory: string): Halt[] {
  let text: string
  try {
    text = readFileSync(join(directory, fileName), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return JSON.parse(text)
}

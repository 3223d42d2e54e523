import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** Committed files that a script writes. */
export interface Generated {
  /** From the repository's root. */
  readonly script: string
  readonly folder: URL
  /** Name → text, the same on every machine. */
  files(): ReadonlyMap<string, string>
  /** Whether nothing else may lie in the folder. */
  readonly alone: boolean
  /** Why what this machine writes can't be held against the committed file; null when it can. */
  incomparable?(file: string): string | null
}

/** What is committed and differs, is missing, or is there for no reason. */
export function staleFiles({ folder, files, alone, incomparable }: Generated): string[] {
  const wanted = files()
  const there = readdirSync(folder)
  const differing = [...wanted].filter(
    ([file, text]) =>
      (incomparable?.(file) ?? null) === null &&
      (!there.includes(file) || readFileSync(new URL(file, folder), 'utf8') !== text),
  )
  const extra = alone ? there.filter(file => !wanted.has(file)) : []
  return [...differing.map(([file]) => file), ...extra]
}

/** Writes the files; with `--check` writes nothing and exits 1 when one is not what it would write, 2 when it fails. */
export function runScript(generated: Generated): void {
  try {
    const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
    mkdirSync(generated.folder, { recursive: true })
    if (values.check) check(generated)
    else for (const [file, text] of generated.files()) writeFileSync(new URL(file, generated.folder), text)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}

function check(generated: Generated): void {
  for (const file of generated.files().keys()) {
    const reason = generated.incomparable?.(file) ?? null
    if (reason !== null) console.error(`${file}: not checked, ${reason}`)
  }
  const stale = staleFiles(generated)
  for (const file of stale) console.error(`${file}: not current, run node ${generated.script}`)
  if (stale.length > 0) process.exitCode = 1
}

import type * as Sqlite from 'node:sqlite'
import { misconfigured } from '../../ports/errors.ts'

/**
 * Node's SQLite, loaded when first asked for: some releases of Node print an ExperimentalWarning while loading it.
 * That one warning is kept off the user's screen; every other passes.
 */
export function loadSqlite(): typeof Sqlite {
  const emitWarning = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!isSqliteWarning(warning, rest[0])) Reflect.apply(emitWarning, process, [warning, ...rest])
  }) as typeof process.emitWarning
  try {
    const sqlite: typeof Sqlite | undefined = process.getBuiltinModule?.('node:sqlite')
    if (sqlite === undefined)
      throw misconfigured(`an embedded data folder needs Node 24, this is ${process.version}`)
    return sqlite
  } finally {
    process.emitWarning = emitWarning
  }
}

/** `kind` is the second argument of `process.emitWarning`: a name, or options with a `type`. */
export function isSqliteWarning(warning: string | Error, kind: unknown): boolean {
  const name =
    typeof kind === 'object' && kind !== null && 'type' in kind
      ? kind.type
      : (kind ?? (warning instanceof Error ? warning.name : undefined))
  return name === 'ExperimentalWarning' && String(warning).includes('SQLite')
}

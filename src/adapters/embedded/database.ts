import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { misconfigured } from '../../ports/errors.ts'
import { applicationId, schemaVersion, tables, upgrades } from './schema.ts'
import { loadSqlite } from './sqlite.ts'
import { portError } from './sqlite-errors.ts'

/** `full`: what was acknowledged survives a power cut. `off`: for simulations, whose folder can be made again. */
export type Synchronous = 'full' | 'off'

export interface DatabaseOptions {
  readonly synchronous?: Synchronous
  /** For a reader beside a worker: the folder must exist, and nothing is made or changed. */
  readonly readOnly?: boolean
  /** How long, in ms, the thread waits for another process's transaction before the call is `unavailable`. */
  readonly busyTimeout?: number
}

type Value = SQLInputValue

/**
 * One connection to a folder's `router.db`. All of it is synchronous, so that a transaction can't be left open across
 * an `await`; errors are `PortError`s. Statements are prepared once per text.
 */
export interface Database {
  readonly path: string
  readonly readOnly: boolean
  all<Row>(sql: string, ...values: readonly Value[]): Row[]
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined
  /** Rows one at a time, until `visit` returns false. */
  scan<Row>(sql: string, values: readonly Value[], visit: (row: Row) => boolean): void
  /** Returns the number of rows changed. */
  run(sql: string, ...values: readonly Value[]): number
  /** `change` in a transaction that no other writer overlaps; kept if `keep` says so of its result, else undone. */
  write<T>(change: () => T, keep?: (result: T) => boolean): T
  /**
   * The same without waiting for the disk, for what can be had again (hints, sent marks): a power cut may take it back,
   * but only together with everything later.
   */
  writeLazily<T>(change: () => T): T
  close(): void
}

export const databaseName = 'router.db'

/**
 * Opens or makes `directory/router.db`.
 * @throws PortError `configuration` when a newer version wrote it or there is nothing to read, `corrupt` when it is
 * not a database.
 */
export function openDatabase(directory: string, options: DatabaseOptions = {}): Database {
  const { synchronous = 'full', readOnly = false, busyTimeout = 5_000 } = options
  const path = join(directory, databaseName)
  if (readOnly && !existsSync(path)) throw misconfigured(`there is no data folder at ${directory}`)
  const native = open(path, directory, readOnly, busyTimeout)
  const database = wrap(native, path, readOnly, synchronous)
  try {
    if (!readOnly) native.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL')
    native.exec(`PRAGMA synchronous = ${synchronous}; ${tuning}`)
    prepareSchema(database, native)
  } catch (error) {
    native.close()
    throw portError(error, path)
  }
  return database
}

// Measured, see docs/decisions/003: the cache holds a batch of a few thousand rows without spilling, and a page that
// many transactions touch is copied from the log to the file once in 32 MiB instead of once in 4.
const tuning = `PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864`

function open(path: string, directory: string, readOnly: boolean, timeout: number): DatabaseSync {
  const { DatabaseSync } = loadSqlite()
  try {
    if (!readOnly) mkdirSync(directory, { recursive: true })
    return new DatabaseSync(path, { readOnly, timeout })
  } catch (error) {
    const why = portError(error, path)
    throw why === error ? misconfigured(`${directory} can't be made`, error) : why
  }
}

function prepareSchema(database: Database, native: DatabaseSync): void {
  const found = () => ({
    version: database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0,
    application: database.get<{ application_id: number }>('PRAGMA application_id')?.application_id ?? 0,
  })
  const { version, application } = found()
  if (application !== 0 && application !== applicationId)
    throw misconfigured(`${database.path} belongs to another program`)
  if (version > schemaVersion)
    throw misconfigured(
      `${database.path} was written by a newer version (layout ${version}, this one knows ${schemaVersion})`,
    )
  if (version === schemaVersion) return
  if (database.readOnly)
    throw misconfigured(
      version === 0
        ? `${database.path} holds nothing yet`
        : `${database.path} was written by an older version: start a worker on it once`,
    )
  database.write(() => {
    // Another process may have been faster.
    const { version } = found()
    if (version === schemaVersion) return
    if (version === 0) for (const table of tables) native.exec(table)
    else for (let each = version; each < schemaVersion; each += 1) native.exec(upgrades.get(each) ?? '')
    native.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`)
  })
}

function wrap(native: DatabaseSync, path: string, readOnly: boolean, synchronous: Synchronous): Database {
  const statements = new Map<string, StatementSync>()
  let inTransaction = false

  const statement = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const prepared = native.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }

  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw portError(error, path)
    }
  }

  function transaction<T>(change: () => T, keep: (result: T) => boolean): T {
    if (inTransaction) throw new Error('transactions are never nested')
    guarded(() => statement('BEGIN IMMEDIATE').run())
    inTransaction = true
    try {
      const result = change()
      guarded(() => statement(keep(result) ? 'COMMIT' : 'ROLLBACK').run())
      return result
    } catch (error) {
      // Some errors (a full disk) have undone it already.
      if (native.isTransaction) native.exec('ROLLBACK')
      throw error
    } finally {
      inTransaction = false
    }
  }

  return {
    path,
    readOnly,
    all: (sql, ...values) => guarded(() => statement(sql).all(...values)) as never,
    get: (sql, ...values) => guarded(() => statement(sql).get(...values)) as never,
    scan: (sql, values, visit) =>
      guarded(() => {
        for (const row of statement(sql).iterate(...values)) if (!visit(row as never)) return
      }),
    run: (sql, ...values) => guarded(() => Number(statement(sql).run(...values).changes)),
    write: (change, keep = () => true) => transaction(change, keep),
    writeLazily: change => {
      if (synchronous === 'off') return transaction(change, () => true)
      native.exec('PRAGMA synchronous = normal')
      try {
        return transaction(change, () => true)
      } finally {
        native.exec(`PRAGMA synchronous = ${synchronous}`)
      }
    },
    close: () => {
      if (!native.isOpen) return
      try {
        // The last one to close leaves a single file behind; beside others this does what it can.
        if (!readOnly) guarded(() => native.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
      } finally {
        statements.clear()
        native.close()
      }
    },
  }
}

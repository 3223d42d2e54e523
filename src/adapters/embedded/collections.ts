import { misconfigured } from '../../ports/errors.ts'
import type { Catalogue, CollectionMap, Index } from '../../ports/store.ts'
import type { Database } from './database.ts'
import { reservedNames } from './schema.ts'

export interface Collection {
  /** The table, quoted. */
  readonly table: string
  readonly indexes: readonly Index[]
  /** Statements, made once: building a text for every row costs as much as finding it prepared. */
  readonly insert: string
  readonly put: string
  readonly replace: string
  readonly remove: string
  readonly get: string
  /** Removes up to so many documents whose time is up; null where none expire. */
  readonly expire: string | null
}

const expiry: Index = ['removeAt']

const collectionName = /^[a-z]\w*$/i
const fieldPath = /^[a-z_]\w*(\.[a-z_]\w*)*$/i

/** The expression a field is indexed and queried by. Both must be written alike, or SQLite won't use the index. */
export function columnOf(field: string): string {
  return field === '_id' ? 'id' : `json_extract(document, '$.${field}')`
}

/**
 * One table per collection and the indexes of the catalogue, made if missing. An index that the catalogue no longer has
 * stays: another process may be running on an older catalogue.
 * @throws PortError `configuration` for a name that can't be one, or a read-only file without a collection
 */
export function openCollections<C extends CollectionMap>(
  database: Database,
  catalogue: Catalogue<C>,
): ReadonlyMap<string, Collection> {
  const present = new Set(
    database
      .all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')`)
      .map(({ name }) => name),
  )
  const missing: string[] = []
  const collections = new Map<string, Collection>()
  for (const [name, { indexes, expires = false }] of Object.entries(catalogue)) {
    if (!collectionName.test(name) || reservedNames.has(name))
      throw misconfigured(`a collection can't be named ${JSON.stringify(name)}`)
    collections.set(name, collectionOf(name, indexes, expires))
    if (!present.has(name)) missing.push(tableOf(name))
    for (const index of expires ? [...indexes, expiry] : indexes)
      if (!present.has(indexName(name, index))) missing.push(indexOf(name, index))
  }
  if (missing.length > 0 && !database.readOnly)
    database.write(() => {
      for (const statement of missing) database.run(statement)
    })
  for (const name of collections.keys())
    if (database.readOnly && !present.has(name))
      throw misconfigured(`${database.path} has no ${name} yet: start a worker on it once`)
  return collections
}

function collectionOf(name: string, indexes: readonly Index[], expires: boolean): Collection {
  const table = `"${name}"`
  const removeAt = columnOf('removeAt')
  const row = `INSERT INTO ${table} (id, document, version) VALUES (?, ?, ?) ON CONFLICT DO`
  return {
    table,
    indexes,
    insert: `${row} NOTHING`,
    put: `${row} UPDATE SET document = excluded.document, version = excluded.version`,
    replace: `UPDATE ${table} SET document = ?, version = ? WHERE id = ? AND version = ?`,
    remove: `DELETE FROM ${table} WHERE id = ?`,
    get: `SELECT id, document FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
    // Texts alone are due: SQLite orders numbers before every text.
    expire: expires
      ? `DELETE FROM ${table} WHERE rowid IN
          (SELECT rowid FROM ${table} WHERE ${removeAt} > '' AND ${removeAt} <= ? LIMIT ?)`
      : null,
  }
}

// A table by rowid with the ids in an index: rows are large, and a B-tree of them by id took 3 times as long to fill.
function tableOf(name: string): string {
  return `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY NOT NULL, document TEXT NOT NULL, version INTEGER)`
}

function indexName(collection: string, index: Index): string {
  return `${collection} by ${index.join(', ')}`
}

function indexOf(collection: string, index: Index): string {
  for (const field of index)
    if (!fieldPath.test(field))
      throw misconfigured(`${JSON.stringify(field)} of ${collection} can't be indexed`)
  // No id in it to break ties: it would be the longest part of most and double the cost of a write.
  const columns = index.map(columnOf)
  return `CREATE INDEX IF NOT EXISTS "${indexName(collection, index)}" ON "${collection}" (${columns.join(', ')})`
}

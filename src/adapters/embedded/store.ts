import { setImmediate } from 'node:timers/promises'
import { misconfigured } from '../../ports/errors.ts'
import { jsonOfDocument } from '../../ports/json-text.ts'
import type {
  Catalogue,
  CollectionMap,
  CommitOutcome,
  Position,
  PositionMove,
  Store,
  Write,
} from '../../ports/store.ts'
import { type Collection, columnOf, openCollections } from './collections.ts'
import type { Database } from './database.ts'
import { openJournal, type PackedEntry, packEntry, writeEntry } from './journal.ts'
import { compileCountBy, compileQuery } from './query.ts'

export interface EmbeddedStore<C extends CollectionMap> extends Store<C> {
  /** Removes the documents whose `removeAt` is not after `now`, ms; returns how many. See `keepExpiring`. */
  expire(now: number): Promise<number>
}

/** Documents removed in one transaction, so that nobody waits long for it. */
const expiredAtOnce = 500

const positionColumns = 'lane, offset, timestamp, epoch'

/** The store of a data folder: a table of JSON documents per collection, the positions and the journal. */
export function openEmbeddedStore<C extends CollectionMap>(
  database: Database,
  catalogue: Catalogue<C>,
): EmbeddedStore<C> {
  const collections = openCollections(database, catalogue)

  const collection = (name: PropertyKey): Collection => {
    const found = collections.get(String(name))
    if (found === undefined) throw misconfigured(`there is no collection ${JSON.stringify(String(name))}`)
    return found
  }

  const position = (lane: string): Position | null => {
    const row = database.get<Position>(`SELECT ${positionColumns} FROM positions WHERE lane = ?`, lane)
    return row === undefined ? null : { ...row }
  }

  return {
    async get<K extends keyof C & string>(name: K, ids: readonly string[]) {
      const found = new Map<string, C[K]>()
      if (ids.length === 0) return found
      const rows = database.all<{ id: string; document: string }>(collection(name).get, JSON.stringify(ids))
      for (const { id, document } of rows) found.set(id, JSON.parse(document))
      return found
    },
    async find<K extends keyof C & string>(name: K, query: Parameters<Store<C>['find']>[1]) {
      const { table, indexes } = collection(name)
      const { sql, values } = compileQuery(name, indexes, query)
      const rows = database.all<{ document: string }>(`SELECT document FROM ${table}${sql}`, ...values)
      return rows.map(({ document }): C[K] => JSON.parse(document))
    },
    async count(name, where) {
      const { table, indexes } = collection(name)
      const { sql, values } = compileQuery(name, indexes, { where })
      return database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}${sql}`, ...values)?.n ?? 0
    },
    async countBy(name, field, where) {
      const { table, indexes } = collection(name)
      const { column, clause } = compileCountBy(name, indexes, field, where)
      const rows = database.all<{ value: string; n: number }>(
        `SELECT ${column} AS value, count(*) AS n FROM ${table}${clause.sql}`,
        ...clause.values,
      )
      return new Map(rows.map(({ value, n }) => [value, n]))
    },
    async expire(now) {
      const due = new Date(now).toISOString()
      let removed = 0
      for (const { expire } of collections.values()) {
        let more = expire !== null
        while (expire !== null && more) {
          const count = database.write(() => database.run(expire, due, expiredAtOnce))
          removed += count
          more = count === expiredAtOnce
          // Those who wait for this thread.
          if (more) await setImmediate()
        }
      }
      return removed
    },
    async commit({ move, writes, journal }) {
      // Written out before the transaction, so that other threads wait for its rows alone.
      const rows = writes.map(rowOf)
      const entry = journal === null ? null : packEntry(journal)
      return database.write(
        () => apply(move, rows, entry),
        outcome => outcome.kind === 'committed',
      )
    },
    position: async lane => position(lane),
    positions: async () =>
      database
        .all<Position>(`SELECT ${positionColumns} FROM positions ORDER BY lane`)
        .map(row => ({ ...row })),
    journal: openJournal(database),
    async close() {
      // The folder closes the file, which the log is on too.
    },
  }

  /** Stops at the first guard that doesn't hold; the transaction around it is then undone. */
  function apply(
    move: PositionMove | null,
    rows: readonly Row<C>[],
    entry: PackedEntry | null,
  ): CommitOutcome {
    if (move !== null && !movePosition(move)) return { kind: 'position-moved' }
    for (const row of rows)
      if (!applyWrite(row)) return { kind: 'conflict', collection: String(row.write.collection), id: row.id }
    if (entry !== null) writeEntry(database, entry)
    return { kind: 'committed' }
  }

  function movePosition({ from, to }: PositionMove): boolean {
    const stored = position(to.lane)
    if (from?.offset !== stored?.offset || from?.epoch !== stored?.epoch) return false
    database.run(
      `INSERT OR REPLACE INTO positions (${positionColumns}) VALUES (?, ?, ?, ?)`,
      to.lane,
      to.offset,
      to.timestamp,
      to.epoch,
    )
    return true
  }

  /** Returns whether the write's guard held. */
  function applyWrite({ write, id, document, version }: Row<C>): boolean {
    const { insert, put, replace, remove } = collection(write.collection)
    switch (write.kind) {
      case 'remove':
        database.run(remove, id)
        return true
      case 'insert':
        return database.run(insert, id, document, version) === 1
      case 'put':
        database.run(put, id, document, version)
        return true
      case 'replace': {
        const texts = Object.entries(write.where ?? {})
        const guarded = [replace, ...texts.map(([field]) => `${columnOf(field)} = ?`)].join(' AND ')
        const values = texts.map(([, text]) => text)
        return database.run(guarded, document, version, id, write.version, ...values) === 1
      }
    }
  }
}

/** A write as its row holds it. */
interface Row<C extends CollectionMap> {
  readonly write: Write<C>
  readonly id: string
  readonly document: string
  readonly version: number | null
}

function rowOf<C extends CollectionMap>(write: Write<C>): Row<C> {
  if (write.kind === 'remove') return { write, id: write.id, document: '', version: null }
  const { document } = write
  return { write, id: document._id, document: jsonOfDocument(document), version: versionOf(document) }
}

/** Kept in a column of its own, so that a guard needn't parse the document. */
function versionOf(document: object): number | null {
  return 'version' in document && typeof document.version === 'number' ? document.version : null
}

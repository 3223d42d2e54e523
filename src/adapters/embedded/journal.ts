import { setImmediate } from 'node:timers/promises'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { byEpoch, laterEpochs } from '../../lanes/lane-name.ts'
import type { OutgoingRecord } from '../../ports/log.ts'
import type { Journal, JournalEntry } from '../../ports/store.ts'
import { packRecords, unpackRecords } from '../journal-records.ts'
import type { Database } from './database.ts'

/**
 * An entry's records say much the same again and again: compressed they are a tenth, which costs less than to write the
 * rest. Level 1: higher ones save no more.
 */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** What every zstd frame begins with. An entry that was written uncompressed begins with a length, never that large. */
const zstdMagic = 0x28b52ffd

function decompressed(bytes: Uint8Array): Uint8Array {
  const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0)
  return magic === zstdMagic ? new Uint8Array(zstdDecompressSync(bytes)) : bytes
}

/** Rows read at once by who reads all. */
const entriesAtOnce = 100

/** An entry as its row holds it. */
export interface PackedEntry {
  readonly lane: string
  readonly first: number
  readonly records: Uint8Array
}

export function packEntry({ lane, first, records }: JournalEntry): PackedEntry {
  return { lane, first, records: zstdCompressSync(packRecords(records), fast) }
}

/** Writes an entry inside the caller's transaction. */
export function writeEntry(database: Database, { lane, first, records }: PackedEntry): void {
  database.run('INSERT INTO journal (lane, first) VALUES (?, ?)', lane, first)
  database.run('INSERT INTO journal_records (entry, records) VALUES (last_insert_rowid(), ?)', records)
}

export function openJournal(database: Database): Journal {
  const recordsOf = (entry: number): OutgoingRecord[] => {
    const row = database.get<{ records: Uint8Array }>(
      'SELECT records FROM journal_records WHERE entry = ?',
      entry,
    )
    return row === undefined ? [] : unpackRecords(decompressed(row.records))
  }

  return {
    async unsent(lane) {
      const owed = database.all<{ entry: number; lane: string; first: number }>(
        `SELECT entry, lane, first FROM journal
         WHERE sent_at IS NULL AND (lane = ? OR (lane > ? AND lane < ?)) ORDER BY first, entry`,
        lane,
        ...laterEpochs(lane),
      )
      return byEpoch(owed).map(({ entry, lane, first }) => ({ lane, first, records: recordsOf(entry) }))
    },
    async unsentCount() {
      return database.get<{ n: number }>('SELECT count(*) AS n FROM journal WHERE sent_at IS NULL')?.n ?? 0
    },
    // No time is kept with an entry: it is sent within moments, or its lane waits, halts, or has no worker.
    unsentSince: async () => null,
    async markSent(lane, first, sentAt) {
      // Lost in a power cut, the mark is made again after a second send, which readers know as a repeat.
      database.writeLazily(() =>
        database.run(
          'UPDATE journal SET sent_at = ? WHERE lane = ? AND first = ? AND sent_at IS NULL',
          sentAt,
          lane,
          first,
        ),
      )
    },
    async *kept() {
      for (let last = 0; ; ) {
        const rows = database.all<{ entry: number; lane: string; first: number; sent: number }>(
          `SELECT entry, lane, first, sent_at IS NOT NULL AS sent FROM journal
            WHERE entry > ? ORDER BY entry LIMIT ${entriesAtOnce}`,
          last,
        )
        for (const { entry, lane, first, sent } of rows)
          yield { lane, first, sent: sent === 1, records: recordsOf(entry) }
        last = rows.at(-1)?.entry ?? last
        if (rows.length < entriesAtOnce) return
        // Those who wait for this thread.
        await setImmediate()
      }
    },
    count: async () => database.get<{ n: number }>('SELECT count(*) AS n FROM journal')?.n ?? 0,
    keptFor: async () => null,
  }
}

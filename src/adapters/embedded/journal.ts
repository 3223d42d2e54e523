import type { OutgoingRecord } from '../../ports/log.ts'
import type { Journal, JournalEntry } from '../../ports/store.ts'
import { packRecords, unpackRecords } from '../journal-records.ts'
import type { Database } from './database.ts'

/** Writes an entry inside the caller's transaction. */
export function writeEntry(database: Database, { lane, first, records }: JournalEntry): void {
  database.run('INSERT INTO journal (lane, first) VALUES (?, ?)', lane, first)
  database.run(
    'INSERT INTO journal_records (entry, records) VALUES (last_insert_rowid(), ?)',
    packRecords(records),
  )
}

export function openJournal(database: Database): Journal {
  const recordsOf = (entry: number): OutgoingRecord[] => {
    const row = database.get<{ records: Uint8Array }>(
      'SELECT records FROM journal_records WHERE entry = ?',
      entry,
    )
    return row === undefined ? [] : unpackRecords(row.records)
  }

  return {
    async unsent(lane) {
      return database
        .all<{ entry: number; first: number }>(
          'SELECT entry, first FROM journal WHERE lane = ? AND sent_at IS NULL ORDER BY first, entry',
          lane,
        )
        .map(({ entry, first }) => ({ lane, first, records: recordsOf(entry) }))
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
  }
}

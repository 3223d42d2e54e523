import { misconfigured } from '../../ports/errors.ts'
import type { OutgoingRecord } from '../../ports/log.ts'
import type { Journal, JournalEntry } from '../../ports/store.ts'
import type { Database } from './database.ts'
import { decodeHeaders, encodeHeaders } from './headers.ts'

const recordsPerEntry = 2 ** 20

interface RecordRow {
  readonly topic: string
  readonly key: string | Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: string | null
}

/** Writes an entry inside the caller's transaction. */
export function writeEntry(database: Database, { lane, first, records }: JournalEntry): void {
  if (records.length > recordsPerEntry)
    throw misconfigured(`a journal entry holds at most ${recordsPerEntry} records`)
  database.run('INSERT INTO journal (lane, first) VALUES (?, ?)', lane, first)
  const entry = database.get<{ entry: number }>('SELECT last_insert_rowid() AS entry')?.entry ?? 0
  let id = entry * recordsPerEntry
  for (const { topic, key, value, headers } of records)
    database.run(
      'INSERT INTO journal_records (id, topic, key, value, headers) VALUES (?, ?, ?, ?, ?)',
      id++,
      topic,
      key,
      value,
      encodeHeaders(headers),
    )
}

export function openJournal(database: Database): Journal {
  const recordsOf = (entry: number): OutgoingRecord[] =>
    database
      .all<RecordRow>(
        'SELECT topic, key, value, headers FROM journal_records WHERE id >= ? AND id < ? ORDER BY id',
        entry * recordsPerEntry,
        (entry + 1) * recordsPerEntry,
      )
      .map(({ topic, key, value, headers }) => ({ topic, key, value, headers: decodeHeaders(headers) }))

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

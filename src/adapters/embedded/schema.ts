/** Marks the file as ours (`file` and `sqlite3` show it): "RROU". */
export const applicationId = 0x52524f55

/** Raised with every change of the tables below; collections and their indexes are made from the catalogue. */
export const schemaVersion = 2

export const tables = [
  // A topic's partitions are numbered from `first_number` on, once and for all.
  `CREATE TABLE log_topics (name TEXT PRIMARY KEY NOT NULL, partitions INTEGER NOT NULL, first_number INTEGER NOT NULL)`,
  // `id` = partition number × 2^40 + offset: one B-tree by integer, in which every read of a partition is one range.
  // An event that goes to several topics is held once: `same` is the id of the record that holds the value.
  `CREATE TABLE log_records (id INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, key BLOB, value BLOB, headers TEXT, same INTEGER)`,
  `CREATE TABLE log_committed (consumer_group TEXT NOT NULL, partition_number INTEGER NOT NULL,
    next_offset INTEGER NOT NULL, PRIMARY KEY (consumer_group, partition_number)) WITHOUT ROWID`,
  `CREATE TABLE positions (lane TEXT PRIMARY KEY NOT NULL, offset INTEGER NOT NULL, timestamp INTEGER,
    epoch INTEGER NOT NULL) WITHOUT ROWID`,
  // The mark that an entry was sent stands apart from its records: setting it rewrites one small row.
  `CREATE TABLE journal (entry INTEGER PRIMARY KEY, lane TEXT NOT NULL, first INTEGER NOT NULL, sent_at INTEGER)`,
  `CREATE INDEX journal_unsent ON journal (lane, first) WHERE sent_at IS NULL`,
  // All records of an entry as one value (`journal-records.ts`): they are written at once, and read at most once.
  `CREATE TABLE journal_records (entry INTEGER PRIMARY KEY, records BLOB NOT NULL)`,
] as const

/** What brings a file of a version to the next one. */
export const upgrades: ReadonlyMap<number, string> = new Map([
  [1, 'ALTER TABLE log_records ADD COLUMN same INTEGER'],
])

/** Names a collection can't have. */
export const reservedNames: ReadonlySet<string> = new Set([
  'log_topics',
  'log_records',
  'log_committed',
  'positions',
  'journal',
  'journal_records',
])

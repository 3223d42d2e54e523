import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packRecords } from '../journal-records.ts'
import { openDatabase } from './database.ts'
import { openJournal, packEntry, writeEntry } from './journal.ts'

test('an entry is compressed, and one that was written before entries were is read all the same', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'))
  const database = openDatabase(directory, { synchronous: 'off' })
  const value = new TextEncoder().encode('the same again, '.repeat(100))
  const records = Array.from({ length: 20 }, (_, at) => ({
    topic: 'one',
    key: `key-${at}`,
    headers: { seq: `${at}.0` },
    value: value.slice(at),
  }))
  const entry = { lane: 'role/one/0', first: 3, records }
  const packed = packEntry(entry)
  const plain = packRecords(records)
  expect(packed.records.length).toBeLessThan(plain.length / 10)
  writeEntry(database, packed)
  writeEntry(database, { ...packed, first: 4, records: plain })
  expect(await openJournal(database).unsent(entry.lane)).toEqual([entry, { ...entry, first: 4 }])
  database.close()
  rmSync(directory, { recursive: true })
})

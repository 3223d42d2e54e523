import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { isSqliteWarning } from './sqlite.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'database-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const thrown = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return null
}

const markLane = (lane: string) => `INSERT INTO journal (lane, first) VALUES ('${lane}', 0)`
const lanes = 'SELECT lane FROM journal ORDER BY entry'

describe('opening', () => {
  test('makes the folder and leaves one file behind', () => {
    const inner = join(directory, 'a', 'b')
    const database = openDatabase(inner)
    database.run(markLane('x'))
    database.close()
    database.close()
    expect(readdirSync(inner)).toEqual(['router.db'])
    const again = openDatabase(inner)
    expect(again.all(lanes)).toEqual([{ lane: 'x' }])
    again.close()
  })

  test('brings a file of the first layout to this one, once it may write', () => {
    const old = openDatabase(directory)
    old.run('ALTER TABLE log_records DROP COLUMN same')
    old.run("INSERT INTO log_records (id, timestamp, value) VALUES (1, 7, 'kept')")
    old.run('PRAGMA user_version = 1')
    old.close()
    expect(thrown(() => openDatabase(directory, { readOnly: true }))).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('start a worker on it'),
    })
    const database = openDatabase(directory)
    expect(database.all('SELECT timestamp, value, same FROM log_records')).toEqual([
      { timestamp: 7, value: 'kept', same: null },
    ])
    database.close()
    openDatabase(directory, { readOnly: true }).close()
  })

  test.each([
    ['a newer layout', 'PRAGMA user_version = 1000', 'configuration', 'newer version'],
    ['another program', 'PRAGMA application_id = 7', 'configuration', 'another program'],
  ])('refuses a file of %s', (_name, change, code, message) => {
    const database = openDatabase(directory)
    database.run(change)
    database.close()
    expect(thrown(() => openDatabase(directory))).toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('refuses what is not a database', () => {
    writeFileSync(join(directory, 'router.db'), 'some other file. '.repeat(100))
    expect(thrown(() => openDatabase(directory))).toMatchObject({ code: 'corrupt', retryable: false })
  })

  test('refuses a folder that is a file', () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    expect(thrown(() => openDatabase(file))).toMatchObject({ code: 'configuration' })
  })

  test('to read only: nothing there, then beside a writer, then alone', () => {
    const inner = join(directory, 'inner')
    expect(thrown(() => openDatabase(inner, { readOnly: true }))).toMatchObject({ code: 'configuration' })
    expect(readdirSync(directory)).toEqual([])
    mkdirSync(inner)
    const writer = openDatabase(inner)
    const reader = openDatabase(inner, { readOnly: true })
    writer.run(markLane('x'))
    expect(reader.all(lanes)).toEqual([{ lane: 'x' }])
    expect(thrown(() => reader.run(markLane('y')))).toMatchObject({ code: 'configuration' })
    writer.close()
    reader.close()
    const alone = openDatabase(inner, { readOnly: true })
    expect(alone.all(lanes)).toEqual([{ lane: 'x' }])
    alone.close()
  })
})

describe('a transaction', () => {
  test('is undone by an error or by its own result, and kept otherwise', () => {
    const database = openDatabase(directory)
    const bug = new Error('a bug')
    const failing = () =>
      database.write(() => {
        database.run(markLane('thrown'))
        throw bug
      })
    expect(thrown(failing)).toBe(bug)
    const write = (lane: string, keep: boolean) =>
      database.write(
        () => database.run(markLane(lane)),
        () => keep,
      )
    expect(write('undone', false)).toBe(1)
    expect(write('kept', true)).toBe(1)
    database.writeLazily(() => database.run(markLane('lazy')))
    expect(database.all(lanes)).toEqual([{ lane: 'kept' }, { lane: 'lazy' }])
    expect(database.get('PRAGMA synchronous')).toEqual({ synchronous: 2 })
    database.close()
  })

  test('is never nested', () => {
    const database = openDatabase(directory)
    expect(thrown(() => database.write(() => database.write(() => 1)))).toBeInstanceOf(Error)
    expect(database.write(() => 1)).toBe(1)
    database.close()
  })

  test('another writer is waited for, then the call is unavailable, and can be made again', () => {
    const holder = openDatabase(directory)
    const other = openDatabase(directory, { busyTimeout: 10 })
    const refused = holder.write(() => thrown(() => other.write(() => other.run(markLane('x')))))
    expect(refused).toMatchObject({ code: 'unavailable', retryable: true })
    expect(other.write(() => other.run(markLane('x')))).toBe(1)
    holder.close()
    other.close()
  })
})

test.each([
  ['SQLite is an experimental feature and might change at any time', 'ExperimentalWarning', true],
  ['SQLite is an experimental feature', { type: 'ExperimentalWarning' }, true],
  ['Another is an experimental feature', 'ExperimentalWarning', false],
  ['SQLite is deprecated', 'DeprecationWarning', false],
  ['SQLite', undefined, false],
])('the warning %j of kind %j is kept off the screen: %s', (warning, kind, kept) => {
  expect(isSqliteWarning(warning, kind)).toBe(kept)
})

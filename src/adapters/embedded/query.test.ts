import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Query } from '../../ports/store.ts'
import { openCollections } from './collections.ts'
import { openDatabase } from './database.ts'
import { compileQuery } from './query.ts'

const directory = mkdtempSync(join(tmpdir(), 'query-'))
const database = openDatabase(directory, { synchronous: 'off' })
const indexes = [['state', 'due'], ['due'], ['changed.lane', 'changed.offset']]
openCollections(database, { things: { indexes } })
afterAll(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

const plan = (query: Query): string => {
  const { sql, values } = compileQuery('things', indexes, query)
  return database
    .all<{ detail: string }>(`EXPLAIN QUERY PLAN SELECT document FROM things${sql}`, ...values)
    .map(({ detail }) => detail)
    .join('\n')
}

test.each<[string, Query]>([
  ['state, due (<expr>=?)', { where: { state: 'open' } }],
  ['state, due (<expr>=? AND <expr>>? AND <expr><?)', { where: { state: 'open', due: { gt: 3, lte: 8 } } }],
  ['state, due (<expr>=? AND <expr>=?)', { where: { state: { in: ['open', 'shut'] }, due: 3 } }],
  ['due (<expr>>? AND <expr><?)', { where: { due: { lte: 'x' } }, sort: [['due', 1]], limit: 5 }],
  ['due (<expr>=?)', { where: { due: null } }],
  ['changed.lane, changed.offset', { where: { 'changed.lane': 'a', 'changed.offset': { gte: 1 } } }],
  ['sqlite_autoindex_things_1 (id=?)', { where: { _id: { in: ['a', 'b'] } } }],
])('searches by %s', (index, query) => {
  expect(plan(query)).toMatch(/^SEARCH things USING INDEX/)
  expect(plan(query)).toContain(index)
  expect(plan(query)).not.toContain('FOR ORDER BY')
})

test.each<[string, Query]>([
  ['a field without an index', { where: { other: 1 } }],
  ['a sort without an index', { where: {}, sort: [['other', 1]] }],
  ['a range of null', { where: { due: { gt: null } } }],
  ['a range of true', { where: { due: { lt: true } } }],
  ['an empty range', { where: { due: {} } }],
  ['no whole limit', { where: {}, limit: 0 }],
])('refuses %s', (_name, query) => {
  expect(() => compileQuery('things', indexes, query)).toThrow(
    expect.objectContaining({ code: 'configuration' }),
  )
})

test('what a field holds can not become SQL', () => {
  const quote = `'); DROP TABLE things; --`
  expect(compileQuery('things', indexes, { where: { state: quote } }).sql).not.toContain('DROP')
  for (const index of [[quote], ['a"b'], ['a..b'], ['']])
    expect(() => openCollections(database, { others: { indexes: [index] } })).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
  for (const name of ['journal', 'a"b', '', 'sqlite_x y'])
    expect(() => openCollections(database, { [name]: { indexes: [] } })).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
})

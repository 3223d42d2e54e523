import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { wantedCollections } from '../../src/adapters/mongo/indexes.ts'
import type { Query } from '../../src/ports/store.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { projected } from '../../src/roles/rebuild/projections.ts'
import { servingIndex } from '../support/serving-index.ts'

/** A query of the product; values stand for any. */
interface Asked {
  /** Where in the sources it is asked, below src. */
  readonly file: string
  readonly does: 'find' | 'count' | 'countBy'
  readonly of: readonly (keyof Collections)[]
  readonly query: Query
  /** Fields of the index that serves it; `all` where the whole collection is wanted. */
  readonly by: string
  /** Sorted in memory, which is said here on purpose. */
  readonly sorts?: boolean
}

const sources = new URL('../../src/', import.meta.url)
const sourceOf = (file: string) => readFileSync(new URL(file, sources), 'utf8')

const followed = [...sourceOf('lanes/table-reader.ts').matchAll(/collection: '(\w+)'/g)].map(
  ([, name]) => name as keyof Collections,
)
const open = { in: ['New', 'Active'] }
const find = 'find'

/** The first page of dead letters, then the two steps of each further one. */
function deadPages(named: Query['where'], by: string): Asked[] {
  const queries: Query[] = [
    { where: { ...named, timestamp: { gte: 's', lt: 't' } }, sort: newestFirst, limit: 9 },
    { where: { ...named, timestamp: 't', _id: { lt: 'i' } }, sort: [['_id', -1]], limit: 9 },
  ]
  return queries.map(query => ({ file: 'cli/dead-letter-rows.ts', does: find, of: ['dead'], query, by }))
}

function cellsOf(file: string, where: Query['where']): Asked[] {
  return [{ file, does: find, of: ['cells'], query: { where }, by: 'kind, by, span, period' }]
}

/** The first page of a tab, then the two steps of each further one. */
function inboxPages(of: 'inbox' | 'favorites', where: Query['where'], by: string): Asked[] {
  const sort = [
    ['routedAt', -1],
    ['_id', -1],
  ] as const
  const queries: Query[] = [
    { where, sort, limit: 9 },
    { where: { ...where, routedAt: 't', _id: { lt: 'i' } }, sort: [['_id', -1]], limit: 9 },
    { where: { ...where, routedAt: { lt: 't' } }, sort, limit: 9 },
  ]
  return queries.map(query => ({ file: 'cli/inbox-page.ts', does: find, of: [of], query, by }))
}

const newestFirst = [
  ['timestamp', -1],
  ['_id', -1],
] as const

const asked: readonly Asked[] = [
  {
    file: 'cli/counts.ts',
    does: 'count',
    of: ['rfis', 'dead', 'receipts'],
    query: { where: {} },
    by: 'all',
  },
  {
    file: 'cli/counts.ts',
    does: 'count',
    of: ['rfis'],
    query: { where: { outcome: 'unroutable' } },
    by: 'outcome',
  },
  { file: 'cli/demo.ts', does: find, of: ['referrals'], query: { where: {} }, by: 'all' },
  ...cellsOf('cli/funnel-rows.ts', {
    kind: 'funnel',
    by: 'round',
    span: 'year',
    period: { gte: 'm', lte: 'n' },
  }),
  ...cellsOf('cli/needs-report.ts', { kind: 'needs', by: null, span: null, period: { gte: 'm' } }),
  ...cellsOf('cli/concentration-report.ts', { kind: 'concentration' }),
  {
    file: 'cli/concentration-report.ts',
    does: find,
    of: ['partnerCounts'],
    query: {
      where: { routed: { gte: 1 } },
      sort: [
        ['routed', -1],
        ['_id', -1],
      ],
      limit: 9,
    },
    by: 'routed, _id',
  },
  {
    file: 'cli/needs-report.ts',
    does: find,
    of: ['needTerms'],
    query: { where: { month: 'm' }, sort: [['count', -1]], limit: 9 },
    by: 'month, count, _id',
  },
  {
    file: 'cli/needs-report.ts',
    does: find,
    of: ['needs'],
    query: {
      where: { occurredAt: { gte: 's', lt: 't' } },
      sort: [
        ['occurredAt', -1],
        ['_id', -1],
      ],
      limit: 9,
    },
    by: 'occurredAt, _id',
  },
  {
    file: 'cli/rfi-report.ts',
    does: find,
    of: ['referrals'],
    query: { where: { root: 'r' } },
    by: 'root',
  },
  {
    file: 'cli/why-not.ts',
    does: 'countBy',
    of: ['referrals'],
    query: { where: { profileId: { in: ['p'] }, status: open } },
    by: 'profileId, status',
  },
  {
    file: 'cli/demo/why-not-me.ts',
    does: find,
    of: ['rfis'],
    query: { where: { outcome: 'routed' } },
    by: 'outcome',
  },
  {
    file: 'cli/scorecard-report.ts',
    does: find,
    of: ['inbox'],
    query: { where: { partnerId: 'p', tab: { in: ['new', 'active'] } } },
    by: 'partnerId, tab, routedAt, _id',
  },
  ...inboxPages('inbox', { partnerId: 'p', tab: 'new' }, 'partnerId, tab, routedAt, _id'),
  ...inboxPages('favorites', { partnerId: 'p' }, 'partnerId, routedAt, _id'),
  { file: 'cli/lanes.ts', does: find, of: ['halts'], query: { where: {} }, by: 'all' },
  {
    file: 'cli/status-report.ts',
    does: find,
    of: ['halts'],
    query: { where: {}, sort: [['_id', 1]] },
    by: 'all',
  },
  { file: 'cli/status-report.ts', does: find, of: ['rejections'], query: { where: {} }, by: 'all' },
  {
    file: 'lanes/rebuild/rebuild.ts',
    does: find,
    of: projected,
    query: { where: { _id: { gt: 'a' } }, sort: [['_id', 1]] },
    by: '_id',
  },
  {
    file: 'lanes/herald.ts',
    does: find,
    of: ['partners'],
    query: { where: { _id: { gt: 'a' } }, sort: [['_id', 1]] },
    by: '_id',
  },
  {
    file: 'lanes/rebuild/rebuild.ts',
    does: find,
    of: ['cells'],
    query: { where: { kind: 'population' } },
    by: 'kind, by, span, period',
  },
  {
    file: 'lanes/rebuild/rebuild.ts',
    does: 'count',
    of: projected,
    query: { where: {} },
    by: 'all',
  },
  {
    file: 'cli/status-report.ts',
    does: 'count',
    of: ['profiles', 'rfis', 'referrals', 'receipts', 'partners', 'needs'],
    query: { where: {} },
    by: 'all',
  },
  {
    file: 'cli/status-report.ts',
    does: find,
    of: ['referrals'],
    query: { where: { nextDueAt: { gt: '' } }, sort: [['nextDueAt', 1]], limit: 1 },
    by: 'nextDueAt, _id',
  },
  // What it counts by is a condition too: see the adapters' `compileCountBy`.
  {
    file: 'cli/status-report.ts',
    does: 'countBy',
    of: ['dead'],
    query: { where: { code: { gte: '' } } },
    by: 'code, timestamp, _id',
  },
  {
    file: 'cli/dead-letter-rows.ts',
    does: 'countBy',
    of: ['dead'],
    query: { where: { code: { gte: '' }, timestamp: { gte: 's', lt: 't' } } },
    by: 'code, timestamp, _id',
  },
  {
    file: 'cli/dead-letter-rows.ts',
    does: 'countBy',
    of: ['dead'],
    query: { where: { topic: 't', code: { gte: '' }, timestamp: { gte: 's', lt: 't' } } },
    by: 'topic, code, timestamp, _id',
  },
  ...deadPages({}, 'timestamp, _id'),
  ...deadPages({ code: 'c' }, 'code, timestamp, _id'),
  ...deadPages({ topic: 't' }, 'topic, timestamp, _id'),
  ...deadPages({ topic: 't', code: 'c' }, 'topic, code, timestamp, _id'),
  {
    file: 'cli/dead-letter-rows.ts',
    does: find,
    of: ['redriven'],
    query: { where: { _id: { gt: 'a ', lt: 'a!' } } },
    by: '_id',
  },
  { file: 'cli/redrive-letters.ts', does: find, of: ['halts'], query: { where: {} }, by: 'all' },
  {
    file: 'lanes/erase.ts',
    does: find,
    of: ['dead'],
    query: { where: { _id: { gt: 'd' } }, sort: [['_id', 1]], limit: 50 },
    by: '_id',
  },
  {
    file: 'lanes/clock.ts',
    does: find,
    of: ['referrals'],
    query: { where: { nextDueAt: 't', _id: { gt: 'r' } }, sort: [['_id', 1]], limit: 9 },
    by: 'nextDueAt, _id',
  },
  {
    file: 'lanes/clock.ts',
    does: find,
    of: ['referrals'],
    query: {
      where: { nextDueAt: { gt: 's', lte: 't' } },
      sort: [
        ['nextDueAt', 1],
        ['_id', 1],
      ],
      limit: 9,
    },
    by: 'nextDueAt, _id',
  },
  {
    file: 'lanes/clock.ts',
    does: find,
    of: ['leases'],
    query: { where: { until: { lt: 1 } }, limit: 1000 },
    by: 'until',
  },
  {
    file: 'lanes/follower.ts',
    does: find,
    of: followed,
    query: { where: { 'changed.lane': 'l', 'changed.offset': { gt: 1, lt: 9 } } },
    by: 'changed.lane, changed.offset',
  },
  { file: 'lanes/follower.ts', does: find, of: followed, query: { where: {} }, by: 'all' },
  {
    file: 'lanes/simulation.ts',
    does: find,
    of: ['referrals'],
    query: { where: { nextDueAt: { gt: '' } }, sort: [['nextDueAt', 1]], limit: 1 },
    by: 'nextDueAt, _id',
  },
  {
    file: 'roles/capacity.ts',
    does: 'countBy',
    of: ['referrals'],
    query: { where: { profileId: { in: ['p'] }, status: open } },
    by: 'profileId, status',
  },
  {
    file: 'roles/open-referrals.ts',
    does: find,
    of: ['referrals'],
    query: { where: { customerKey: { in: ['k'] }, status: open, routedAt: { gte: 't' } } },
    by: 'customerKey, status, routedAt',
  },
  {
    file: 'roles/referral.ts',
    does: find,
    of: ['referrals'],
    query: { where: { root: { in: ['r'] } } },
    by: 'root',
  },
]

describe('every query of the product has its index', () => {
  it.each(asked)('$file: $does $of by $by', ({ of, query, by, sorts = false }) => {
    for (const collection of of) {
      const wholly = Object.keys(query.where).length === 0
      const serving = servingIndex(collections[collection].indexes, query)
      expect(wholly ? 'all' : serving.index?.join(', '), collection).toBe(by)
      if (!wholly) expect(serving.sorts, collection).toBe(sorts)
    }
  })

  it('and every call stands in the table', () => {
    const calls = globSync('{lanes,roles,cli,ops}/**/*.ts', { cwd: sources.pathname })
      .filter(file => !file.endsWith('.test.ts'))
      .flatMap(file => {
        return [
          ...sourceOf(file).matchAll(/(?:[sS]tore|[rR]ead)\s*\.\s*(find|count|countBy)\(\s*(?:'(\w+)')?/g),
        ].map(([, does, of]) => ({ file, does, of }))
      })
    expect(calls.length).toBeGreaterThan(15)
    for (const { file, does, of } of calls)
      expect(
        asked.filter(
          row =>
            row.file === file && row.does === does && (of === undefined || row.of.some(one => one === of)),
        ),
        `${file}: ${does} ${of}`,
      ).not.toEqual([])
    for (const row of asked)
      expect(
        calls.filter(({ file, does }) => file === row.file && does === row.does),
        `${row.file}: ${row.does} is no more`,
      ).not.toEqual([])
  })

  it('and no index is without a query', () => {
    const served = (collection: string) =>
      asked.filter(({ of }) => of.some(one => one === collection)).map(({ by }) => by)
    for (const [collection, { indexes }] of Object.entries(collections))
      for (const index of indexes) expect(served(collection), collection).toContain(index.join(', '))
  })

  it('those of the journal too', () => {
    const journal = wantedCollections({}).find(({ name }) => name === 'journal')
    const indexes = (journal?.indexes ?? [])
      // What a partial index doesn't hold the query must not ask for.
      .filter(({ partialFilterExpression }) => partialFilterExpression?.sent === false)
      .map(({ key }) => Object.keys(key))
    const sort = [
      ['first', 1],
      ['_id', 1],
    ] as const
    const queries: Query[] = [
      { where: { sent: false } },
      { where: { lane: 'l', sent: false }, sort },
      { where: { lane: 'l', first: 7, sent: false } },
    ]
    for (const query of queries)
      expect(servingIndex(indexes, query)).toEqual({ index: ['sent', 'lane', 'first', '_id'], sorts: false })
  })
})

describe('an index serves', () => {
  const indexes = [['a', 'b', 'c', '_id']]
  it.each<[string, Query, string | null, boolean]>([
    ['its first field', { where: { a: 1 } }, 'a', false],
    ['not a field without the first', { where: { b: 1 } }, null, false],
    ['not with a condition beside it', { where: { a: 1, d: 1 } }, null, false],
    ['a range, then conditions in the index', { where: { a: { gt: 1 }, b: 2 } }, 'a', false],
    ['an order after equalities', { where: { a: 1, b: { in: [1, 2] } }, sort: [['c', -1]] }, 'a', false],
    ['no order past a gap', { where: { a: 1 }, sort: [['c', 1]] }, 'a', true],
    ['no order after another range', { where: { a: { gt: 1 } }, sort: [['b', 1]] }, 'a', true],
    ['an id', { where: { _id: { in: ['x'] } } }, '_id', false],
  ])('%s', (_name, query, first, sorts) => {
    const serving = servingIndex(indexes, query)
    expect([serving.index?.[0] ?? null, serving.sorts]).toEqual([first, sorts])
  })
})

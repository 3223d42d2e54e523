import { afterAll, describe, expect, test } from 'vitest'
import { routed } from '../../test/support/arbitraries.ts'
import { openOwnData } from '../../test/support/embedded.ts'
import { fc } from '../../test/support/property.ts'
import type { RoutedEvent } from '../domain/events.ts'
import { evolve } from '../domain/evolve.ts'
import type { InboxDocument } from '../roles/documents/read-models.ts'
import { cursor, cursorText } from './cursor.ts'
import { inboxPage, lookedAtOnce, type Page, type PageAsked, type PageEnd, type Tab } from './inbox-page.ts'

const data = await openOwnData()
afterAll(() => data.close())
const { store } = data

const moments = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'] as const

interface Kept {
  readonly id: string
  readonly at: number
  readonly tab: Exclude<Tab, 'favorites'>
  readonly favorite: boolean
}

function rowOf(partnerId: string, { id, at, tab, favorite }: Kept, title = 'Inventory'): InboxDocument {
  const event = routed({
    partnerId: partnerId as RoutedEvent['partnerId'],
    referralId: id as RoutedEvent['referralId'],
    occurredAt: moments[at] ?? moments[0],
    need: { ...routed().need, title },
  })
  return {
    ...{
      _id: event.referralId,
      partnerId: event.partnerId,
      tab,
      favorite,
      routedAt: event.occurredAt,
      version: 1,
    },
    ...{ referral: evolve(null, event), routed: event, waiting: [] },
  }
}

async function put(...rows: readonly InboxDocument[]): Promise<void> {
  await store.commit({
    move: null,
    journal: null,
    writes: rows.flatMap(document => {
      const { _id, partnerId, routedAt } = document
      const row = { kind: 'put' as const, collection: 'inbox' as const, document }
      if (!document.favorite || partnerId === null || routedAt === null) return [row]
      return [
        row,
        { kind: 'put' as const, collection: 'favorites' as const, document: { _id, partnerId, routedAt } },
      ]
    }),
  })
}

const asking = (partnerId: string, more: Partial<PageAsked> = {}): PageAsked => ({
  ...{ partnerId, tabs: ['new', 'active'], limit: 2, after: null, search: null },
  ...more,
})

/** Turns pages to the end; `between` happens after each. */
async function turned(asked: PageAsked, between: (page: number) => Promise<void> = async () => {}) {
  const rows: string[] = []
  const pages: Page[] = []
  let after: PageEnd | null = null
  do {
    const page: Page = await inboxPage(store, { ...asked, after })
    rows.push(...page.rows.map(({ _id }) => _id))
    pages.push(page)
    await between(pages.length)
    after = page.next === null ? null : cursor(cursorText(page.next))
  } while (after !== null && pages.length < 500)
  return { rows, pages }
}

const keptArbitrary = (prefix: string) =>
  fc.uniqueArray(
    fc.record({
      id: fc.oneof(fc.nat(40).map(String), fc.constantFrom('😀', '～', 'é', '汉')).map(id => prefix + id),
      at: fc.nat(2),
      tab: fc.constantFrom<Kept['tab'][]>('new', 'active', 'archived'),
      favorite: fc.boolean(),
    }),
    { selector: ({ id }) => id, maxLength: 16 },
  )

let partners = 0
const nobodyYet = () => {
  partners += 1
  return `p${partners}`
}

describe('pages', () => {
  test('hold every row once, the latest first, whatever comes and moves on meanwhile', async () => {
    const tabsArbitrary = fc.subarray<Tab>(['new', 'active', 'archived', 'favorites'], { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(
        keptArbitrary('a'),
        keptArbitrary('b'),
        tabsArbitrary,
        fc.integer({ min: 1, max: 4 }),
        async (kept, coming, tabs, limit) => {
          const partner = nobodyYet()
          const own = (row: Kept): Kept => ({ ...row, id: `${partner}/${row.id}` })
          const there = kept.map(own)
          await put(...there.map(row => rowOf(partner, row)))
          const wanted = there.filter(
            row => tabs.includes(row.tab) || (tabs.includes('favorites') && row.favorite),
          )
          const { rows, pages } = await turned(asking(partner, { tabs, limit }), async page => {
            const next = coming[page - 1]
            if (next !== undefined) await put(rowOf(partner, own(next)))
            const moving = wanted[page - 1]
            // Accepted meanwhile.
            if (moving?.tab === 'new' && tabs.includes('active'))
              await put(rowOf(partner, { ...moving, tab: 'active' }))
          })
          expect(new Set(rows).size).toBe(rows.length)
          expect(rows.filter(id => wanted.some(row => row.id === id)).sort()).toEqual(
            wanted.map(({ id }) => id).sort(),
          )
          for (const page of pages) expect(page.rows.length).toBeLessThanOrEqual(limit)
          const times = pages.flatMap(page => page.rows.map(({ routedAt }) => routedAt ?? ''))
          expect(times).toEqual(times.toSorted().reverse())
        },
      ),
      { numRuns: 60 },
    )
  })

  test('end, and of nothing there is one', async () => {
    expect(await inboxPage(store, asking('nobody'))).toEqual({ rows: [], looked: 0, next: null })
  })
})

describe('a search', () => {
  const partner = 'searched'
  const titles = ['在庫 Lisboa', 'ＥＲＰ for bakeries', 'Straße', 'ERP and 在庫']
  test('finds all words in any case, width and order; and an id at once', async () => {
    await put(
      ...titles.map((title, at) =>
        rowOf(partner, { id: `s${at}`, at: 0, tab: 'new', favorite: false }, title),
      ),
    )
    const found = async (search: string) => (await turned(asking(partner, { search }))).rows.toSorted()
    expect(await found('erp')).toEqual(['s1', 's3'])
    expect(await found('在庫 ERP')).toEqual(['s3'])
    expect(await found('STRASSE'.toLowerCase())).toEqual([])
    expect(await found(' ')).toEqual(['s0', 's1', 's2', 's3'])
    expect(await found('s2')).toEqual(['s2'])
    expect(await found('nothing of it')).toEqual([])
    expect((await turned(asking('another', { search: 's2' }))).rows).toEqual([])
  })

  test('looks at so many rows of one partner for a page, and goes on behind them', async () => {
    const many = Array.from({ length: lookedAtOnce + 20 }, (_, at) =>
      rowOf(
        'large',
        { id: `l${String(at).padStart(4, '0')}`, at: 1, tab: 'archived', favorite: false },
        at === 3 ? 'needle' : 'hay',
      ),
    )
    await put(...many)
    const asked = asking('large', { search: 'needle', tabs: ['archived'], limit: 5 })
    const first = await inboxPage(store, asked)
    expect([first.rows.length, first.looked]).toEqual([0, lookedAtOnce])
    const { rows, pages } = await turned(asked)
    expect([rows, pages.length]).toEqual([['l0003'], 2])
  })
})

test.each(['', 'x', 'WyJhIl0', Buffer.from('["2026","a"]').toString('base64url')])(
  'a cursor nobody gave is refused: %s',
  text => {
    expect(() => cursor(text)).toThrow(/the page before/)
  },
)

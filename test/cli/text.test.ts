import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { type Column, cutTo, renderTable } from '../../src/cli/table.ts'
import { clean, duration, grouped, scoreText, share, sums } from '../../src/cli/text.ts'
import { fc } from '../support/property.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('figures for people', () => {
  it.each([
    [0, 'under 1 min'],
    [59_999, 'under 1 min'],
    [minute, '1 min'],
    [3 * hour, '3 h'],
    [3 * hour + 20 * minute, '3 h 20 min'],
    [day, '1 d'],
    [13 * day + 23 * hour + 59 * minute, '13 d 23 h'],
    [day + 5 * minute, '1 d'],
    [-1, 'under 1 min'],
  ])('%i ms is %s', (milliseconds, expected) => {
    expect(duration(milliseconds)).toBe(expected)
  })

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    ['1234567.8912', '1,234,567.8912'],
    ['-1234', '-1,234'],
  ])('%s is written %s', (count, expected) => {
    expect(grouped(count)).toBe(expected)
  })

  it('writes sums, shares and scores', () => {
    expect(sums({ EUR: '42000.5', JPY: '1000' })).toBe('EUR 42,000.5 + JPY 1,000')
    expect(sums({})).toBe('–')
    expect([share(1, 3), share(0, 3), share(0, 0)]).toEqual(['33 %', '0 %', '–'])
    expect(scoreText(734_500)).toBe('0.735')
  })

  it("lets nothing of others' text steer the terminal", () => {
    expect(clean('a\x1b[31mb\r\nc\u202Ed\u0007')).toBe('a [31mb cd')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), text => {
        expect(clean(text)).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
      }),
    )
  })
})

interface Firm {
  readonly name: string
  readonly bids: number
}
const columns: Column<Firm>[] = [
  { title: 'firm', flexible: true, value: ({ name }) => name },
  { title: 'bids', align: 'right', value: ({ bids }) => grouped(bids) },
]
const firms: Firm[] = [
  { name: '土浦建設', bids: 12 },
  { name: 'Bäckerei', bids: 1234 },
  { name: '👩‍🔧 & co', bids: 5 },
]

describe('a table', () => {
  it('stands straight whatever the width of its characters', () => {
    expect(renderTable(columns, firms, null)).toBe(
      ['firm       bids', '土浦建設     12', 'Bäckerei  1,234', '👩‍🔧 & co       5'].join('\n'),
    )
  })

  it('is its titles when there are no rows', () => {
    expect(renderTable(columns, [], null)).toBe('firm  bids')
  })

  it('cuts the widest flexible column to fit a terminal, never within a character', () => {
    const rows = [{ name: '土浦建設株式会社東京支店', bids: 1 }]
    const table = renderTable(columns, rows, 20)
    expect(table.split('\n')[1]).toBe('土浦建設株式…      1')
    for (const line of table.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(20)
  })

  describe('where a terminal is too narrow', () => {
    const wide: Column<Firm>[] = [
      { title: 'id', value: ({ bids }) => `referral-${bids}:partner` },
      { title: 'never', value: () => '' },
      { title: 'firm', flexible: true, value: ({ name }) => name },
      { title: 'where it is', value: () => 'a long way from here' },
      { title: 'bids', align: 'right', value: () => '1,234,567' },
    ]
    const rows = [{ name: '土浦建設株式会社東京支店', bids: 1 }]
    it.each([
      [90, /^referral-1:partner {9}土浦建設株式会社東京支店 {2}a long way from here {2}1,234,567$/],
      [77, /^referral-1:partner {2}土浦建設株式会社東京支店 {2}a long way from here {2}1,234,567$/],
      [74, /^referral-1:partner {2}土浦建設株式会社東京… {2}a long way from here {2}1,234,567$/],
      [60, /^referral-1:partner {2}土浦建… {3}a long way from he… {2}1,234,567$/],
      [50, /^referral-1:partner {2}土浦建… {3}a long w… {2}1,234,567$/],
      [40, /^referral… {2}土浦建… {3}a long … {2}1,234,567$/],
    ])('%i columns: what is needed most is cut last', (width, line) => {
      const table = renderTable(wide, rows, width).split('\n')
      expect(table[1]).toMatch(line)
      for (const each of table) expect(stringWidth(each)).toBeLessThanOrEqual(width)
    })

    it('combining marks take no room', () => {
      const marked = [{ name: 'e\u0301'.repeat(10), bids: 1 }]
      expect(renderTable(columns, marked, 20).split('\n')[1]).toBe(`${'e\u0301'.repeat(10)}     1`)
      expect(cutTo('e\u0301'.repeat(10), 5)).toBe(`${'e\u0301'.repeat(4)}…`)
    })
  })

  it('keeps line breaks out of its cells', () => {
    expect(renderTable(columns, [{ name: 'two\nlines', bids: 1 }], null).split('\n')).toHaveLength(2)
  })

  it('ends every line at the same place when the last column is flush right', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 12 })
    fc.assert(
      fc.property(fc.array(fc.record({ name, bids: fc.nat() })), rows => {
        const widths = renderTable(columns, rows, null)
          .split('\n')
          .map(line => stringWidth(line))
        expect(new Set(widths).size).toBe(1)
      }),
    )
  })

  it('cuts to at most the width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (text, width) => {
          const cut = cutTo(text, width)
          expect(stringWidth(cut)).toBeLessThanOrEqual(width)
          if (stringWidth(text) <= width) expect(cut).toBe(text)
        },
      ),
    )
  })
})

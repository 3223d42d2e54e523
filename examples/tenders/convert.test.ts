import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { convert } from './conversion.ts'
import { run } from './convert.ts'
import { columns, workTypeColumns } from './tender.ts'

/** Four tenders over two years; only the columns that are read, so nothing else can have been used. */
type Bidding = { pid: number; date: string; title?: string; details: string; kind?: string; price?: string }
type Offer = { id: number; name: string; bid: string; winner?: boolean }

function rowsOf(tender: Bidding, offers: Offer[]): string[][] {
  return offers.map(offer => {
    const kinds = workTypeColumns.map(column => (tender.kind?.split(' ').includes(column) ? '1' : '0'))
    const { pid, date, title = `road breaks no. ${pid}`, details, price = '3780000' } = tender
    const texts = [String(pid), date, title, details, price, String(offer.id), offer.name, offer.bid]
    return [...texts, offer.winner ? '1' : '0', ...kinds]
  })
}

function csvOf(rows: string[][], header: readonly string[] = columns): string {
  const quoted = (field: string) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
  return [header, ...rows].map(row => `${row.map(quoted).join(',')}\n`).join('')
}

const road = rowsOf({ pid: 15, date: '20070607', details: 'municipal road "osan", 45 route', kind: 'road' }, [
  { id: 214, name: 'muramatsu, ltd.', bid: '3680000', winner: true },
  { id: 52, name: 'east tsukuba', bid: '3700000' },
])
const school = rowsOf(
  {
    pid: 16,
    date: '20070910',
    title: 'sat judaism total??no. 29',
    details: 'elementary  school roof ',
    kind: 'repair',
    price: '15060000',
  },
  [
    { id: 52, name: 'east tsukuba', bid: '14700000', winner: true },
    { id: 120, name: 'ikeda', bid: '' },
    { id: 120, name: 'ikeda', bid: '15000000' },
  ],
)
const pool = rowsOf({ pid: 21, date: '20080204', details: 'school pool lowest limit price 5,149,000' }, [
  { id: 52, name: 'east tsukuba', bid: '3600000' },
])
const late = rowsOf({ pid: 30, date: '20100119', details: 'sewer main', kind: 'sewer' }, [
  { id: 300, name: 'newcomer', bid: '3500000', winner: true },
])
const history = [...road, ...school, ...pool, ...late]

const parse = (lines: string[]) => lines.map(line => JSON.parse(line))

describe('converting', () => {
  const { profiles, rfis, commands } = convert(csvOf(history), { kind: 'all' })

  it('makes an RFI of a tender', () => {
    expect(rfis[0]).toBe(
      JSON.stringify({
        rfiId: 'tsuchiura-15',
        occurredAt: '2007-05-24T00:00:00.000Z',
        channel: 'marketing',
        customer: {
          name: 'City of Tsuchiura, road breaks no. 15, fiscal 2007',
          country: 'JP',
          region: 'JP-08',
          city: 'Tsuchiura',
          locale: 'en',
        },
        need: {
          title: 'road breaks no. 15',
          description: 'municipal road "osan", 45 route',
          keywords: ['road'],
        },
        budget: { amount: '3780000', currency: 'JPY' },
        closingAt: '2007-06-07T01:00:00.000Z',
        consent: { shareWithPartners: true, contact: true },
      }),
    )
    expect(parse(rfis).map(rfi => [rfi.customer.name, rfi.need.description])).toEqual([
      ['City of Tsuchiura, road breaks no. 15, fiscal 2007', 'municipal road "osan", 45 route'],
      ['Tsuchiura City Board of Education, sat judaism total??no. 29, fiscal 2007', 'elementary school roof'],
      ['City of Tsuchiura, road breaks no. 21, fiscal 2007', 'school pool'],
      ['City of Tsuchiura, road breaks no. 30, fiscal 2009', 'sewer main'],
    ])
  })

  it('makes an accept and an end of a bid', () => {
    const of15 = commands.filter(line => line.includes('tsuchiura-15:'))
    expect(of15).toEqual(
      [
        {
          commandId: 'tsuchiura-15:52/accept',
          referralId: 'tsuchiura-15:52',
          partnerId: '52',
          occurredAt: '2007-05-24T10:07:18.360Z',
          type: 'accept',
          engagement: {
            name: 'road breaks no. 15',
            value: { amount: '3700000', currency: 'JPY' },
            closingAt: '2007-06-07T01:00:00.000Z',
          },
        },
        {
          commandId: 'tsuchiura-15:214/accept',
          referralId: 'tsuchiura-15:214',
          partnerId: '214',
          occurredAt: '2007-05-25T21:36:26.663Z',
          type: 'accept',
          engagement: {
            name: 'road breaks no. 15',
            value: { amount: '3680000', currency: 'JPY' },
            closingAt: '2007-06-07T01:00:00.000Z',
          },
        },
        {
          commandId: 'tsuchiura-15:52/lose',
          referralId: 'tsuchiura-15:52',
          partnerId: '52',
          occurredAt: '2007-06-07T01:00:00.000Z',
          type: 'lose',
          reason: 3,
        },
        {
          commandId: 'tsuchiura-15:214/win',
          referralId: 'tsuchiura-15:214',
          partnerId: '214',
          occurredAt: '2007-06-07T01:00:00.000Z',
          type: 'win',
          value: { amount: '3680000', currency: 'JPY' },
          closedAt: '2007-06-07T01:00:00.000Z',
        },
      ].map(command => JSON.stringify(command)),
    )
  })

  it('makes one bid of several by one firm, and one without a value of an invalid bid', () => {
    expect(parse(commands).filter(command => command.referralId === 'tsuchiura-16:120')).toMatchObject([
      { type: 'accept', engagement: { value: { amount: '15000000' } } },
      { type: 'lose' },
    ])
    const invalid = rowsOf({ pid: 1, date: '20070607', details: 'roof' }, [{ id: 9, name: 'nine', bid: '' }])
    const [accept] = parse(convert(csvOf(invalid), { kind: 'all' }).commands)
    expect(accept.engagement).toEqual({ name: 'road breaks no. 1', closingAt: '2007-06-07T01:00:00.000Z' })
  })

  it('publishes a firm with its first works, and once more with those of its first calendar year', () => {
    expect(profiles[0]).toBe(
      JSON.stringify({
        profileId: '52/JP',
        partnerId: '52',
        occurredAt: '2007-06-07T01:00:00.000Z',
        name: 'east tsukuba',
        country: 'JP',
        state: 'published',
        locations: [
          {
            locationId: '52/JP/tsuchiura',
            city: 'Tsuchiura',
            region: 'JP-08',
            contact: { email: 'tenders@firm-52.example', disableNotifications: false },
          },
        ],
        tags: { keywords: ['road', 'osan', 'route'] },
        locale: 'en',
      }),
    )
    expect(parse(profiles).map(profile => [profile.occurredAt, profile.name, profile.tags.keywords])).toEqual(
      [
        ['2007-06-07T01:00:00.000Z', 'east tsukuba', ['road', 'osan', 'route']],
        ['2007-06-07T01:00:00.000Z', 'muramatsu, ltd.', ['road', 'osan', 'route']],
        ['2007-09-10T01:00:00.000Z', 'ikeda', ['repair', 'elementary', 'roof', 'school']],
        [
          '2007-12-31T15:00:00.000Z',
          'east tsukuba',
          ['road', 'repair', 'elementary', 'osan', 'roof', 'route', 'school'],
        ],
        ['2010-01-19T01:00:00.000Z', 'newcomer', ['sewer', 'main']],
      ],
    )
  })

  it('takes what most rows of a tender say, else the lowest number', () => {
    const titles = ['no. 10', 'no. 9', 'no. 11']
    const rows = titles.flatMap((title, id) =>
      rowsOf({ pid: 1, date: '20070607', title, details: id === 0 ? 'roof 2' : 'roof 3' }, [
        { id, name: 'firm', bid: '1', winner: id === 0 },
      ]),
    )
    expect(parse(convert(csvOf(rows), { kind: 'all' }).rfis)[0].need).toMatchObject({
      title: 'no. 9',
      description: 'roof 3',
    })
  })

  it('depends neither on the order of the rows nor on any other column', () => {
    const whole = convert(csvOf(history), { kind: 'all' })
    const traps = ['total_participation', 'num_participated', 'network_future', 'participants', 'is_cartel']
    fc.assert(
      fc.property(
        fc.shuffledSubarray(history, { minLength: history.length }),
        fc.string({ unit: fc.constantFrom('0', '9', ':', '"', ',') }),
        (rows, noise) => {
          const widened = rows.map(row => [...row, ...traps.map(() => noise)])
          expect(convert(csvOf(widened, [...columns, ...traps]), { kind: 'all' })).toEqual(whole)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('looks ahead at nothing: the first tenders say the same when no later ones are known', () => {
    const parts = [road, school, pool, late]
    for (const count of [1, 2, 3, 4]) {
      const known = csvOf(parts.slice(0, count).flat())
      expect(convert(csvOf(history), { kind: 'first', count })).toEqual(convert(known, { kind: 'all' }))
    }
  })

  it('takes a sample from 2010 on, with every profile from before', () => {
    const sample = convert(csvOf(history), { kind: 'sample', count: 1 })
    expect(parse(sample.rfis).map(rfi => rfi.rfiId)).toEqual(['tsuchiura-30'])
    expect(sample.profiles).toEqual(profiles)
  })

  it.each([
    ['a missing column', csvOf(history).replace('winner', 'victor'), 'column winner is missing'],
    ['no rows', csvOf([]), 'the file holds no bids'],
    [
      'a bid that is no number',
      csvOf(history).replace('3680000', '3.68m'),
      'record 1: bid is no whole number: "3.68m"',
    ],
    [
      'a day that is none',
      csvOf(history).replace('20070607', '20070631'),
      'record 1: date is no day: "20070631"',
    ],
    [
      'two dates in a tender',
      csvOf(history).replace('20070607', '20070608'),
      'tender 15 has rows of different dates or reserve prices',
    ],
  ])('refuses %s', (_, csv, message) => {
    expect(() => convert(csv, { kind: 'all' })).toThrow(message)
  })
})

describe('the command', () => {
  let folder = ''
  const printed: string[] = []
  const complaints: string[] = []
  const convertInto = (...args: string[]) =>
    run(
      args,
      line => printed.push(line),
      line => complaints.push(line),
    )

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenders-'))
    printed.length = 0
    complaints.length = 0
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('writes the same bytes twice', async () => {
    await writeFile(join(folder, 'tsuchiura_data.csv'), csvOf(history))
    const names = ['partner-profiles.ndjson', 'rfis.ndjson', 'referral-commands.ndjson']
    const written: string[][] = []
    for (const out of [join(folder, 'one'), join(folder, 'another', 'deep')]) {
      expect(await convertInto('--from', folder, '--out', out)).toBe(0)
      written.push(await Promise.all(names.map(name => readFile(join(out, name), 'utf8'))))
    }
    expect(written[0]).toEqual(written[1])
    expect(written[0]?.map(text => text.match(/}\n/g)?.length)).toEqual([5, 4, 12])
    expect(printed[0]).toContain('4 RFIs, 5 profile versions, 12 commands')
    expect(complaints).toEqual([])
  })

  it.each([
    ['nothing', []],
    ['no --out', ['--from', 'x']],
    ['an unknown option', ['--from', 'x', '--out', 'y', '--last', '3']],
    ['a stray argument', ['--from', 'x', '--out', 'y', 'z']],
    ['both selections', ['--from', 'x', '--out', 'y', '--first', '1', '--sample', '1']],
    ['no number', ['--from', 'x', '--out', 'y', '--first', 'ten']],
    ['zero', ['--from', 'x', '--out', 'y', '--sample', '0']],
  ])('calls %s wrong usage', async (_, args) => {
    expect(await convertInto(...args)).toBe(2)
    expect(complaints[0]).toMatch(/^convert: [^\n]+$/)
  })

  it('fails in one line without the data, and with too little of it', async () => {
    expect(await convertInto('--from', join(folder, 'nowhere'), '--out', folder)).toBe(1)
    await writeFile(join(folder, 'tsuchiura_data.csv'), csvOf(history))
    expect(await convertInto('--from', folder, '--out', folder, '--sample', '2')).toBe(1)
    expect(complaints).toEqual([
      expect.stringMatching(/^convert: there is no .*; --from names/),
      'convert: 2 tenders asked for, 1 to choose from',
    ])
  })
})

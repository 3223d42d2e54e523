import { CsvError, type CsvRecord } from './csv.ts'
import { agreedText, compare, tidy, withoutSpill } from './text.ts'

/** One firm's bid; `amount` in yen, absent when the city did not count the bid (invalid, no breakdown …). */
export type Bid = { bidderId: string; bidder: string; amount?: string; won: boolean }

/** One tender of the city with all its bids. `openedOn` is the day the bids were opened, `reservePrice` in yen. */
export type Tender = {
  pid: number
  openedOn: string
  title: string
  details: string
  workTypes: string[]
  reservePrice: string
  bids: Bid[]
}

/**
 * The columns that say what kind of work it is: the authors derived them from the project text, so they were
 * known at notice. `construction` (1 in every row) and `design`, `outsourcing`, `survey`, `research`,
 * `consulting` (0 in every row) tell no tender from another and are left out.
 */
export const workTypeColumns = [
  'water',
  'road',
  'pipe',
  'sewer',
  'renewal',
  'renovation',
  'repair',
  'maintenance',
  'dismantling',
  'refurbishment',
  'restoration',
] as const

/**
 * All that is read. Every other column stays unread, above all those counted over the whole history
 * (total_participation, num_participated, network_future, participated_auction_* …): they look ahead.
 */
export const columns = [
  'pid',
  'date',
  'projecttitle',
  'projectdetails',
  'reserveprice',
  'bidder_id',
  'bidder',
  'bid',
  'winner',
  ...workTypeColumns,
] as const

type Column = (typeof columns)[number]
type Row = Record<Column, string>

/** Rows (one a bid) to tenders, by opening day, then number. Throws `CsvError` at the first row that can't be. */
export function readTenders(records: CsvRecord[]): Tender[] {
  if (records.length === 0) throw new CsvError('the file holds no bids')
  const byPid = new Map<string, Row[]>()
  for (const [index, record] of records.entries()) {
    const row = checkedRow(record, index + 1)
    const rows = byPid.get(row.pid)
    if (rows === undefined) byPid.set(row.pid, [row])
    else rows.push(row)
  }
  return [...byPid.values()].map(readTender).sort((a, b) => compare(a.openedOn, b.openedOn) || a.pid - b.pid)
}

function checkedRow(record: CsvRecord, number: number): Row {
  const row = {} as Row
  for (const column of columns) {
    const value = record[column]
    if (value === undefined) throw new CsvError(`column ${column} is missing`)
    row[column] = tidy(value)
  }
  const broken = (['pid', 'reserveprice', 'bidder_id'] as const).find(
    column => !/^\d{1,15}$/.test(row[column]),
  )
  if (broken !== undefined)
    throw new CsvError(`record ${number}: ${broken} is no whole number: "${row[broken]}"`)
  if (!/^(\d{1,15})?$/.test(row.bid))
    throw new CsvError(`record ${number}: bid is no whole number: "${row.bid}"`)
  if (readDay(row.date) === undefined) throw new CsvError(`record ${number}: date is no day: "${row.date}"`)
  return row
}

function readTender(rows: Row[]): Tender {
  const first = rows[0]
  const openedOn = readDay(first?.date ?? '')
  if (first === undefined || openedOn === undefined) throw new CsvError('a tender without rows')
  if (rows.some(row => row.date !== first.date || row.reserveprice !== first.reserveprice)) {
    throw new CsvError(`tender ${first.pid} has rows of different dates or reserve prices`)
  }
  return {
    pid: Number(first.pid),
    openedOn,
    title: agreedText(rows.map(row => withoutSpill(row.projecttitle))),
    details: agreedText(rows.map(row => withoutSpill(row.projectdetails))),
    workTypes: workTypeColumns.filter(column => first[column] === '1'),
    reservePrice: first.reserveprice,
    bids: readBids(rows),
  }
}

/**
 * One bid a firm. In 27 tenders an id bids more than once (a second attempt, or two firms of one name under one
 * id): the winning bid stands, else the lowest.
 */
function readBids(rows: Row[]): Bid[] {
  const byBidder = new Map<string, Bid>()
  for (const row of rows) {
    const bid: Bid = {
      bidderId: row.bidder_id,
      bidder: row.bidder,
      ...(row.bid === '' ? {} : { amount: row.bid }),
      won: row.winner === '1',
    }
    const other = byBidder.get(bid.bidderId)
    if (other === undefined || standsBefore(bid, other)) byBidder.set(bid.bidderId, bid)
  }
  return [...byBidder.values()].sort((a, b) => Number(a.bidderId) - Number(b.bidderId))
}

function standsBefore(bid: Bid, other: Bid): boolean {
  if (bid.won !== other.won) return bid.won
  return Number(bid.amount ?? Number.POSITIVE_INFINITY) < Number(other.amount ?? Number.POSITIVE_INFINITY)
}

function readDay(text: string): string | undefined {
  const day = text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
  const time = Date.parse(`${day}T00:00:00.000Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined
}

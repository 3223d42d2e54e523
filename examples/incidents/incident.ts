import { CsvError, type CsvRecord } from '../tenders/csv.ts'
import { readMoment } from './moment.ts'

/** What is known of a ticket when it is opened, besides its place: columns whose first value may be used. */
export const openingColumns = [
  'category',
  'subcategory',
  'u_symptom',
  'cmdb_ci',
  'caller_id',
  'opened_by',
  'contact_type',
  'impact',
  'urgency',
  'priority',
] as const

/** All that is read. In the file the subcategory is headed `category` too: the converter names it. */
export const columns = [
  'number',
  'sys_mod_count',
  'made_sla',
  'opened_at',
  'sys_updated_at',
  'location',
  ...openingColumns,
  'assignment_group',
  'resolved_by',
  'resolved_at',
  'closed_at',
] as const

type Column = (typeof columns)[number]
type Event = Record<Column, string> & { at: number; version: number }

/** One group's holding of a ticket; ms since 1970. Without `passedOnAt` it holds the ticket at its last event. */
export type Hop = { group: string; since: number; passedOnAt?: number }

/** A ticket and what became of it. Times in ms since 1970. */
export type Incident = {
  number: string
  openedAt: number
  /** From the first event alone. */
  opening: Readonly<Record<(typeof openingColumns)[number] | 'location', string>>
  /** Each group once, by the time it first got the ticket; those that passed it on know when. */
  hops: Hop[]
  resolvedBy?: string
  /** When it was closed, where the log does not tell when it was resolved (6 % of the tickets). */
  resolvedAt: number
  closedAt: number
  madeSla: boolean
}

/** `?` stands for missing. */
export const missing = '?'

/** Rows (one an event) to tickets, by opening, then number. Throws `CsvError` at the first row that can't be. */
export function readIncidents(records: Iterable<CsvRecord>): Incident[] {
  const byNumber = new Map<string, Event[]>()
  let row = 0
  for (const record of records) {
    row += 1
    const event = readEvent(record, row)
    const known = byNumber.get(event.number)
    if (known === undefined) byNumber.set(event.number, [event])
    else known.push(event)
  }
  if (row === 0) throw new CsvError('the file holds no events')
  return [...byNumber.values()]
    .map(readIncident)
    .sort((a, b) => a.openedAt - b.openedAt || Number(a.number) - Number(b.number))
}

function readEvent(record: CsvRecord, row: number): Event {
  const event = {} as Event
  for (const column of columns) {
    const value = record[column]
    if (value === undefined) throw new CsvError(`column ${column} is missing`)
    event[column] = value.trim()
  }
  if (!/^\d{1,10}$/.test(event.number)) throw wrong(row, 'number', 'a number', event.number)
  if (!/^\d{1,6}$/.test(event.sys_mod_count))
    throw wrong(row, 'sys_mod_count', 'a number', event.sys_mod_count)
  event.version = Number(event.sys_mod_count)
  event.at = momentOf(event, 'sys_updated_at', row)
  momentOf(event, 'opened_at', row)
  if (event.resolved_at !== missing) momentOf(event, 'resolved_at', row)
  if (event.closed_at !== missing) momentOf(event, 'closed_at', row)
  return event
}

function momentOf(event: Event, column: Column, row: number): number {
  const moment = readMoment(event[column])
  if (moment === undefined) throw wrong(row, column, 'a time (d/m/y h:m)', event[column])
  return moment
}

function wrong(row: number, column: Column, expected: string, found: string): CsvError {
  return new CsvError(`record ${row}: ${column} is not ${expected}: "${found}"`)
}

function readIncident(events: Event[]): Incident {
  // By version: within a minute the time tells no order.
  const inOrder = events.toSorted((a, b) => a.version - b.version || a.at - b.at)
  const first = inOrder[0]
  const last = inOrder.at(-1)
  if (first === undefined || last === undefined) throw new CsvError('a ticket without events')
  const openedAt = readMoment(first.opened_at) ?? first.at
  const closedAt = Math.max(readMoment(last.closed_at) ?? last.at, openedAt)
  const resolvedAt = Math.max(readMoment(last.resolved_at) ?? closedAt, openedAt)
  const opening = {} as Record<(typeof openingColumns)[number] | 'location', string>
  for (const column of [...openingColumns, 'location'] as const) opening[column] = first[column]
  return {
    number: first.number,
    openedAt,
    opening,
    hops: readHops(inOrder, openedAt),
    ...(last.resolved_by === missing ? {} : { resolvedBy: last.resolved_by }),
    resolvedAt,
    closedAt: Math.max(closedAt, resolvedAt),
    madeSla: last.made_sla === 'true',
  }
}

/**
 * A group that gets a ticket back holds it from its first time on, and has passed it on only if it does so at last.
 * An event that names no group tells that the one before no longer holds it, but not who does.
 */
function readHops(inOrder: Event[], openedAt: number): Hop[] {
  const hops = new Map<string, Hop>()
  let holder: Hop | undefined
  for (const [index, { assignment_group: group, at }] of inOrder.entries()) {
    if (group === holder?.group) continue
    // The group named by the first event has it from the opening on.
    const since = index === 0 ? openedAt : Math.max(at, openedAt)
    if (holder !== undefined) holder.passedOnAt = since
    holder = group === missing ? undefined : (hops.get(group) ?? { group, since })
    if (holder === undefined) continue
    delete holder.passedOnAt
    hops.set(group, holder)
  }
  return [...hops.values()]
}

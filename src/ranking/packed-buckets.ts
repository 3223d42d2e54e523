import {
  type Bucket,
  type Buckets,
  type Counter,
  type Counts,
  counters,
  meanDay,
  middleOf,
  noBuckets,
} from './buckets.ts'
import { NumberReader, packNumbers } from './varints.ts'

/**
 * Buckets as text, a tenth of their JSON: latest day + 1 (0 for nothing at all), how many days and months, each as its
 * distance from the one before it and its counts, then 1 and the older ones if there are any. Counts are how many there
 * are, then pairs of the counter's place and the count. The same buckets give the same text.
 */
export function packBuckets({ latestDay, days, months, older }: Buckets): string {
  if (latestDay === null) return packNumbers([0])
  const numbers = [fromSigned(latestDay) + 1]
  putList(numbers, days)
  putList(numbers, months)
  if (older === null) numbers.push(0)
  else {
    numbers.push(1, fromSigned(older.daySum))
    putCounts(numbers, older.counts)
  }
  return packNumbers(numbers)
}

/** @throws Error for a text that `packBuckets` did not write */
export function unpackBuckets(text: string): Buckets {
  const reader = new NumberReader(text)
  const latest = reader.next()
  if (latest === 0) return noBuckets
  const days = listIn(reader)
  const months = listIn(reader)
  const older = reader.next() === 0 ? null : { daySum: toSigned(reader.next()), counts: countsIn(reader) }
  return { latestDay: toSigned(latest - 1), days, months, older }
}

/** By the place of a counter. */
export type PlacedCounts = Float64Array

/**
 * What `visitCounts` gives of the buckets in a text, in the same order, without making an object of any: a router reads
 * millions of them before it is ready.
 * @param counts - where they are put for `visit`, `counters.length` zeros; zeros again afterwards
 * @throws Error for a text that `packBuckets` did not write
 */
export function visitPacked(text: string, counts: PlacedCounts, visit: (at: number) => void): void {
  const reader = new NumberReader(text)
  const latest = reader.next()
  if (latest === 0) return
  for (const isMonth of [false, true]) {
    let at = 0
    for (let left = reader.next(); left > 0; left -= 1) {
      at += toSigned(reader.next())
      readCounts(reader, counts)
      visit(isMonth ? middleOf(at) : at)
      counts.fill(0)
    }
  }
  if (reader.next() === 0) return
  const daySum = toSigned(reader.next())
  readCounts(reader, counts)
  visit(meanDay(daySum, counts[0] ?? 0, toSigned(latest - 1)))
  counts.fill(0)
}

function readCounts(reader: NumberReader, counts: PlacedCounts): void {
  for (let left = reader.next(); left > 0; left -= 1) {
    const place = reader.next()
    counts[place] = toSigned(reader.next())
  }
}

/** The latest day in a text; null for that of no buckets. */
export function latestDayIn(text: string): number | null {
  const latest = new NumberReader(text).next()
  return latest === 0 ? null : toSigned(latest - 1)
}

function putList(numbers: number[], list: readonly Bucket[]): void {
  numbers.push(list.length)
  let before = 0
  for (const { at, counts } of list) {
    numbers.push(fromSigned(at - before))
    before = at
    putCounts(numbers, counts)
  }
}

function putCounts(numbers: number[], counts: Counts): void {
  const head = numbers.push(0) - 1
  for (let place = 0; place < counters.length; place += 1) {
    const count = counts[counters[place] as Counter]
    if (count === undefined) continue
    numbers.push(place, fromSigned(count))
    numbers[head] = (numbers[head] as number) + 1
  }
}

function listIn(reader: NumberReader): Bucket[] {
  let before = 0
  return Array.from({ length: reader.next() }, () => {
    before += toSigned(reader.next())
    return { at: before, counts: countsIn(reader) }
  })
}

function countsIn(reader: NumberReader): Counts {
  const counts: Partial<Record<Counter, number>> = {}
  for (let left = reader.next(); left > 0; left -= 1) {
    const counter = counters[reader.next()]
    const count = toSigned(reader.next())
    if (counter !== undefined) counts[counter] = count
  }
  return counts
}

/** Days before 1970 and sums of them are below zero. */
function fromSigned(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number
}

function toSigned(number: number): number {
  return number % 2 === 1 ? -(number + 1) / 2 : number / 2
}

import { parseTimestamp, toMillis } from '../domain/time.ts'
import type { Topic } from '../roles/topics.ts'

/** One line of history: a record as its producer sent it, and when. */
export interface HistoryLine {
  readonly topic: Topic
  readonly key: string | null
  readonly value: string
  /** ms since 1970. */
  readonly at: number
}

/** Lines of one file. One that can't be read, or says no time, stands at the time of the line before it. */
export function historyOf(topic: Topic, lines: readonly string[], keyField: string): HistoryLine[] {
  let at = 0
  return lines
    .filter(line => line.trim() !== '')
    .map(value => {
      const record = parse(value)
      const occurredAt = typeof record.occurredAt === 'string' ? parseTimestamp(record.occurredAt) : null
      if (occurredAt !== null) at = toMillis(occurredAt)
      const key = record[keyField]
      return { topic, key: typeof key === 'string' ? key : null, value, at }
    })
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Files merged by time; ties in the order the files are given, then file order. */
export function mergeHistories(histories: readonly (readonly HistoryLine[])[]): HistoryLine[] {
  return histories.flat().sort((one, other) => one.at - other.at)
}

/** What is still to come, soonest first; of the same moment, what was added first. A binary heap. */
export class Agenda<T extends { readonly at: number }> {
  readonly #heap: { readonly item: T; readonly order: number }[] = []
  #added = 0

  get size(): number {
    return this.#heap.length
  }

  peek(): T | undefined {
    return this.#heap[0]?.item
  }

  add(item: T): void {
    const heap = this.#heap
    const entry = { item, order: this.#added++ }
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(entry, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  take(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    if (heap.length > 0) sink(heap, last)
    return first.item
  }
}

type Entry<T> = { readonly item: T; readonly order: number }

function before<T extends { readonly at: number }>(one: Entry<T>, other: Entry<T>): boolean {
  return one.item.at < other.item.at || (one.item.at === other.item.at && one.order < other.order)
}

function sink<T extends { readonly at: number }>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    const leftEntry = heap[left]
    const rightEntry = heap[right]
    const least =
      rightEntry !== undefined && leftEntry !== undefined && before(rightEntry, leftEntry) ? right : left
    const child = heap[least]
    if (child === undefined || !before(child, entry)) break
    heap[at] = child
    at = least
  }
  heap[at] = entry
}

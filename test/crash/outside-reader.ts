import type { LogRecord } from '../../src/ports/log.ts'

/** What is left of a partition for a reader outside, and what it dropped. */
export interface Reading {
  readonly kept: readonly LogRecord[]
  readonly dropped: readonly LogRecord[]
}

/**
 * Drops repeats as anybody may who reads our topics, with one number pair by lane in memory: within a partition the `seq`
 * of a lane only grows, compared as two integers.
 */
export function dropRepeats(records: Iterable<LogRecord>): Reading {
  const highest = new Map<string, readonly [offset: number, index: number]>()
  const kept: LogRecord[] = []
  const dropped: LogRecord[] = []
  for (const record of records) {
    const { lane, seq } = record.headers
    if (lane === undefined || seq === undefined) {
      kept.push(record)
      continue
    }
    const [offset = Number.NaN, index = Number.NaN] = seq.split('.').map(Number)
    const [lastOffset, lastIndex] = highest.get(lane) ?? [-1, -1]
    if (offset > lastOffset || (offset === lastOffset && index > lastIndex)) {
      highest.set(lane, [offset, index])
      kept.push(record)
    } else dropped.push(record)
  }
  return { kept, dropped }
}

import { z } from 'zod'

/**
 * A moment as RFC 3339 in UTC with milliseconds, `2026-03-02T09:14:00.000Z`: what is stored and sent. Of years 0 to
 * 9999, so that comparing two as strings is comparing them in time.
 */
export type Timestamp = string

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

const written = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|z|\+00:00)$/

/** The canonical form, or null for what isn't a moment: 30 February, 25 o'clock, another zone. */
export function parseTimestamp(text: string): Timestamp | null {
  const match = written.exec(text)
  if (match === null) return null
  const canonical = `${match[1]}.${(match[2] ?? '').slice(0, 3).padEnd(3, '0')}Z`
  const milliseconds = Date.parse(canonical)
  // Date.parse rolls 30 February over into March: only what comes back unchanged was a real date.
  return Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== canonical ? null : canonical
}

export const timestampSchema = z.string().transform((text, context): Timestamp => {
  const timestamp = parseTimestamp(text)
  if (timestamp !== null) return timestamp
  context.issues.push({ code: 'custom', message: 'a time such as 2026-03-02T09:14:00.000Z', input: text })
  return z.NEVER
})

/** ms since 1970. */
export function toMillis(timestamp: Timestamp): number {
  return Date.parse(timestamp)
}

const latest = Date.parse('9999-12-31T23:59:59.999Z')
const earliest = Date.parse('0000-01-01T00:00:00.000Z')

/** Held within years 0 to 9999: a deadline far in the future stays comparable as text. */
export function toTimestamp(milliseconds: number): Timestamp {
  return new Date(Math.min(Math.max(milliseconds, earliest), latest)).toISOString()
}

export function addMillis(timestamp: Timestamp, milliseconds: number): Timestamp {
  return toTimestamp(toMillis(timestamp) + milliseconds)
}

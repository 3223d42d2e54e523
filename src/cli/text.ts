import type { Sums } from '../domain/money.ts'
import { day, hour, minute, type Timestamp } from '../domain/time.ts'

/** Text of others for a terminal: one line, without control characters or marks that turn the direction of writing. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .trim()
}

/** `2010-01-05 09:14`, UTC. */
export function minuteOf(timestamp: Timestamp): string {
  return timestamp.slice(0, 16).replace('T', ' ')
}

/** The two largest units: `3 d 4 h`, `12 min`. */
export function duration(milliseconds: number): string {
  const units = [
    [day, 'd'],
    [hour, 'h'],
    [minute, 'min'],
  ] as const
  const parts: string[] = []
  let rest = Math.max(0, milliseconds)
  for (const [size, name] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
    if (parts.length === 2 || (parts.length === 1 && name === 'h')) break
  }
  return parts.length === 0 ? 'under 1 min' : parts.join(' ')
}

/** `12,345`. */
export function grouped(count: number | string): string {
  const [whole = '', fraction] = String(count).split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? groups : `${groups}.${fraction}`
}

/** `EUR 42,000.5 + JPY 1,000,000`; a dash for none. */
export function sums(of: Sums): string {
  const parts = Object.entries(of).map(([currency, amount]) => `${currency} ${grouped(amount)}`)
  return parts.length === 0 ? '–' : parts.join(' + ')
}

/** `part` of `whole`, rounded to a whole number of percent; a dash when there is nothing to be a part of. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`
}

/** Millionths as `0.734`. */
export function scoreText(millionths: number): string {
  return (millionths / 1_000_000).toFixed(3)
}

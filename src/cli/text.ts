import type { Sums } from '../domain/money.ts'
import { day, hour, minute, type Timestamp } from '../domain/time.ts'

/**
 * Text of others for a terminal: one line, without control characters, marks that turn the direction of writing, or what
 * takes no room and makes two texts look the same. Joiners stay: scripts and emoji are put together with them.
 */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(
      /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu,
      '',
    )
    .toWellFormed()
    .trim()
}

/** `2010-01-05 09:14`, UTC. */
export function minuteOf(timestamp: Timestamp): string {
  return timestamp.slice(0, 16).replace('T', ' ')
}

const units = [
  [day, 'd'],
  [hour, 'h'],
  [minute, 'min'],
] as const

/** In the largest unit and the next: `3 d 4 h`, `12 min`. */
export function duration(milliseconds: number): string {
  const largest = units.findIndex(([size]) => milliseconds >= size)
  if (largest === -1) return 'under 1 min'
  let rest = milliseconds
  const parts = units.slice(largest, largest + 2).map(([size, name]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? '' : `${count} ${name}`
  })
  return parts.filter(part => part !== '').join(' ')
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

/** As `scoreText`, without a minus before what rounds to nothing. */
export function figureText(millionths: number): string {
  return scoreText(Math.abs(millionths) < 500 ? 0 : millionths)
}

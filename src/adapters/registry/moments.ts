import { parseTimestamp } from '../../domain/time.ts'

/** Moments as text and as ms since 1970. What is no moment is null, not NaN. */
const canonical = 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length

/**
 * RFC 3339 in UTC → ms. The canonical form, which all that is sent has, is read digit by digit: `Date.parse` would take
 * a third of an event's encoding.
 */
export function millisOf(text: string): number | null {
  if (text.length !== canonical || text.charCodeAt(23) !== 90 || text.charCodeAt(19) !== 46)
    return parsed(text)
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const dayOfMonth = digits(text, 8, 10)
  const hours = digits(text, 11, 13)
  const minutes = digits(text, 14, 16)
  const seconds = digits(text, 17, 19)
  const inRange = hours < 24 && minutes < 60 && seconds < 60
  const separated =
    text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':'
  if (!inRange || !separated) return parsed(text)
  const ofDay = ((hours * 60 + minutes) * 60 + seconds) * 1000 + digits(text, 20, 23)
  const sum = daysOf(year, month, dayOfMonth) * 86_400_000 + ofDay
  return Number.isNaN(sum) ? parsed(text) : sum
}

function parsed(text: string): number | null {
  const timestamp = parseTimestamp(text)
  return timestamp === null ? null : Date.parse(timestamp)
}

/** NaN where there is anything else. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/**
 * Days since 1970-01-01 of the Gregorian calendar, years from 0; with the year begun in March, the leap day comes last.
 * NaN for the days that not every month has: whether there is such a one is for others to say.
 */
function daysOf(year: number, month: number, dayOfMonth: number): number {
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 28) return Number.NaN
  const y = month > 2 ? year : year - 1
  const sinceMarch = month > 2 ? month - 3 : month + 9
  return (
    365 * y +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) +
    Math.floor((153 * sinceMarch + 2) / 5) +
    dayOfMonth -
    1 -
    719_468
  )
}

/** ms → RFC 3339; of what no calendar has, the number as text, which no shape takes for a moment. */
export function momentOf(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds)
}

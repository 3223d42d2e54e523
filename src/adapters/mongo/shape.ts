import { Binary } from 'mongodb'

/**
 * Documents ↔ BSON, so that what JSON can hold comes back as it was. Nearly every document is handed on untouched; what
 * BSON, the server or the driver would change or refuse is written in another way:
 * - field names with `.` or NUL, a leading `$` (operators, and `$ref` makes the driver build a reference), and names the
 *   driver reads for itself: the character as `%2E`, `%00`, `%24`, …; `%` itself as `%25`
 * - text with half a surrogate pair, which UTF-8 can't hold: its UTF-16 code units as binary of a subtype of our own
 * - NaN and infinities: null, as in JSON
 * - `removeAt` of a document: a date, since the server removes by dates alone
 */
const halvesSubtype = 0x80
const awkwardName = /[%.\0]|^\$/
/** The driver looks for those of its own, and takes what every object inherits (`constructor`) for options of its. */
const isReserved = (name: string) => name === '_bsontype' || name === 'toBSON' || name in Object.prototype

export function encode(value: unknown): unknown {
  if (typeof value === 'string') return encodeText(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  return mapped(value, encode, encodeName)
}

export function encodeDocument(document: object): Record<string, unknown> {
  const encoded = encode(document) as Record<string, unknown>
  const removeAt = dateOf(encoded.removeAt)
  return removeAt === null ? encoded : { ...encoded, removeAt }
}

/** Null for all but a text that the date would be written as again. */
function dateOf(value: unknown): Date | null {
  if (typeof value !== 'string') return null
  const date = new Date(value)
  return !Number.isNaN(date.getTime()) && date.toISOString() === value ? date : null
}

export function encodeText(text: string): string | Binary {
  return text.isWellFormed() ? text : new Binary(Buffer.from(text, 'utf16le'), halvesSubtype)
}

export function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Binary)
    return value.sub_type === halvesSubtype ? Buffer.from(value.value()).toString('utf16le') : value
  return mapped(value, decode, decodeName)
}

/** Copies only what has to change. */
function mapped(
  value: object,
  change: (inner: unknown) => unknown,
  rename: (name: string) => string,
): unknown {
  if (Array.isArray(value)) {
    const changed = value.map(change)
    return changed.every((inner, at) => inner === value[at]) ? value : changed
  }
  const entries = Object.entries(value)
  let copy: [string, unknown][] | null = null
  for (const [at, [name, inner]] of entries.entries()) {
    const renamed = rename(name)
    const changed = change(inner)
    if (copy === null && (renamed !== name || changed !== inner)) copy = entries.slice(0, at)
    copy?.push([renamed, changed])
  }
  return copy === null ? value : Object.fromEntries(copy)
}

function encodeName(name: string): string {
  const reserved = isReserved(name)
  if (!reserved && !awkwardName.test(name) && name.isWellFormed()) return name
  return Array.from(name, (character, at) =>
    '%.\0'.includes(character) || (at === 0 && (reserved || character === '$')) || !character.isWellFormed()
      ? escaped(character)
      : character,
  ).join('')
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase()
  return code.length > 2 ? `%u${code}` : `%${code.padStart(2, '0')}`
}

function decodeName(name: string): string {
  if (!name.includes('%')) return name
  return name.replace(/%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g, (_all, long: string, short: string) =>
    String.fromCharCode(Number.parseInt(long ?? short, 16)),
  )
}

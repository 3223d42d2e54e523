/**
 * Reads RFC 4180 CSV: quoted fields may hold commas, line breaks and doubled quotes; lines end in LF or CRLF.
 * The first record names the columns. Throws `CsvError`, naming the record, when the text breaks the format.
 */
export type CsvRecord = Readonly<Record<string, string>>

export class CsvError extends Error {}

export function readCsv(text: string): CsvRecord[] {
  const [header, ...rows] = readRows(text)
  if (header === undefined) throw new CsvError('the file is empty')
  return rows.map((row, index) => {
    if (row.length !== header.length) {
      throw new CsvError(`record ${index + 1} has ${row.length} fields, the header has ${header.length}`)
    }
    return Object.fromEntries(header.map((column, position) => [column, row[position] ?? '']))
  })
}

function readRows(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at, rows.length) : plainField(text, at, rows.length)
    row.push(field.value)
    at = field.end
    if (text[at] === ',') {
      at += 1
      // A comma just before the end of the file still opens one more, empty field.
      if (at === text.length) row.push('')
      else continue
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    rows.push(row)
    row = []
  }
  return rows
}

function plainField(text: string, start: number, record: number) {
  let end = start
  while (end < text.length && !',\r\n'.includes(text.charAt(end))) {
    if (text[end] === '"') throw new CsvError(`record ${record} has a quote inside an unquoted field`)
    end += 1
  }
  return { value: text.slice(start, end), end }
}

function quotedField(text: string, start: number, record: number) {
  let value = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) throw new CsvError(`record ${record} opens a quote and never closes it`)
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') {
      const end = quote + 1
      if (end < text.length && !',\r\n'.includes(text.charAt(end))) {
        throw new CsvError(`record ${record} goes on after a closing quote`)
      }
      return { value, end }
    }
    value += '"'
    from = quote + 2
  }
}

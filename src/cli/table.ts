import stringWidth from 'string-width'
import { styled, terminalWidth } from './output.ts'
import { clean } from './text.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Gives way when the terminal is too narrow. */
  readonly flexible?: boolean
  value(row: Row): string
}

const gap = '  '
const narrowest = 8

/**
 * Rows under their titles, aligned by the columns characters take on a screen (汉 takes two). Where `width` is null
 * nothing is cut; else flexible columns are, the widest first.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null = terminalWidth(),
): string {
  const cells = rows.map(row => columns.map(column => clean(column.value(row))))
  const widths = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...cells.map(line => stringWidth(line[at] ?? ''))),
  )
  if (width !== null) narrow(widths, columns, width)
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? 'left'))
      .join(gap)
      .trimEnd()
  const head = styled('bold', line(columns.map(({ title }) => title)))
  return [head, ...cells.map(line)].join('\n')
}

function narrow(widths: number[], columns: readonly Column<never>[], width: number): void {
  let excess = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width
  while (excess > 0) {
    let widest = -1
    columns.forEach(({ flexible }, at) => {
      if (flexible === true && (widths[at] ?? 0) > Math.max(narrowest, widths[widest] ?? 0)) widest = at
    })
    if (widest === -1) return
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const cut = cutTo(text, width)
  const space = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return align === 'left' ? cut + space : space + cut
}

const segments = new Intl.Segmenter()

/** As much of the text as fits, with … for the rest; never half of a character that people see as one. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  let taken = 0
  for (const { segment } of segments.segment(text)) {
    const more = stringWidth(segment)
    if (taken + more > width - 1) break
    kept += segment
    taken += more
  }
  return `${kept}…`
}

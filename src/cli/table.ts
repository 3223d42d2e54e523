import stringWidth from 'string-width'
import { type Style, styled, terminalWidth } from './output.ts'
import { clean } from './text.ts'
import { cutTo } from './width.ts'

export { cutTo } from './width.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Gives way when the terminal is too narrow. */
  readonly flexible?: boolean
  value(row: Row): string
  /** Of the whole cell. A value can't bring its own: whatever steers a terminal is taken out of it. */
  style?(row: Row): Style | null
}

const gap = '  '
const narrowest = 8

/**
 * Rows under their titles, aligned by the columns characters take on a screen (汉 takes two). Where `width` is null
 * nothing is cut. Else, as far as it takes: columns without a single value are left out; flexible ones are cut, the widest
 * first; then other texts, what names the row last. Figures never are.
 */
export function renderTable<Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null = terminalWidth(),
): string {
  const valuesOf = (of: readonly Column<Row>[]) => rows.map(row => of.map(column => clean(column.value(row))))
  const everything = valuesOf(all)
  const tooWide = width !== null && rows.length > 0 && excessOf(widthsOf(all, everything), width) > 0
  const columns = tooWide ? all.filter((_, at) => everything.some(line => line[at] !== '')) : all
  const cells = columns === all ? everything : valuesOf(columns)
  const widths = widthsOf(columns, cells)
  if (width !== null) narrow(widths, columns, width)
  const padded = (texts: readonly string[]) =>
    texts.map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? 'left'))
  const head = styled(
    'bold',
    padded(columns.map(({ title }) => title))
      .join(gap)
      .trimEnd(),
  )
  const lines = rows.map((row, at) => {
    const texts = padded(cells[at] ?? [])
    // Nothing stands behind the last.
    const last = texts.findLastIndex(text => text.trim() !== '')
    return texts
      .slice(0, last + 1)
      .map((text, column) =>
        styledCell(column === last ? text.trimEnd() : text, columns[column]?.style?.(row)),
      )
      .join(gap)
  })
  return [head, ...lines].join('\n')
}

function styledCell(text: string, style: Style | null | undefined): string {
  return style == null ? text : styled(style, text)
}

function widthsOf(columns: readonly Column<never>[], cells: readonly (readonly string[])[]): number[] {
  return columns.map(({ title }, at) =>
    cells.reduce((most, line) => Math.max(most, stringWidth(line[at] ?? '')), stringWidth(title)),
  )
}

function excessOf(widths: readonly number[], width: number): number {
  return widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width
}

function narrow(widths: number[], columns: readonly Column<never>[], width: number): void {
  const isText = ({ align }: Column<never>) => align !== 'right'
  const name = columns.findIndex(column => isText(column) && column.title !== '')
  const steps = [
    (column: Column<never>) => column.flexible === true,
    (column: Column<never>, at: number) => isText(column) && at !== name,
    isText,
  ]
  for (const gives of steps) {
    for (let over = excessOf(widths, width); over > 0; over -= 1) {
      let widest = -1
      columns.forEach((column, at) => {
        if (gives(column, at) && (widths[at] ?? 0) > Math.max(narrowest, widths[widest] ?? 0)) widest = at
      })
      if (widest === -1) break
      widths[widest] = (widths[widest] ?? 0) - 1
    }
  }
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const cut = cutTo(text, width)
  const space = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return align === 'left' ? cut + space : space + cut
}

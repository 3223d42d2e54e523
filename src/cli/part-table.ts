import { pageWidth } from './page-width.ts'
import { type Column, renderTable } from './table.ts'
import { clean, figureText, scoreText } from './text.ts'
import { wrapped } from './wrap.ts'

/** One figure of a score, and why. */
export interface PartLine {
  readonly feature: string
  /** Millionths. */
  readonly value: number
  readonly weight: number
  readonly contribution: number
  readonly reason: string
}

interface Line extends PartLine {
  /** A reason that takes more than one line goes on in lines without figures. */
  readonly first: boolean
}

/** Columns of the figures before the reason, and gaps. */
const figures = 45
const narrowestReason = 30

export function partTable(parts: readonly PartLine[], page: number = pageWidth()): string {
  const width = Math.max(narrowestReason, page - figures)
  const lines = parts.flatMap(part =>
    wrapped(clean(part.reason), { width, indent: 0 })
      .split('\n')
      .map((reason, at): Line => ({ ...part, reason, first: at === 0 })),
  )
  const only =
    (text: (line: Line) => string) =>
    (line: Line): string =>
      line.first ? text(line) : ''
  const columns: readonly Column<Line>[] = [
    { title: 'feature', value: only(({ feature }) => feature) },
    { title: 'value', align: 'right', value: only(({ value }) => scoreText(value)) },
    { title: 'weight', align: 'right', value: only(({ weight }) => scoreText(weight)) },
    { title: 'contribution', align: 'right', value: only(({ contribution }) => figureText(contribution)) },
    { title: 'why', flexible: true, value: ({ reason }) => reason },
  ]
  return renderTable(columns, lines)
}

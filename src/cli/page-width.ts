import { terminalWidth } from './output.ts'

/** What a page takes where nobody says how wide it is. */
const usual = 100

/**
 * Columns for what is too wide to be read off a page: the terminal's; where the output goes elsewhere COLUMNS, else 100, as
 * a table of twenty figures a row is broken up by whatever shows it.
 */
export function pageWidth(
  terminal: number | null = terminalWidth(),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  if (terminal !== null) return terminal
  const { COLUMNS = '' } = environment
  return /^[1-9]\d{0,5}$/.test(COLUMNS) ? Number(COLUMNS) : usual
}

/**
 * In 18 tenders the rows disagree on a number in the text ("no. 8", "no. 9", "no. 10"): a spreadsheet counted up
 * when it should have copied. What most rows say holds; in a tie the lowest number, where the counting began.
 * Never "the first row": the file lists winners first, so its order tells who won.
 */
export function agreedText(texts: string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  const [agreed] = [...counts].sort(([a, m], [b, n]) => n - m || compareNumbers(a, b) || compare(a, b))
  return agreed?.[0] ?? ''
}

function compareNumbers(a: string, b: string): number {
  const [left, right] = [a, b].map(text => (text.match(/\d+/g) ?? []).map(Number)) as [number[], number[]]
  const at = left.findIndex((number, index) => number !== right[index])
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

/**
 * Some texts end in what stood in the next cell of the city's table: "lowest limit price", "predetermined price",
 * twice with the amount. (In some thirty the letters of both cells are interleaved; those are left as they are.)
 */
export function withoutSpill(text: string): string {
  return text.replace(/( ?lowest| predetermined)?( limit)?( price)?( \d[\d,]{6,})?$/, '')
}

/** Without spaces at the ends, and one where several stand. */
export function tidy(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

/** By code unit, so that no locale of the machine changes an order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

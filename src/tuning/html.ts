/** Text of others made safe for a page, in elements and in quoted attributes. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}

/** The first column names its row; the others are figures. Cells are HTML. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], caption = ''): string {
  const head = titles.map(title => `<th scope="col">${title}</th>`).join('')
  const body = rows.map(([name = '', ...cells]) => {
    const figures = cells.map(text => `<td>${text}</td>`).join('')
    return `<tr><th scope="row">${name}</th>${figures}</tr>`
  })
  return `<div class="scroll"><table>${caption === '' ? '' : `<caption>${caption}</caption>`}<thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`
}

/** `0.346`; a dash for nothing. */
export function figure(value: number | null, places = 3): string {
  return value === null ? '–' : value.toFixed(places)
}

/** `34.6 %`. */
export function percent(share: number, places = 1): string {
  return `${(share * 100).toFixed(places)} %`
}

/** `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Millionths as a weight. */
export function weight(millionths: number): string {
  return (millionths / 1_000_000).toFixed(3)
}

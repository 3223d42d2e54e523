import stringWidth from 'string-width'

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

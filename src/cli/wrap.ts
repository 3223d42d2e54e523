import stringWidth from 'string-width'

/** Breaks a line at its spaces so that it fits; further lines begin `indent` columns in. A longer word stays whole. */
export function wrapped(
  text: string,
  { width, indent }: { readonly width: number; readonly indent: number },
): string {
  const lines: string[] = []
  let line = ''
  let taken = 0
  // Spaces at the beginning, and several of them, are there on purpose.
  for (const part of text.match(/ *[^ ]+/g) ?? []) {
    const more = stringWidth(part)
    if (taken > indent && taken + more > width) {
      lines.push(line)
      line = ' '.repeat(indent) + part.trimStart()
      taken = stringWidth(line)
    } else {
      line += part
      taken += more
    }
  }
  return [...lines, line].join('\n')
}

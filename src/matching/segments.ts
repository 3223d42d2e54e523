/**
 * The words of a text as they stand in it, by the Unicode rules for word boundaries (UAX #29) with dictionaries for
 * scripts without spaces. Numbers are words; marks and symbols are not.
 */
export function segmentsOf(text: string): readonly string[] {
  if (plainText.test(text)) return text.match(plainWord) ?? []
  const segments: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(text))
    if (isWordLike === true) segments.push(segment)
  return segments
}

// One for all languages: dictionaries go by script, and a word that was parted by another locale's rules would not be met.
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

// Text of Latin letters and common marks alone needs no segmenter, which takes five times as long: the same rules, written
// out for these characters. The test holds the two equal. Left out: the soft hyphen, which is
// no boundary, and the cedilla standing alone. Low lines alone pass for a word here; folding leaves nothing of them.
const plainText = /^[\0-\u00ac\u00ae-\u00b7\u00b9-\u024f\u2010-\u2019\u201c\u201d\u2026\u20ac]*$/
const letter = 'A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f'
const run = `[${letter}0-9_]+`
const insideWord = `(?<=[${letter}])[.:'\u00b7\u2018\u2019](?=[${letter}])`
const insideNumber = `(?<=[0-9])[.,;'\u2018\u2019](?=[0-9])`
const plainWord = new RegExp(`${run}(?:(?:${insideWord}|${insideNumber})${run})*`, 'g')

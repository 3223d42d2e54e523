import { asSeen, withoutPiles } from '../domain/marks.ts'
import { analyserOf, type Word, wordSpace } from './analyser.ts'
import { segmentsOf } from './segments.ts'

/**
 * The words of a text, each once, in order, without stop words. Deterministic for a given version of ICU.
 * @param languages - ISO 639; none: surface forms only
 */
export function formsOf(text: string, languages: readonly string[]): Word[] {
  const analyser = analyserOf(languages)
  const found = new Map<string, Word>()
  for (const segment of segmentsOf(asRead(text))) {
    for (const word of analyser(cutSegment(segment))) {
      const same = found.get(word[0])
      if (same === undefined) found.set(word[0], word)
      else if (same !== word) found.set(word[0], join(same, word))
    }
  }
  return [...found.values()]
}

/** The canonical forms alone: stems where the language has a stemmer, else surface forms, folded. */
export function wordsOf(text: string, language: string): string[] {
  return formsOf(text, [language]).map(([canonical]) => canonical.slice(wordSpace.length))
}

/** A text as words are looked for in it. */
export function asRead(text: string): string {
  return withoutPiles(asSeen(text)).toWellFormed().normalize('NFKC')
}

/** Longer is no word of any language but an accident, and stemmers needn't meet it. UTF-16 units. */
const longest = 64

export function cutSegment(segment: string): string {
  return segment.length > longest ? segment.slice(0, longest).toWellFormed() : segment
}

/** "consultants, consulting": one word by its stem, to be met by either surface form. */
function join([canonical, ...others]: Word, word: Word): Word {
  return [canonical, ...new Set([...others, ...word.slice(1)])]
}

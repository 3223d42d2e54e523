import { foldText } from '../domain/regions.ts'
import { stemmedLanguages, stemOf } from './stemmers.ts'
import { isStopWord, languagesWithStopWords } from './stop-words.ts'

/**
 * One word in the forms by which it may be met, the first standing for it: its stem in each language it may be in, and
 * its surface form. An RFI and a profile share a word when they share one form of it, whatever is known of the language
 * of either. Forms are terms already, `word:…`: put together once a word, not once a text.
 */
export type Word = readonly [canonical: string, ...others: string[]]

/**
 * The words of a text, each once, in order, without stop words. Deterministic for a given version of ICU.
 * @param languages - ISO 639; none: surface forms only
 */
export function formsOf(text: string, languages: readonly string[]): Word[] {
  const { words, remembered } = analyserOf(languages)
  const found = new Map<string, Word>()
  for (const { segment, isWordLike } of segmenter.segment(text.toWellFormed().normalize('NFKC'))) {
    if (isWordLike !== true) continue
    const raw = segment.length > longest ? segment.slice(0, longest).toWellFormed() : segment
    let analysed = words.get(raw)
    if (analysed === undefined) {
      analysed = analyse(raw, remembered)
      remember(words, raw, analysed)
    }
    for (const word of analysed) {
      const same = found.get(word[0])
      if (same === undefined) found.set(word[0], word)
      else if (same !== word) found.set(word[0], join(same, word))
    }
  }
  return [...found.values()]
}

/** "consultants, consulting": one word by its stem, to be met by either surface form. */
function join([canonical, ...others]: Word, word: Word): Word {
  return [canonical, ...new Set([...others, ...word.slice(1)])]
}

/** The canonical forms alone: stems where the language has a stemmer, else surface forms, folded. */
export function wordsOf(text: string, language: string): string[] {
  return formsOf(text, [language]).map(([canonical]) => canonical.slice(namespace.length))
}

const namespace = 'word:'

/** Longer is no word of any language but an accident, and stemmers needn't meet it. UTF-16 units. */
const longest = 64

// One for all languages: dictionaries for Japanese, Chinese, Thai go by script, and a word that was split by another
// locale's rules would not be met.
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

interface Analyser {
  /** The languages that have rules here: what decides how a word is analysed. */
  readonly remembered: readonly string[]
  readonly words: Map<string, readonly Word[]>
}

const analysers = new Map<string, Analyser>()
const most = 100_000
let held = 0

function analyserOf(languages: readonly string[]): Analyser {
  const key = languages.length === 1 ? (languages[0] ?? '') : languages.join()
  const known = analysers.get(key)
  if (known !== undefined) return known
  const ruled = languages.filter(
    language => stemmedLanguages.has(language) || languagesWithStopWords.has(language),
  )
  // A language without rules shares what is remembered with all others without, as locales are anybody's to invent.
  if (ruled.length < languages.length) return analyserOf(ruled)
  const analyser: Analyser = { remembered: ruled, words: new Map() }
  analysers.set(key, analyser)
  return analyser
}

/** Bounded by forgetting everything: a pure function is only slower for it, for a moment. */
function remember(words: Map<string, readonly Word[]>, raw: string, analysed: readonly Word[]): void {
  if (held >= most) {
    for (const analyser of analysers.values()) analyser.words.clear()
    held = 0
  }
  held += 1
  // A copy, as a slice would hold on to the whole text it was cut from.
  words.set(Array.from(raw).join(''), analysed)
}

const inner = /(?<=\p{Script=Latin})[.:'’](?=\p{Script=Latin})/u

/**
 * Segments keep `l'industrie`, `company's`, `node.js` and `U.S.A.` whole. Cut at the mark, letters left alone are an
 * article or an ending and are dropped, unless there is nothing else: then they are an abbreviation.
 */
function partsOf(raw: string): readonly string[] {
  const parts = raw.split(inner)
  if (parts.length === 1) return parts
  const whole = parts.filter(part => part.length > 1)
  return whole.length === 0 ? [parts.join('')] : whole
}

function analyse(raw: string, languages: readonly string[]): readonly Word[] {
  return partsOf(raw).flatMap(part => {
    const surface = foldText(part)
    if (surface === '') return []
    // "IT" in capitals is a trade, "it" is not.
    if (!isAbbreviation(part) && isStopWord(surface, languages)) return []
    // Through capitals, as ß and the dotless ı have no lower-case twin; accents stay, as stemmers know them.
    const lower = part.toUpperCase().toLowerCase()
    const stems = languages.flatMap(language => foldText(stemOf(lower, language) ?? surface) || surface)
    const forms = [...new Set([...stems, surface])].map(form => namespace + form)
    const [canonical = namespace + surface, ...others] = forms
    return [[canonical, ...others] satisfies Word]
  })
}

function isAbbreviation(part: string): boolean {
  return part.length > 1 && part === part.toUpperCase() && part !== part.toLowerCase()
}

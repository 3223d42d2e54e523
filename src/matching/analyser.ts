import { foldText } from '../domain/regions.ts'
import { stemmedLanguages, stemOf } from './stemmers.ts'
import { isStopWord, languagesWithStopWords } from './stop-words.ts'

/**
 * One word in the forms by which it may be met, the first standing for it: its stem in each language it may be in, and
 * its surface form. An RFI and a profile share a word when they share one form of it, whatever is known of the language
 * of either. Forms are terms already, `word:…`: put together once a word, not once a text.
 */
export type Word = readonly [canonical: string, ...others: string[]]

export const wordSpace = 'word:'

/** What a segment of text says in any of some languages: mostly one word, none for a stop word. */
export type Analyser = (segment: string) => readonly Word[]

type Remembered = Map<string, readonly Word[]>

/** Words are remembered in two generations: when the young one is full the old one is forgotten. Some 50 MB at most. */
const generation = 100_000
let count = 0
const memories: { young: Remembered; old: Remembered }[] = []
const analysers = new Map<string, Analyser>()

export function analyserOf(languages: readonly string[]): Analyser {
  const key = languages.length === 1 ? (languages[0] ?? '') : languages.join()
  const known = analysers.get(key)
  if (known !== undefined) return known
  const ruled = languages.filter(name => stemmedLanguages.has(name) || languagesWithStopWords.has(name))
  // A language without rules shares what is remembered with all others without, as locales are anybody's to invent.
  if (ruled.length < languages.length) return analyserOf(ruled)
  const analyser = remembering(ruled)
  analysers.set(key, analyser)
  return analyser
}

function remembering(languages: readonly string[]): Analyser {
  const memory = { young: new Map() as Remembered, old: new Map() as Remembered }
  memories.push(memory)
  return segment => {
    const known = memory.young.get(segment)
    if (known !== undefined) return known
    const words = memory.old.get(segment) ?? analyse(segment, languages)
    if (count >= generation) forgetOldest()
    count += 1
    // A copy, as a slice would hold on to the whole text it was cut from.
    memory.young.set(Array.from(segment).join(''), words)
    return words
  }
}

function forgetOldest(): void {
  count = 0
  for (const memory of memories) {
    memory.old = memory.young
    memory.young = new Map()
  }
}

function analyse(segment: string, languages: readonly string[]): readonly Word[] {
  return partsOf(segment).flatMap(part => {
    const surface = fold(part)
    if (surface === '') return []
    // "IT" in capitals is a trade, "it" is not.
    if (!isAbbreviation(part) && isStopWord(surface, languages)) return []
    // Through capitals, as ß and the dotless ı have no lower-case twin; accents stay, as stemmers know them.
    const lower = part.toUpperCase().toLowerCase()
    const stems = languages.map(language => fold(stemOf(lower, language) ?? surface) || surface)
    const [canonical = surface, ...others] = new Set([...stems, surface])
    return [[wordSpace + canonical, ...others.map(form => wordSpace + form)] satisfies Word]
  })
}

/** `foldText`, less its steps where there is nothing for them to do. */
function fold(text: string): string {
  const lower = text.toLowerCase()
  return plain.test(lower) ? lower : foldText(text)
}

const plain = /^[a-z0-9]*$/
const inner = /(?<=\p{Script=Latin})[.:'’](?=\p{Script=Latin})/u

/**
 * Segments keep `l'industrie`, `company's`, `node.js` and `U.S.A.` whole. Cut at the mark, letters left alone are an
 * article or an ending and are dropped, unless there is nothing else: then they are an abbreviation.
 */
export function partsOf(segment: string): readonly string[] {
  const parts = segment.split(inner)
  if (parts.length === 1) return parts
  const whole = parts.filter(part => part.length > 1)
  return whole.length === 0 ? [parts.join('')] : whole
}

function isAbbreviation(part: string): boolean {
  return part.length > 1 && part === part.toUpperCase() && part !== part.toLowerCase()
}

import english from 'natural/lib/natural/stemmers/porter_stemmer.js'
import spanish from 'natural/lib/natural/stemmers/porter_stemmer_es.js'
import french from 'natural/lib/natural/stemmers/porter_stemmer_fr.js'
import italian from 'natural/lib/natural/stemmers/porter_stemmer_it.js'
import dutch from 'natural/lib/natural/stemmers/porter_stemmer_nl.js'
import norwegian from 'natural/lib/natural/stemmers/porter_stemmer_no.js'
import portuguese from 'natural/lib/natural/stemmers/porter_stemmer_pt.js'
import russian from 'natural/lib/natural/stemmers/porter_stemmer_ru.js'
import swedish from 'natural/lib/natural/stemmers/porter_stemmer_sv.js'
import ukrainian from 'natural/lib/natural/stemmers/porter_stemmer_uk.js'
import { stemGerman } from './german.ts'

/**
 * Lower-case word → stem, by language (ISO 639-1). The ten files of natural take some 20 ms together and load nothing
 * but short stop-word lists; its German one would parse 200 kB of stop words of every language, so German is ours.
 * Languages not here are matched by surface form.
 */
const stemmers: ReadonlyMap<string, (word: string) => string> = new Map([
  ['en', word => english.stem(word)],
  ['de', stemGerman],
  ['es', word => spanish.stem(word)],
  ['fr', word => french.stem(word)],
  ['it', word => italian.stem(word)],
  ['nl', word => dutch.stem(word)],
  ['no', word => norwegian.stem(word)],
  ['pt', word => portuguese.stem(word)],
  ['ru', word => russian.stem(word)],
  ['sv', word => swedish.stem(word)],
  ['uk', word => ukrainian.stem(word)],
])

export const stemmedLanguages: ReadonlySet<string> = new Set(stemmers.keys())

const cyrillic: ReadonlySet<string> = new Set(['ru', 'uk'])
const latinLetters = /^\p{Script=Latin}+$/u
const cyrillicLetters = /^\p{Script=Cyrillic}+$/u

/**
 * The stem of a lower-case word, or null when the language has no stemmer, the word is of another script (a rule for
 * French endings says nothing about Greek) or holds digits (`d365`).
 */
export function stemOf(word: string, language: string): string | null {
  const stem = stemmers.get(language)
  if (stem === undefined) return null
  if (!(cyrillic.has(language) ? cyrillicLetters : latinLetters).test(word)) return null
  return stem(word)
}

import type { Need } from '../domain/rfi.ts'
import { analyserOf, partsOf } from './analyser.ts'
import { segmentsOf } from './segments.ts'
import { type Term, textOfNeed } from './terms.ts'
import { asRead, cutSegment } from './tokens.ts'

/**
 * What stands in a need for each of its words' terms: the first word that gave it, as it was written (`word:reinforc` →
 * `reinforcement`). By the same steps that made the terms; ids stand for themselves and are left out.
 * @param languages - those the terms were made with: `languagesOf` the customer's country and locale
 */
export function wordsBehind(need: Need, languages: readonly string[]): ReadonlyMap<Term, string> {
  const analyser = analyserOf(languages)
  const written = new Map<Term, string>()
  for (const segment of segmentsOf(asRead(textOfNeed(need))))
    for (const part of partsOf(cutSegment(segment)))
      for (const forms of analyser(part))
        for (const form of forms) if (!written.has(form)) written.set(form, part)
  return written
}

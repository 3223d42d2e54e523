import type { Profile, Tags } from '../domain/profile.ts'
import type { Need } from '../domain/rfi.ts'
import { languagesOf } from './language.ts'
import { formsOf } from './tokens.ts'

/**
 * What is matched, by namespace: `industry:…`, `product:…`, `service:…`, `solution:…` hold a vocabulary's id as it is
 * written, whole; `word:…` a form of a word. A word never meets an id.
 */
export type Term = string

/** One thing asked for or offered, in the forms by which it may be met; the first stands for it. */
export type TermForms = readonly [canonical: Term, ...others: Term[]]

/** What a profile offers: from its tags only, never its description. A keyword gives its words. */
export function formsOfProfile(profile: Profile): TermForms[] {
  const { tags } = profile
  return [...idsOf(tags), ...formsOf(tags.keywords.join('\n'), languagesOf(profile.country, profile.locale))]
}

/** The terms alone, each once, one for each word. */
export function termsOfProfile(profile: Profile): Term[] {
  return formsOfProfile(profile).map(([canonical]) => canonical)
}

/** What a need asks for: its ids, and the words of title, description and keywords. */
export function formsOfNeed(need: Need, languages: readonly string[]): TermForms[] {
  const text = [need.title, need.description, ...need.keywords].filter(part => part !== null).join('\n')
  return [...idsOf(need), ...formsOf(text, languages)]
}

function idsOf(from: Omit<Tags, 'keywords'>): TermForms[] {
  const terms = new Set<Term>()
  for (const id of from.industries) terms.add(`industry:${id}`)
  for (const id of from.products) terms.add(`product:${id}`)
  for (const id of from.services) terms.add(`service:${id}`)
  for (const id of from.solutions) terms.add(`solution:${id}`)
  return Array.from(terms, term => [term])
}

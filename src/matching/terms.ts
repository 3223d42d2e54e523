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
  const words = formsOf(tags.keywords.join('\n'), languagesOf(profile.country, profile.locale))
  return [...idsOf(tags), ...words].slice(0, Math.floor(mostListings / (profile.serves.regions.length + 1)))
}

/**
 * A profile is listed under each of its terms in each of its regions: 10,000 tags for 20 regions, 800 for 300. The first
 * count. Without a limit one profile within its 256 kB could be listed a hundred million times.
 */
const mostListings = 250_000

/** The terms alone, each once, one for each word. */
export function termsOfProfile(profile: Profile): Term[] {
  return formsOfProfile(profile).map(([canonical]) => canonical)
}

/** What a need asks for: its ids, and the words of title, description and keywords. */
export function formsOfNeed(need: Need, languages: readonly string[]): TermForms[] {
  return [...idsOf(need), ...formsOf(textOfNeed(need), languages)]
}

/** What words are read from: title, description and keywords, a line each. */
export function textOfNeed({ title, description, keywords }: Need): string {
  const parts = [title, description, keywords.join('\n')]
  return parts.map(part => part?.slice(0, longestText) ?? '').join('\n')
}

/**
 * Of a title, a description and all keywords together is read so much each: 2,500 words, more than a ranking takes in.
 * Ten times as much, in a script whose words only a dictionary parts, would hold up a lane for a second. UTF-16 units.
 */
const longestText = 16_384

function idsOf(from: Omit<Tags, 'keywords'>): TermForms[] {
  const terms = new Set<Term>()
  for (const id of from.industries) terms.add(`industry:${id}`)
  for (const id of from.products) terms.add(`product:${id}`)
  for (const id of from.services) terms.add(`service:${id}`)
  for (const id of from.solutions) terms.add(`solution:${id}`)
  return Array.from(terms, term => [term])
}

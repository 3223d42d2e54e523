import data from './vocabularies/terms.json' with { type: 'json' }

/**
 * What needs and tags are made of. A term is one whole value, whatever commas, `&` or brackets it holds: never split.
 * Vocabularies change yearly, so a term that is missing here is kept and flagged, never refused.
 */
export const termKinds = ['industries', 'products', 'services', 'solutions'] as const
export type TermKind = (typeof termKinds)[number]

export interface Term {
  readonly kind: TermKind
  readonly id: string
}

export const vocabularyVersion: string = data.version

/** Every known term, in the order of the file. */
export const vocabulary: { readonly [kind in TermKind]: readonly string[] } = {
  industries: data.industries,
  products: data.products,
  services: data.services,
  solutions: data.solutions.map(solution => solution.id),
}

const known: { readonly [kind in TermKind]: ReadonlySet<string> } = {
  industries: new Set(vocabulary.industries),
  products: new Set(vocabulary.products),
  services: new Set(vocabulary.services),
  solutions: new Set(vocabulary.solutions),
}
const eligible: ReadonlySet<string> = new Set(
  data.solutions.filter(solution => solution.eligibleForRegistration).map(solution => solution.id),
)

/** Exact: ids are compared as they are written. */
export function isKnownTerm(kind: TermKind, id: string): boolean {
  return known[kind].has(id)
}

/** The terms of a need or of tags that the vocabulary doesn't hold, each once, in the order they stand. */
export function unknownTerms(terms: { readonly [kind in TermKind]?: readonly string[] }): Term[] {
  return termKinds.flatMap(kind =>
    [...new Set(terms[kind])].filter(id => !isKnownTerm(kind, id)).map(id => ({ kind, id })),
  )
}

/** The solution areas whose won deals may be registered, each once; unknown ones are not. */
export function registrationEligible(solutions: readonly string[]): string[] {
  return [...new Set(solutions)].filter(solution => eligible.has(solution))
}

import type { PartnerId } from '../domain/ids.ts'
import type { Term } from '../matching/terms.ts'
import { addToBuckets, type Buckets, type Counts, dayOf, noBuckets } from './buckets.ts'
import { countsOf, type Fact } from './evidence.ts'
import { hashOf } from './hash.ts'
import { packBuckets, unpackBuckets } from './packed-buckets.ts'

/**
 * What a partner has answered under one term. `weight` is how much it tells, and `hash` is the term's, to be found
 * by without its text. `buckets` are packed as they come from the store, since a partner has hundreds of these and an
 * answer touches few.
 */
export interface TermInterest {
  readonly hash: number
  readonly term: Term
  readonly weight: number
  readonly buckets: Buckets | string
}

/** As the store keeps one by itself. */
export interface StoredTermInterest extends TermInterest {
  readonly buckets: string
}

export function bucketsIn({ buckets }: TermInterest): Buckets {
  return typeof buckets === 'string' ? unpackBuckets(buckets) : buckets
}

export function packedBuckets({ buckets }: TermInterest): string {
  return typeof buckets === 'string' ? buckets : packBuckets(buckets)
}

export function asStored(interest: TermInterest): StoredTermInterest {
  return { ...interest, buckets: packedBuckets(interest) }
}

/**
 * The terms a partner has answered most, at most `mostHeld`, in the order of their hashes: what routers hold in memory. The
 * rest are kept one by one (`TermInterest` by itself). Counts only grow, so a term that isn't touched never overtakes one
 * that is held: which are held depends on what was counted, not on its order.
 */
export interface Interest {
  readonly partnerId: PartnerId
  /** Answers and outcomes folded. */
  readonly version: number
  readonly terms: readonly TermInterest[]
}

/** Measured on real histories: 256 lose nothing against all, 64 lose a tenth of the right answers. */
export const mostHeld = 512

export function noInterest(partnerId: PartnerId): Interest {
  return { partnerId, version: 0, terms: [] }
}

/** Null for what teaches nothing about a kind of deal: an offer as such, and silence nobody was notified of. */
export function interestCounts(fact: Fact): Counts | null {
  if (fact.type === 'offered' || fact.type === 'reported') return null
  if ((fact.type === 'expired' || fact.type === 'reopened') && !fact.notifiable) return null
  // Abuse says nothing about what the partner looks for.
  if (fact.kind === 'spam') return null
  return countsOf(fact)
}

export interface Folded {
  readonly interest: Interest
  /** Terms not held (any more) that changed: to be written one by one. */
  readonly apart: readonly TermInterest[]
  /** Held now and kept apart before: their own rows are to go. */
  readonly joined: readonly number[]
}

/**
 * Counts one fact, or several of the same partner, under the terms of their RFIs.
 * @param apartOf - a term kept by itself, by its hash: asked for only when all places are taken
 */
export function foldInterest(
  interest: Interest,
  facts: readonly { readonly fact: Fact; readonly terms: readonly Term[] }[],
  apartOf: (hash: number) => TermInterest | undefined,
): Folded {
  const touched = new Map<number, { term: Term; buckets: Buckets; weight: number }>()
  const wasApart = new Set<number>()
  let version = interest.version
  for (const { fact, terms } of facts) {
    const counts = interestCounts(fact)
    if (counts === null) continue
    version += 1
    const day = dayOf(fact.routedAt)
    const more = weightOf(fact)
    for (const term of terms) {
      const hash = hashOf(term)
      let known = touched.get(hash)
      if (known === undefined) {
        const place = placeOf(interest.terms, hash)
        const held = interest.terms[place]?.hash === hash ? interest.terms[place] : undefined
        const apart = held === undefined ? apartOf(hash) : undefined
        if (apart !== undefined) wasApart.add(hash)
        const stored = held ?? apart
        known = {
          term: stored?.term ?? term,
          weight: stored?.weight ?? 0,
          buckets: stored === undefined ? noBuckets : bucketsIn(stored),
        }
        touched.set(hash, known)
      }
      // Two terms of one hash count as one, under the text that comes first in their order.
      if (term < known.term) known.term = term
      known.buckets = addToBuckets(known.buckets, day, counts)
      known.weight += more
    }
  }
  if (version === interest.version) return { interest, apart: [], joined: [] }
  const counted = Array.from(touched, ([hash, { term, weight, buckets }]) => ({
    hash,
    term,
    weight,
    buckets,
  })).sort((one, other) => one.hash - other.hash)
  const { held, apart } = strongest(replaced(interest.terms, counted))
  const apartNow = new Set(apart.map(({ hash }) => hash))
  return {
    interest: { partnerId: interest.partnerId, version, terms: held },
    apart,
    joined: [...wasApart].filter(hash => !apartNow.has(hash)),
  }
}

/** What is accepted tells most of what a partner looks for. */
function weightOf({ type }: Fact): number {
  // Taken back by counts alone: weights only grow, or a term that isn't touched could overtake.
  if (type === 'reopened') return 0
  return type === 'accepted' ? 4 : 1
}

/** Both lists as one, all sorted by their hashes: of two of the same hash the one counted. */
function replaced(terms: readonly TermInterest[], counted: readonly TermInterest[]): TermInterest[] {
  const all: TermInterest[] = []
  let at = 0
  for (const other of counted) {
    for (; at < terms.length && (terms[at] as TermInterest).hash < other.hash; at += 1)
      all.push(terms[at] as TermInterest)
    if (terms[at]?.hash === other.hash) at += 1
    all.push(other)
  }
  for (; at < terms.length; at += 1) all.push(terms[at] as TermInterest)
  return all
}

/** Where a hash stands among terms sorted by theirs, or would. */
export function placeOf(terms: readonly TermInterest[], hash: number): number {
  let low = 0
  let high = terms.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((terms[middle] as TermInterest).hash < hash) low = middle + 1
    else high = middle
  }
  return low
}

/** Those that weigh most, in their order, and the rest, the weakest first; of those that weigh the same, the last. */
function strongest(terms: readonly TermInterest[]): {
  readonly held: readonly TermInterest[]
  readonly apart: readonly TermInterest[]
} {
  const tooMany = terms.length - mostHeld
  if (tooMany <= 0) return { held: terms, apart: [] }
  // Mostly a handful of hundreds: only what weighs no more than the heaviest that must go is looked at again.
  const weights = Float64Array.from(terms, ({ weight }) => weight).sort()
  const limit = weights[tooMany - 1] as number
  const apart = terms
    .filter(({ weight }) => weight <= limit)
    .reverse()
    .sort((one, other) => one.weight - other.weight)
    .slice(0, tooMany)
  const gone = new Set(apart)
  return { held: terms.filter(term => !gone.has(term)), apart }
}

/** Whether terms may be kept apart: only then is it worth looking for them. */
export function isFull(interest: Interest): boolean {
  return interest.terms.length >= mostHeld
}

import type { PartnerId } from '../domain/ids.ts'
import type { Term } from '../matching/terms.ts'
import { type Interest, packedBuckets, type TermInterest } from './interest.ts'
import { NumberReader, packNumbers } from './varints.ts'

/**
 * An interest as the store keeps it: the terms' texts, and all the rest in one text, as a list of hundreds of small
 * objects takes many times as long to read.
 */
export interface StoredInterest {
  readonly version: number
  /** In the order of their hashes. */
  readonly terms: readonly Term[]
  /** For each its hash as the distance from the one before, its weight, the length of its packed buckets, and those. */
  readonly packed: string
}

export function packInterest({ version, terms }: Interest): StoredInterest {
  let packed = ''
  let before = 0
  for (const interest of terms) {
    const buckets = packedBuckets(interest)
    packed += packNumbers([interest.hash - before, interest.weight, buckets.length]) + buckets
    before = interest.hash
  }
  return { version, terms: terms.map(({ term }) => term), packed }
}

/** @throws Error for what `packInterest` did not write */
export function unpackInterest(partnerId: PartnerId, { version, terms, packed }: StoredInterest): Interest {
  const reader = new NumberReader(packed)
  let hash = 0
  return {
    partnerId,
    version,
    terms: terms.map((term): TermInterest => {
      hash += reader.next()
      const weight = reader.next()
      return new Unpacked(hash, term, weight, reader.text(reader.next()))
    }),
  }
}

/**
 * Made by a constructor, not as a literal: V8 watches what literals make, now and then takes these for long-lived while
 * tables are read, and from then on millions of them pile up among the old, half a gigabyte before they are collected.
 */
class Unpacked implements TermInterest {
  readonly hash: number
  readonly term: Term
  readonly weight: number
  readonly buckets: string

  constructor(hash: number, term: Term, weight: number, buckets: string) {
    this.hash = hash
    this.term = term
    this.weight = weight
    this.buckets = buckets
  }
}

import type { RoutedEvent } from '../../domain/events.ts'
import type { PartnerId } from '../../domain/ids.ts'
import type { Reader } from '../../ports/store.ts'
import { askedTerms, countedTerms } from '../../ranking/asked.ts'
import type { Fact } from '../../ranking/evidence.ts'
import { hashOf } from '../../ranking/hash.ts'
import {
  asStored,
  foldInterest,
  type Interest,
  interestCounts,
  isFull,
  noInterest,
} from '../../ranking/interest.ts'
import { packInterest, unpackInterest } from '../../ranking/packed-interest.ts'
import type { Collections } from '../collections.ts'
import type { EffectsBuilder } from '../effects.ts'

/** A fact with the RFI it is about, as its routing told it. */
export interface Lesson {
  readonly fact: Fact
  readonly routed: RoutedEvent
  /** Offset of the record it came with. */
  readonly cause: number
}

/**
 * What partners' answers of a batch teach about the kinds of deals they take: two queries for all of them, the second only
 * for partners of more terms than are held.
 */
export async function foldInterests(
  lessons: readonly Lesson[],
  { effects, read, lane }: { effects: EffectsBuilder; read: Reader<Collections>; lane: string },
): Promise<void> {
  const byPartner = Map.groupBy(
    lessons.filter(({ fact }) => interestCounts(fact) !== null),
    ({ routed }) => routed.partnerId,
  )
  if (byPartner.size === 0) return
  const learnt = new Map<PartnerId, ReturnType<typeof counted>>()
  for (const [partnerId, its] of byPartner) learnt.set(partnerId, counted(its))
  const stored = await read.get('interests', [...byPartner.keys()])
  const interests = new Map<PartnerId, Interest>()
  const apartIds: string[] = []
  for (const [partnerId, lessons] of learnt) {
    const document = stored.get(partnerId)
    const interest: Interest =
      document === undefined ? noInterest(partnerId) : unpackInterest(partnerId, document)
    interests.set(partnerId, interest)
    if (isFull(interest))
      apartIds.push(...notHeld(interest, lessons).map(hash => interestTermId(partnerId, hash)))
  }
  const apart = apartIds.length === 0 ? null : await read.get('interestTerms', [...new Set(apartIds)])
  for (const [partnerId, lessons] of learnt) {
    const interest = interests.get(partnerId)
    if (interest === undefined) continue
    const folded = foldInterest(interest, lessons, hash => apart?.get(interestTermId(partnerId, hash)))
    const offset = Math.max(...lessons.map(({ cause }) => cause))
    effects.write({
      kind: 'put',
      collection: 'interests',
      document: {
        _id: partnerId,
        ...packInterest(folded.interest),
        changed: { lane, offset },
      },
    })
    for (const term of folded.apart)
      effects.write({
        kind: 'put',
        collection: 'interestTerms',
        document: { _id: interestTermId(partnerId, term.hash), ...asStored(term) },
      })
    for (const hash of folded.joined)
      effects.write({ kind: 'remove', collection: 'interestTerms', id: interestTermId(partnerId, hash) })
  }
}

function counted(lessons: readonly Lesson[]) {
  return lessons.map(({ fact, routed, cause }) => ({ fact, cause, terms: countedTerms(askedTerms(routed)) }))
}

function notHeld(interest: Interest, lessons: readonly { readonly terms: readonly string[] }[]): number[] {
  const held = new Set(interest.terms.map(({ hash }) => hash))
  const asked = new Set(lessons.flatMap(({ terms }) => terms.map(hashOf)))
  return [...asked].filter(hash => !held.has(hash))
}

/** A partnerId holds no colon. */
export function interestTermId(partnerId: PartnerId, hash: number): string {
  return `${partnerId}:${hash.toString(36)}`
}

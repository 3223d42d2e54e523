import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { PartnerId } from '../domain/ids.ts'
import { reasonKinds } from '../domain/reasons.ts'
import { day } from '../domain/time.ts'
import type { Term } from '../matching/terms.ts'
import type { Fact } from './evidence.ts'
import {
  asStored,
  foldInterest,
  type Interest,
  interestCounts,
  mostHeld,
  noInterest,
  type StoredTermInterest,
} from './interest.ts'

const partnerId = 'acme' as PartnerId
const start = Date.parse('2026-01-15T00:00:00.000Z')

interface Lesson {
  readonly fact: Fact
  readonly terms: readonly Term[]
}

const facts: fc.Arbitrary<Fact> = fc
  .record({
    days: fc.oneof(fc.nat(90), fc.nat(2500)),
    notifiable: fc.boolean(),
    type: fc.constantFrom('offered', 'accepted', 'declined', 'expired', 'won', 'lost', 'reported'),
    kind: fc.constantFrom(...reasonKinds),
  })
  .map(({ days, notifiable, type, kind }) => {
    const routedAt = start + days * day
    const common = { routedAt, expiresAt: routedAt + 14 * day, notifiable, answerTime: 0 }
    if (type === 'declined' || type === 'lost') return { ...common, type, kind }
    return type === 'accepted' ? { ...common, type, kind: null } : { ...common, type, kind: null }
  })

/** As the store keeps it: what is held in one document, the other terms in one each. */
interface Kept {
  readonly interest: Interest
  readonly apart: ReadonlyMap<number, StoredTermInterest>
}
const nothing: Kept = { interest: noInterest(partnerId), apart: new Map() }

function kept({ interest, apart }: Kept, lessons: readonly Lesson[]): Kept {
  const folded = foldInterest(interest, lessons, hash => apart.get(hash))
  const rows = new Map(apart)
  for (const term of folded.apart) rows.set(term.hash, asStored(term))
  for (const hash of folded.joined) rows.delete(hash)
  return { interest: { ...folded.interest, terms: folded.interest.terms.map(asStored) }, apart: rows }
}

function bytesOf({ interest, apart }: Kept): string {
  return JSON.stringify([interest, [...apart.values()].sort((one, other) => one.hash - other.hash)])
}

/** A list, another order of it, and where that is cut into batches. */
function inTwoOrders(lessons: fc.Arbitrary<Lesson[]>) {
  return lessons.chain(list =>
    fc.record({
      list: fc.constant(list),
      other: fc.shuffledSubarray(list, { minLength: list.length }),
      cuts: fc.array(fc.nat(list.length), { maxLength: 4 }).map(cuts => cuts.sort((a, b) => a - b)),
    }),
  )
}

function inBatches(list: readonly Lesson[], cuts: readonly number[]): Kept {
  const bounds = [0, ...cuts, list.length]
  return bounds.slice(1).reduce((state, end, at) => kept(state, list.slice(bounds[at], end)), nothing)
}

describe('folding in any order and any batches gives the same bytes', () => {
  test('of few terms', () => {
    const terms = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 })
    const lessons = fc.array(fc.record({ fact: facts, terms }), { maxLength: 20 })
    fc.assert(
      fc.property(inTwoOrders(lessons), ({ list, other, cuts }) => {
        expect(bytesOf(inBatches(other, cuts))).toBe(bytesOf(inBatches(list, [])))
      }),
    )
  })

  test('of more terms than are held', () => {
    // Stretches of a list of terms: most are met once or twice, and some are pushed out and come back.
    const all = Array.from({ length: mostHeld + 150 }, (_, at) => `term-${at}`)
    const terms = fc
      .tuple(fc.nat(all.length - 60), fc.integer({ min: 1, max: 300 }))
      .map(([from, length]) => all.slice(from, from + length))
    const teaching = facts.filter(fact => interestCounts(fact) !== null)
    const stretches = fc.array(fc.record({ fact: teaching, terms }), { maxLength: 14 })
    const halves = fc.tuple(teaching, teaching).map(([one, other]) => [
      { fact: one, terms: all.slice(0, 340) },
      { fact: other, terms: all.slice(330) },
    ])
    const lessons = fc.tuple(stretches, halves).map(lists => lists.flat())
    fc.assert(
      fc.property(inTwoOrders(lessons), ({ list, other, cuts }) => {
        const first = inBatches(list, [])
        expect(bytesOf(inBatches(other, cuts))).toBe(bytesOf(first))
        expect([first.interest.terms.length, first.apart.size]).toEqual([mostHeld, 150])
        const heldLeast = Math.min(...first.interest.terms.map(({ weight }) => weight))
        for (const { weight, hash } of first.apart.values()) {
          expect(weight).toBeLessThanOrEqual(heldLeast)
          expect(first.interest.terms.some(held => held.hash === hash)).toBe(false)
        }
      }),
      { numRuns: 25 },
    )
  })
})

test('counts nothing for offers, reports, spam, and silence nobody was notified of', () => {
  fc.assert(
    fc.property(facts, fact => {
      const silence = fact.type === 'expired' && !fact.notifiable
      const teaches = fact.type !== 'offered' && fact.type !== 'reported' && fact.kind !== 'spam' && !silence
      expect(interestCounts(fact) !== null).toBe(teaches)
      const { interest } = kept(nothing, [{ fact, terms: ['a'] }])
      expect([interest.version, interest.terms.length]).toEqual(teaches ? [1, 1] : [0, 0])
    }),
  )
})

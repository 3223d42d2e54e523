import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import type { PartnerId } from '../domain/ids.ts'
import type { Term } from '../matching/terms.ts'
import { bandTerm } from './asked.ts'
import { addToBuckets, type Buckets, type Counts, noBuckets, visitCounts } from './buckets.ts'
import { hashOf } from './hash.ts'
import type { Interest, TermInterest } from './interest.ts'
import { InterestTable } from './interest-table.ts'
import { type Likeness, termCounts } from './likeness.ts'
import { one } from './millionths.ts'
import { packBuckets } from './packed-buckets.ts'

const terms = ['word:a', 'word:b', 'word:c', 'phrase:a b', 'size:x', bandTerm('EUR', 30), bandTerm('EUR', 31)]
const asked = { terms: terms.slice(0, 5), budget: { currency: 'EUR', position: 30.4 } }
const today = 20_500

const countsArbitrary: fc.Arbitrary<Counts> = fc.record(
  {
    answeredInHour: fc.integer({ min: 1, max: 5 }),
    answeredInDay: fc.integer({ min: 1, max: 5 }),
    accepted: fc.integer({ min: 1, max: 30 }),
    declinedFit: fc.integer({ min: 1, max: 5 }),
    declinedOther: fc.integer({ min: 1, max: 5 }),
    silent: fc.integer({ min: 1, max: 9 }),
    won: fc.integer({ min: 1, max: 5 }),
    lostCustomer: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
)
const bucketsArbitrary = fc
  .array(fc.tuple(fc.integer({ min: today - 900, max: today }), countsArbitrary), {
    minLength: 1,
    maxLength: 5,
  })
  .map(list => list.reduce((buckets, [at, counts]) => addToBuckets(buckets, at, counts), noBuckets))
/** What a partner's interest becomes, one state after the other: terms come, change and go. */
const statesArbitrary = fc.array(
  fc.dictionary(fc.constantFrom(...terms), bucketsArbitrary, { maxKeys: terms.length }),
  { minLength: 1, maxLength: 4 },
)
const partners = ['p0', 'p1', 'p2', 'p3'] as PartnerId[]
const worlds = fc.tuple(...partners.map(() => statesArbitrary))

function interestOf(partnerId: PartnerId, held: Readonly<Record<Term, Buckets>>, packed: boolean): Interest {
  const rows = Object.entries(held).map(([term, buckets]): TermInterest => {
    return { hash: hashOf(term), term, weight: 1, buckets: packed ? packBuckets(buckets) : buckets }
  })
  return { partnerId, version: 1, terms: rows.sort((left, right) => left.hash - right.hash) }
}

/** Decayed counts straight from the buckets, millionths, in the order of `termCounts`; not rounded. */
function naive(buckets: Buckets, day: number, halfLifeDays: number): number[] {
  const sums = termCounts.map(() => 0)
  visitCounts(buckets, (at, counts) => {
    const of = (name: keyof Counts) => counts[name] ?? 0
    const declined = of('declinedFit') + of('declinedOther')
    const closed = of('accepted') + declined + of('silent')
    const ended = of('won') + of('lostCustomer') + declined + of('silent')
    const row = [of('accepted'), closed, of('answeredInHour'), of('answeredInDay'), of('won'), ended]
    const weight = one * 2 ** (-(day - at) / halfLifeDays)
    for (const [place, count] of [...row, closed - of('declinedFit')].entries())
      sums[place] = (sums[place] ?? 0) + weight * count
  })
  return sums
}

/** 32 bits hold seven digits. */
function expectNear(found: number | undefined, wanted: number | undefined): void {
  expect(Math.abs((found ?? 0) - (wanted ?? 0))).toBeLessThanOrEqual(2 + (wanted ?? 0) * 2e-7)
}

function expectLikeness(
  likeness: Likeness,
  held: Readonly<Record<Term, Buckets>>,
  known: readonly Term[],
  day: number,
  halfLifeDays: number,
) {
  const met = new Map(likeness.terms.map(row => [known[row.at], row]))
  expect([...met.keys()].sort()).toEqual(
    Object.keys(held)
      .filter(term => known.includes(term))
      .sort(),
  )
  for (const [term, row] of met) {
    const wanted = naive(held[term ?? ''] ?? noBuckets, day, halfLifeDays)
    for (const [place, name] of termCounts.entries()) expectNear(row[name], wanted[place])
  }
}

const halfLives = fc.constantFrom(0.5, 3, 30, 365, 10_000)

describe('an interest table', () => {
  test('holds what a naive computation gives, whatever was applied before and in whatever order', () => {
    fc.assert(
      fc.property(
        worlds,
        halfLives,
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (states, halfLifeDays, told, dice) => {
          const table = new InterestTable(halfLifeDays)
          const left = states.map((list, at) => ({
            partnerId: partners[at] as PartnerId,
            list: [...list],
            before: {} as Record<Term, Buckets>,
          }))
          for (;;) {
            const open = left.filter(({ list }) => list.length > 0)
            const next = open[(dice.next().value ?? 0) % Math.max(1, open.length)]
            const state = next?.list.shift()
            if (next === undefined || state === undefined) break
            const changed = [...new Set([...Object.keys(next.before), ...Object.keys(state)])].map(hashOf)
            const interest = interestOf(next.partnerId, state, (dice.next().value ?? 0) % 2 === 0)
            if (told) table.apply(interest, changed)
            else table.apply(interest)
            next.before = state
          }
          const day = today + 7
          const asking = table.ask(asked, day)
          const known = asking.askedBefore.terms.map(({ term }) => term)
          const sums = new Map<Term, number[]>()
          for (const { partnerId, before } of left) {
            expectLikeness(asking.of(partnerId), before, known, day, halfLifeDays)
            for (const [term, buckets] of Object.entries(before)) {
              const sum = sums.get(term) ?? termCounts.map(() => 0)
              sums.set(
                term,
                naive(buckets, day, halfLifeDays).map((count, at) => count + (sum[at] ?? 0)),
              )
            }
          }
          const all = [...asking.askedBefore.terms, ...asking.askedBefore.bands]
          expect(all.map(({ term }) => term).sort()).toEqual([...sums.keys()].sort())
          for (const row of all)
            for (const [place, name] of termCounts.entries())
              expectNear(row[name], sums.get(row.term)?.[place])
        },
      ),
    )
  })

  test('is the same to the last digit in whatever order partners came in', () => {
    fc.assert(
      fc.property(
        worlds,
        halfLives,
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        (states, halfLifeDays, order) => {
          const seen = (places: readonly number[]) => {
            const table = new InterestTable(halfLifeDays)
            for (const at of places)
              table.apply(interestOf(partners[at] as PartnerId, states[at]?.at(-1) ?? {}, false))
            const asking = table.ask(asked, today)
            return [asking.askedBefore, ...partners.map(partnerId => asking.of(partnerId))]
          }
          expect(seen(order)).toEqual(seen([0, 1, 2, 3]))
        },
      ),
    )
  })

  test('finds the same by postings and, of many, by each partner’s own list', () => {
    const buckets = addToBuckets(noBuckets, today, { accepted: 1 })
    const table = new InterestTable(30)
    const many = Array.from({ length: 10_100 }, (_, at) => `q${at}` as PartnerId)
    // 5 terms of 10,100 partners are more than are gathered at once; 2 fewer terms are not.
    const all = Object.fromEntries(terms.slice(0, 5).map(term => [term, buckets]))
    for (const [at, partnerId] of many.entries())
      table.apply(interestOf(partnerId, at % 3 === 0 ? { ...all, [terms[5] as Term]: buckets } : all, false))
    const looks = many.slice(0, 300)
    const seen = (of: typeof asked) => {
      const asking = table.ask(of, today)
      return looks.map(partnerId => asking.of(partnerId))
    }
    const [one, other] = [seen({ ...asked, terms: terms.slice(0, 2) }), seen(asked)]
    for (const [at, likeness] of other.entries()) {
      expect(likeness.terms.filter(row => row.at < 2)).toEqual(one[at]?.terms)
      expect(likeness.bands).toEqual(one[at]?.bands)
    }
  })

  test('halves what is read a half-life later, however far the table has to move', () => {
    fc.assert(
      fc.property(
        bucketsArbitrary,
        halfLives,
        fc.integer({ min: 0, max: 200 }),
        (buckets, halfLifeDays, halves) => {
          const table = new InterestTable(halfLifeDays)
          table.apply(interestOf(partners[0] as PartnerId, { [terms[0] as Term]: buckets }, false))
          const far = today + Math.round(halves * halfLifeDays)
          const newer = addToBuckets(noBuckets, far, { accepted: 3, won: 1 })
          table.apply(interestOf(partners[1] as PartnerId, { [terms[0] as Term]: newer }, false))
          for (const day of [far, far + Math.ceil(halfLifeDays)]) {
            const asking = table.ask(asked, day)
            expectLikeness(
              asking.of(partners[0] as PartnerId),
              { [terms[0] as Term]: buckets },
              [terms[0] as Term],
              day,
              halfLifeDays,
            )
            expectLikeness(
              asking.of(partners[1] as PartnerId),
              { [terms[0] as Term]: newer },
              [terms[0] as Term],
              day,
              halfLifeDays,
            )
          }
        },
      ),
    )
  })

  test('an asking is not read once the table went on', () => {
    const table = new InterestTable(30)
    const buckets = addToBuckets(noBuckets, today, { accepted: 1 })
    table.apply(interestOf(partners[0] as PartnerId, { [terms[0] as Term]: buckets }, false))
    expect(table.ask(asked, today).partners(), 'as everybody has answered under it').toEqual([])
    for (const other of ['q1', 'q2', 'q3'])
      table.apply(interestOf(other as PartnerId, { 'word:other': buckets }, false))
    const asking = table.ask(asked, today)
    expect(asking.partners()).toEqual([partners[0]])
    table.apply(interestOf(partners[0] as PartnerId, {}, false))
    expect(() => asking.of(partners[0] as PartnerId)).toThrow('after the table went on')
    expect(table.ask(asked, today).partners()).toEqual([])
    expect(table.ask(asked, today).askedBefore).toEqual({ terms: [], bands: [] })
  })
})

import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  inputOf,
  profileOf,
  releases,
  rfiOf,
  type World,
  words,
  worlds,
} from '../../test/support/ranking-world.ts'
import type { PartnerId } from '../domain/ids.ts'
import { type Ranking, rank, rankRequested } from './rank.ts'
import { type Receipt, receiptOf, tallyNames } from './receipt.ts'
import { defaultRelease, type Release } from './release.ts'
import { verifyReceipt } from './verify.ts'
import type { Differs } from './verify-check.ts'

const rfi = rfiOf(words.slice(0, 4))

function receiptFor(world: World, release: Release, requested: readonly string[] = []): Receipt {
  const input = inputOf(world, { release, excluded: new Set(['p1' as PartnerId]) })
  const ranking: Ranking =
    requested.length === 0 ? rank(input) : rankRequested(input, requested as readonly PartnerId[])
  const receipt = receiptOf({
    ...{ rfiId: rfi.rfiId, at: rfi.occurredAt, ranking, refusal: null, release, releaseHash: 'hash' },
    chosen: requested.length === 0 ? ranking.considered.slice(0, 3) : ranking.considered,
    next: requested.length === 0 ? ranking.considered.slice(3) : [],
    rule: requested.length === 0 ? 'rank' : 'requested',
  })
  // As it comes out of a store.
  return JSON.parse(JSON.stringify(receipt))
}

/** Numbers and where they lie, `considered.3.values.1`. */
function numbersIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'number') return [[...path]]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => numbersIn(member, [...path, name]))
}

function changed(receipt: Receipt, path: readonly string[], change: (number: number) => number): Receipt {
  const copy = structuredClone(receipt) as unknown as Record<string, unknown>
  let holder = copy
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>
  const last = path.at(-1) ?? ''
  holder[last] = change(holder[last] as number)
  return copy as unknown as Receipt
}

/** Reckoned from the rest: one more or one less is found. */
function isReckoned([first, second, part]: readonly string[]): boolean {
  if (first === 'propensity') return true
  if (first === 'features' || first === 'terms') return true
  if (first !== 'considered' || second === undefined) return first === 'candidates'
  return ['score', 'inputs', 'values', 'contributions', 'estimates'].includes(part ?? '')
}

describe('verifyReceipt', () => {
  test('finds every receipt right', () => {
    fc.assert(
      fc.property(worlds(30), releases, fc.boolean(), (world, release, asked) => {
        const receipt = receiptFor(world, release, asked ? ['p0', 'p2', 'p5', 'nobody'] : [])
        for (const given of [release, null])
          expect(verifyReceipt(receipt, given)).toMatchObject({
            ok: true,
            checked: { rows: receipt.considered.length },
          })
      }),
      { numRuns: 40 },
    )
  })

  test('finds any figure that was reckoned, changed by one, and names its place', () => {
    fc.assert(
      fc.property(
        worlds(14, 6),
        fc.constant(defaultRelease),
        fc.nat(),
        fc.constantFrom(-1, 1),
        (world, release, pick, by) => {
          const receipt = receiptFor(world, release)
          const proximity = String(receipt.features.findIndex(({ name }) => name === 'proximity'))
          // The one input that is believed, as locations are not on a receipt.
          const places = numbersIn(receipt).filter(
            path => isReckoned(path) && !(path[2] === 'inputs' && path[3] === proximity),
          )
          const path = places[pick % places.length]
          if (path === undefined) return
          const where = placeOf(receipt, path)
          const found = verifyReceipt(
            changed(receipt, path, number => number + by),
            release,
          )
          expect({ path, ok: found.ok }).toEqual({ path, ok: false })
          if (path[0] === 'considered') expect((found as Differs).where).toBe(where)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('finds evidence that was changed by what was reckoned from it', () => {
    const world: World = fc.sample(worlds(20, 20), { numRuns: 1, seed: 7 })[0] as World
    const receipt = receiptFor(world, defaultRelease)
    expect(receipt.considered.length).toBeGreaterThan(3)
    const read = numbersIn(receipt).filter(
      ([first, , part, at]) =>
        (first === 'considered' && part === 'tally' && !unread.has(tallyNames[Number(at)] ?? '')) ||
        (first === 'considered' && part === 'length') ||
        (first === 'basis' && at === undefined),
    )
    expect(read.length).toBeGreaterThan(30)
    for (const path of read) {
      const found = verifyReceipt(
        changed(receipt, path, number => number + 3_000_000),
        defaultRelease,
      )
      expect({ path, ok: found.ok }).toEqual({ path, ok: false })
    }
  })

  test('finds another order, another choice, another text', () => {
    const world: World = fc.sample(worlds(20, 20), { numRuns: 1, seed: 7 })[0] as World
    const receipt = receiptFor(world, defaultRelease)
    const whereIn = (change: Partial<Receipt> | object) => {
      const found = verifyReceipt({ ...receipt, ...change })
      return found.ok ? null : found.where
    }
    const [first, second, ...rest] = receipt.considered
    expect(whereIn({ considered: [second, first, ...rest] })).toBe('considered[0].partnerId')
    expect(whereIn({ chosen: receipt.chosen.toReversed() })).toBe('chosen[0]')
    expect(whereIn({ chosen: [...receipt.chosen.slice(0, 2)] })).toBe('next[0]')
    expect(whereIn({ refused: { ...receipt.refused, 'not-chosen': 99 } })).toBe('refused.not-chosen')
    expect(whereIn({ considered: [{ ...first, estimates: null }, second, ...rest] })).toBe(
      'considered[0].estimates',
    )
    expect(whereIn({ more: 1 })).toMatch(/^bytes, at \d+$/)
    expect(whereIn({ considered: [{ ...first, more: 1 }, second, ...rest] })).toMatch(/^bytes/)
  })

  test('knows what lies beyond the rows: nothing', () => {
    const profiles = Array.from({ length: 40 }, (_, at) => [profileOf(`p${at}`), 'published'] as const)
    for (const many of [3, 17, 22]) {
      const ranking = rank(inputOf({ profiles, deeds: new Map() }, { count: many }))
      const receipt = receiptOf({
        ...{ rfiId: rfi.rfiId, at: rfi.occurredAt, ranking, refusal: null, rule: 'rank' },
        ...{ chosen: ranking.considered.slice(0, many), next: ranking.considered.slice(many) },
        ...{ release: defaultRelease, releaseHash: 'hash' },
      })
      expect(verifyReceipt(receipt, defaultRelease)).toMatchObject({ ok: true })
      const less = { ...receipt, chosen: receipt.chosen.slice(1) }
      expect(verifyReceipt(less)).toMatchObject({ ok: false, where: 'chosen[0]' })
    }
  })

  test('has nothing to reckon for an RFI refused as a whole', () => {
    const receipt = receiptOf({
      ...{ rfiId: rfi.rfiId, at: rfi.occurredAt, ranking: null, refusal: 'no-consent' },
      ...{ chosen: [], next: [], rule: 'rank', release: defaultRelease, releaseHash: 'hash' },
    })
    expect(verifyReceipt(receipt, defaultRelease)).toMatchObject({ ok: true, checked: { rows: 0 } })
  })
})

/** Kept for people: no feature reads them. */
const unread = new Set(['offered', 'answered', 'reported', 'sinceDeal'])

/** As `verifyReceipt` names it. */
function placeOf({ features }: Receipt, [, row, part, at, inner]: readonly string[]): string {
  const column = features[Number(at)]
  const here = `considered[${row}].${part}`
  if (part === 'score') return here
  if (part === 'estimates') return `${here}.${at}.${inner}`
  return `${here}.${column?.name}${part === 'inputs' ? `.${column?.inputs[Number(inner)]}` : ''}`
}

import { describe, expect, test } from 'vitest'
import type { PartnerId } from '../../domain/ids.ts'
import { type Rfi, rfiSchema } from '../../domain/rfi.ts'
import { day } from '../../domain/time.ts'
import type { Life } from '../chronicle.ts'
import type { Baseline } from '../ranker.ts'
import { newBaselines } from './catalogue.ts'
import { FadingClock } from './forward-decay.ts'

const pool = ['a', 'b', 'c'] as PartnerId[]
const start = Date.UTC(2026, 0, 1)

function rfi(rfiId: string, title: string, amount?: string): Rfi {
  const budget = amount === undefined ? null : { amount, currency: 'EUR' }
  const customer = { country: 'PT', locale: 'en' }
  return rfiSchema.parse({
    rfiId,
    occurredAt: '2026-01-01T00:00:00Z',
    channel: 'seller',
    customer,
    need: { title },
    budget,
  })
}

function accept(
  baseline: Baseline,
  partner: string,
  of: Rfi,
  at: number,
  type: 'accepted' | 'won' = 'accepted',
): void {
  const life: Life = {
    rfi: of,
    partnerId: partner as PartnerId,
    offeredAt: at,
    expiresAt: at,
    listed: false,
    offer: null,
    answer: null,
    answeredAt: null,
    end: null,
  }
  const common = { life, answerTime: 0, kind: null, notifiable: true }
  baseline.learn(type === 'accepted' ? { ...common, type, reported: false } : { ...common, type }, at)
}

function named(name: string): Baseline {
  const found = newBaselines().find(baseline => baseline.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

/** The pool, best first. */
function order(baseline: Baseline, of: Rfi, at = start + 100 * day): string {
  const scores = baseline.scores(of, at, pool)
  return pool
    .toSorted((one, other) => (scores[pool.indexOf(other)] ?? 0) - (scores[pool.indexOf(one)] ?? 0))
    .join('')
}

const bridge = rfi('1', 'bridge over the river', '1000')
const garden = rfi('2', 'garden with a river', '90000')

test('popularity counts accepts; recently, the latest count more', () => {
  for (const [name, expected] of [
    ['popularity', 'bca'],
    ['recent popularity', 'cba'],
  ] as const) {
    const baseline = named(name)
    for (const at of [0, 1, 2]) accept(baseline, 'b', bridge, start + at * day)
    for (const at of [98, 99]) accept(baseline, 'c', garden, start + at * day)
    accept(baseline, 'a', bridge, start, 'won')
    expect(order(baseline, bridge)).toBe(expected)
  }
})

describe.each(['text overlap', 'naive Bayes'])('%s', name => {
  test('goes by what each partner accepted', () => {
    const baseline = named(name)
    for (const at of [0, 1, 2]) accept(baseline, 'b', bridge, start + at * day)
    for (const at of [0, 1, 2]) accept(baseline, 'c', garden, start + at * day)
    expect(order(baseline, bridge)).toBe('bca')
    expect(order(baseline, garden)).toBe('cba')
  })
})

test('text overlap goes by the budget as well', () => {
  const baseline = named('text overlap')
  accept(baseline, 'b', rfi('3', 'road works', '500'), start)
  accept(baseline, 'c', rfi('4', 'road works', '80000'), start)
  expect(order(baseline, rfi('5', 'road works', '600'))).toBe('bca')
  expect(order(baseline, rfi('6', 'road works', '60000'))).toBe('cba')
})

test('only the latest are compared by text', () => {
  const baseline = named('text overlap')
  accept(baseline, 'b', bridge, start)
  for (let at = 0; at < 2000; at += 1) accept(baseline, 'c', rfi(`g${at}`, 'garden'), start)
  expect(baseline.scores(bridge, start, pool)).toEqual([0, 0, 0])
})

test('every baseline gives each of the pool a figure, from the beginning on', () => {
  for (const baseline of newBaselines()) {
    const scores = Array.from(baseline.scores(bridge, start, pool))
    expect(scores).toHaveLength(pool.length)
    expect(scores.every(Number.isFinite)).toBe(true)
  }
})

test('a fading sum is half in a half-life, and stays a number for ever', () => {
  const clock = new FadingClock(day)
  const sum = clock.weight(start) + clock.weight(start + day)
  expect(clock.now(sum, start + day)).toBe(1.5)
  expect(clock.now(sum, start + 2 * day)).toBe(0.75)
  expect(clock.weight(start + 100_000 * day)).toBeLessThan(Number.POSITIVE_INFINITY)
})

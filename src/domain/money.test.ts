import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import {
  addMoney,
  addSums,
  compareMoney,
  type Money,
  moneySchema,
  type Sums,
  subtractMoney,
} from './money.ts'

describe('moneySchema', () => {
  test.each([
    ['4200.50', '4200.5'],
    ['4200.00', '4200'],
    ['40000', '40000'],
    ['007', '7'],
    ['0.0000', '0'],
    ['000.0500', '0.05'],
    ['999999999999999.9999', '999999999999999.9999'],
  ])('%s is %s', (given, canonical) => {
    expect(moneySchema.parse({ amount: given, currency: 'EUR' })).toEqual({
      amount: canonical,
      currency: 'EUR',
    })
  })

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '1e3',
    '1.',
    '.5',
    '1,5',
    '1.23456',
    '1 000',
    '1\n',
    '١',
    'NaN',
    '0x10',
    '1234567890123456',
  ])('refuses the amount %j', amount => {
    expect(moneySchema.safeParse({ amount, currency: 'EUR' }).success).toBe(false)
  })

  test.each([
    { amount: 1, currency: 'EUR' },
    { amount: '1', currency: 'XXZ' },
    { amount: '1' },
    '1 EUR',
    null,
  ])('refuses %j', given => {
    expect(moneySchema.safeParse(given).success).toBe(false)
  })
})

/** Amounts as 1/10,000 units, so that the tests count apart from the code under test. */
const units = fc.bigInt({ min: 0n, max: 10n ** 19n - 1n })
const currency = fc.constantFrom('EUR', 'USD', 'JPY')
const moneys = fc.tuple(units, currency).map(([count, code]) => parse(count, code))
const bytes = (sums: Sums | Money) => JSON.stringify(sums)
const sumOf = (list: readonly Money[], start: Sums = {}) => list.reduce<Sums>(addMoney, start)

function parse(count: bigint, code: string): Money {
  const amount = `${count / 10_000n}.${(count % 10_000n).toString().padStart(4, '0')}`
  return moneySchema.parse({ amount, currency: code })
}

test('canonical amounts stay as they are', () => {
  fc.assert(fc.property(moneys, money => bytes(moneySchema.parse(money)) === bytes(money)))
})

test('sums are exact', () => {
  fc.assert(
    fc.property(fc.array(units, { maxLength: 8 }), counts => {
      const total = counts.reduce((sum, count) => sum + count, 0n)
      const sums = sumOf(counts.map(count => parse(count, 'EUR')))
      const [whole = '', fraction = ''] = (sums.EUR ?? '0').split('.')
      expect(BigInt(whole + fraction.padEnd(4, '0'))).toBe(total)
    }),
  )
  expect(sumOf(['0.1', '0.2'].map(amount => ({ amount, currency: 'EUR' })))).toEqual({ EUR: '0.3' })
})

test('the order of adding never matters, to the byte', () => {
  const shuffled = fc
    .array(moneys, { maxLength: 8 })
    .chain(list =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    )
  fc.assert(fc.property(shuffled, ([list, other]) => bytes(sumOf(list)) === bytes(sumOf(other))))
})

test('adding in parts is adding all', () => {
  const lists = fc.array(moneys, { maxLength: 5 })
  fc.assert(
    fc.property(lists, lists, (one, other) => {
      expect(bytes(addSums(sumOf(one), sumOf(other)))).toBe(bytes(sumOf([...one, ...other])))
    }),
  )
})

test('taking away what was added leads back, through sums below zero too', () => {
  fc.assert(
    fc.property(fc.array(moneys, { maxLength: 5 }), moneys, (list, money) => {
      const sums = sumOf(list)
      expect(bytes(subtractMoney(addMoney(sums, money), money))).toBe(bytes(sums))
      expect(bytes(addMoney(subtractMoney(sums, money), money))).toBe(bytes(sums))
    }),
  )
  expect(subtractMoney({ USD: '2' }, { amount: '0.5', currency: 'EUR' })).toEqual({ EUR: '-0.5', USD: '2' })
})

test('compares within one currency alone', () => {
  fc.assert(
    fc.property(units, units, (one, other) => {
      const sign = one < other ? -1 : one > other ? 1 : 0
      expect(compareMoney(parse(one, 'EUR'), parse(other, 'EUR'))).toBe(sign)
    }),
  )
  expect(compareMoney({ amount: '1', currency: 'EUR' }, { amount: '1', currency: 'USD' })).toBeNull()
})

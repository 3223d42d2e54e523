import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { type CompanySize, companySizes, compileSizeOptOut, sizeBit, sizeOptOutHits } from './sizes.ts'
import data from './vocabularies/sizes.json' with { type: 'json' }

// Rows: the customer. Columns: the one band opted out of, in the same order. x = hits.
const truth: { readonly [customer in CompanySize]: string } = {
  //                        coarse fine
  '1to50employees': /*        */ 'x.. ........',
  '51to500employees': /*      */ '.x. ........',
  Morethan500employees: /*    */ '..x ........',
  '1to9employees': /*         */ 'x.. x.......',
  '10to50employees': /*       */ 'x.. .x......',
  '51to250employees': /*      */ '.x. ..x.....',
  '251to1000employees': /*    */ '... ...x....',
  '1001to5000employees': /*   */ '..x ....x...',
  '5001to10000employees': /*  */ '..x .....x..',
  '10001to20000employees': /* */ '..x ......x.',
  Morethan20000employees: /*  */ '..x .......x',
}

describe('one band opted out of', () => {
  test.each(companySizes)('a customer of %s', customer => {
    const row = companySizes.map(band => (sizeOptOutHits(customer, [band]) ? 'x' : '.')).join('')
    expect(`${row.slice(0, 3)} ${row.slice(3)}`).toBe(truth[customer])
  })
})

describe('several bands opted out of', () => {
  test.each<[CompanySize, CompanySize[], boolean]>([
    ['51to500employees', ['51to250employees', '251to1000employees'], true],
    ['51to500employees', ['51to250employees'], false],
    ['51to500employees', ['1to50employees', 'Morethan500employees'], false],
    ['1to50employees', ['10to50employees', '1to9employees'], true],
    ['1to50employees', ['1to9employees', '51to250employees'], false],
    ['251to1000employees', ['51to500employees', 'Morethan500employees'], true],
    ['251to1000employees', ['51to500employees', '1001to5000employees'], false],
    ['Morethan500employees', ['251to1000employees', '1001to5000employees'], false],
    [
      'Morethan500employees',
      [
        '251to1000employees',
        '1001to5000employees',
        '5001to10000employees',
        '10001to20000employees',
        'Morethan20000employees',
      ],
      true,
    ],
    ['Morethan500employees', ['1001to5000employees', 'Morethan20000employees'], false],
  ])('%s against %j: %s', (customer, optOut, hits) => {
    expect(sizeOptOutHits(customer, optOut)).toBe(hits)
  })
})

const sizes = fc.constantFrom(...companySizes)
const optOuts = fc.uniqueArray(sizes)

test('an unknown size never hits, and nothing opted out hits nobody', () => {
  fc.assert(
    fc.property(optOuts, optOut => !sizeOptOutHits(null, optOut) && !sizeOptOutHits(undefined, optOut)),
  )
  expect(compileSizeOptOut([])).toBe(0)
})

test('opting out of more never lets a customer back in', () => {
  fc.assert(
    fc.property(optOuts, optOuts, (some, more) => {
      const mask = compileSizeOptOut(some)
      return (compileSizeOptOut([...some, ...more]) & mask) === mask
    }),
  )
})

test('order and repetition of the opt-out make no difference', () => {
  fc.assert(
    fc.property(optOuts, optOut => {
      expect(compileSizeOptOut([...optOut, ...optOut].reverse())).toBe(compileSizeOptOut(optOut))
    }),
  )
})

test('hits are those of counting every employee number one by one', () => {
  const bands = [...data.coarse, ...data.fine]
  const numbers = [...new Set(bands.flatMap(({ from, to }) => [from, to ?? Number.MAX_SAFE_INTEGER]))]
  const holds = (size: string, number: number) =>
    bands.some(
      band => band.size === size && band.from <= number && number <= (band.to ?? Number.MAX_SAFE_INTEGER),
    )
  fc.assert(
    fc.property(sizes, optOuts, (customer, optOut) => {
      const own = numbers.filter(number => holds(customer, number))
      const covered = own.every(number => optOut.some(size => holds(size, number)))
      expect(sizeOptOutHits(customer, optOut)).toBe(covered)
    }),
  )
})

test('the file holds each size once, each scale without gap or overlap', () => {
  expect([...data.coarse, ...data.fine].map(({ size }) => size)).toEqual([...companySizes])
  expect(new Set(companySizes.map(sizeBit)).size).toBe(companySizes.length)
  for (const scale of [data.coarse, data.fine]) {
    expect(scale[0]?.from).toBe(1)
    expect(scale.at(-1)?.to).toBeNull()
    for (const [index, band] of scale.entries()) {
      if (index > 0) expect(band.from).toBe((scale[index - 1]?.to ?? 0) + 1)
    }
  }
})

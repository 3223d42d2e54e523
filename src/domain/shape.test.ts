import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fc } from '../../test/support/property.ts'
import { acceptSample, pathsOf, profileSample, rfiSample, withField } from '../../test/support/samples.ts'
import { commandIdsSchema, commandSchema } from './commands.ts'
import { statusRecordSchema } from './events.ts'
import { noticeSchema } from './notices.ts'
import { profileSchema } from './profile.ts'
import { rfiSchema } from './rfi.ts'
import * as shape from './shape.ts'

const { absentAsEmpty, mostFaults, parseShape } = shape
const kinds = [
  { kind: 'rfi', schema: rfiSchema, sample: rfiSample },
  { kind: 'profile', schema: profileSchema, sample: profileSample },
  { kind: 'command', schema: commandSchema, sample: acceptSample },
] as const
const schemas = [rfiSchema, profileSchema, commandSchema, commandIdsSchema, statusRecordSchema, noticeSchema]

describe('helpers', () => {
  const helped = z.object({
    a: shape.absentAsNull(z.string()),
    b: shape.absentAsEmpty(z.string()),
    c: shape.absentAsFalse(),
    text: shape.textSchema,
    term: shape.termSchema,
  })
  test.each([
    [
      { text: '', term: 't' },
      { a: null, b: [], c: false, text: '', term: 't' },
    ],
    [
      { a: null, b: null, c: null, text: 'x\ud800', term: ' R&D, \t' },
      { a: null, b: [], c: false, text: 'x\ufffd', term: 'R&D,' },
    ],
    [
      { a: 'x', b: ['y'], c: true, text: ' z ', term: '\udc00' },
      { a: 'x', b: ['y'], c: true, text: ' z ', term: '\ufffd' },
    ],
  ])('%j', (input, value) => {
    expect(parseShape(helped, input)).toEqual({ ok: true, value })
  })

  test.each([
    [undefined, 'missing'],
    [null, 'null'],
    ['secret', 'string of 6 characters'],
    [['secret'], 'list of 1'],
    [{ secret: 1 }, 'object'],
    [4711, 'number'],
    [Number.NaN, 'number'],
    [true, 'boolean'],
  ])('%j is described as %s', (value, description) => {
    expect(shape.describe(value)).toBe(description)
  })

  test.each([
    [z.strictObject({}), { secret: 1 }, 'object', 'no fields but the known'],
    [z.union([z.string(), z.int()]), true, 'boolean', 'one of several shapes'],
    [z.record(z.string(), z.int()), [], 'list of 0', 'record'],
  ])('the fault of a schema of another make', (schema, input, found, expected) => {
    expect(parseShape(schema, input)).toMatchObject({ ok: false, fault: { field: '', found, expected } })
  })
})

describe('many faults', () => {
  const shape = z.object({ list: z.array(z.string()), name: z.string() })
  const spoiled = (length: number) => parseShape(shape, { list: Array(length).fill(1), name: 2 })

  test('the first 20 of a small record, the first alone of a large one', () => {
    expect(spoiled(2)).toMatchObject({ ok: false, faults: [0, 1, 2].map(() => ({ code: 'wrong-type' })) })
    expect(spoiled(4000)).toMatchObject({ ok: false, faults: { length: mostFaults } })
    expect(spoiled(6000)).toEqual({
      ok: false,
      fault: { code: 'wrong-type', field: 'list.0', found: 'number', expected: 'string' },
    })
  })

  test('a list has an end', () => {
    const list = absentAsEmpty(z.string())
    expect(parseShape(list, Array(10_000).fill('a')).ok).toBe(true)
    expect(parseShape(list, Array(10_001).fill('a'))).toMatchObject({ fault: { expected: 'at most 10000' } })
  })
})

describe('whatever comes', () => {
  test('parsing never throws', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), input => {
        for (const schema of schemas) expect(typeof parseShape(schema, input).ok).toBe('boolean')
      }),
      { numRuns: 300 },
    )
  })

  test.each(kinds)('a $kind with any one field spoiled never throws', ({ schema, sample }) => {
    const spoiled = fc.tuple(fc.constantFrom(...pathsOf(sample)), fc.anything({ withObjectString: true }))
    fc.assert(
      fc.property(spoiled, ([path, value]) => {
        const parsed = parseShape(schema, withField(sample, path, value))
        if (!parsed.ok) expect(Object.values(parsed.fault).every(part => typeof part === 'string')).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  // Letters no name, type or expectation of ours is written in.
  const secret = fc.string({
    unit: fc.constantFrom('Ξ', 'Ψ', 'Ω', 'Ж', 'Щ', '漢', '字', '€', '\0', '\ud800', ' '),
    minLength: 4,
    maxLength: 150,
  })
  const holdingSecrets = fc.oneof(
    secret,
    fc.anything({ key: secret, values: [secret, fc.integer()], maxDepth: 2 }),
    fc.array(secret),
  )

  test.each(kinds)('the fault of a $kind shows nothing of the value', ({ schema, sample }) => {
    const spoiled = fc.tuple(fc.constantFrom('', ...pathsOf(sample)), holdingSecrets)
    fc.assert(
      fc.property(spoiled, ([path, value]) => {
        const parsed = parseShape(schema, path === '' ? value : withField(sample, path, value))
        if (!parsed.ok) expect(Object.values(parsed.fault).join('')).not.toMatch(/[ΞΨΩЖЩ漢字€\0\ud800]/)
      }),
      { numRuns: 500 },
    )
  })

  test.each(kinds)('a $kind means the same with a field null or absent', ({ schema, sample }) => {
    for (const path of pathsOf(sample).filter(path => !/\d$/.test(path))) {
      const [absent, empty] = [undefined, null].map(value =>
        parseShape(schema, withField(sample, path, value)),
      )
      if (absent?.ok) expect(empty, path).toEqual(absent)
      else expect(empty, path).toMatchObject({ fault: { ...absent?.fault, found: 'null' } })
    }
  })

  test.each(kinds)('a $kind is the same after a second parse', ({ schema, sample }) => {
    const once = parseShape(schema, sample)
    expect(once).toMatchObject({ ok: true })
    if (once.ok) expect(parseShape(schema, JSON.parse(JSON.stringify(once.value)))).toEqual(once)
  })

  test.each(kinds)('a $kind loses what is unknown, `__proto__` too', ({ schema, sample }) => {
    const extra = JSON.stringify(sample).replace(
      /^\{/,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"extra":[1],',
    )
    const parsed = parseShape(schema, JSON.parse(extra))
    expect(parsed).toEqual(parseShape(schema, sample))
    expect(JSON.stringify(parsed)).not.toMatch(/polluted|extra|__proto__|constructor/)
    expect('polluted' in {}).toBe(false)
    if (parsed.ok) expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype)
  })
})

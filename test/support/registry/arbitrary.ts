/** Values that a JSON Schema of ours allows, and ways to spoil one. */

import type { JsonSchema } from '../../../src/adapters/registry/json-schema.ts'
import { fc } from '../property.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(each => each.toWellFormed()),
  fc.constantFrom('', ' ', 'Ana', 'Бо', '明', 'x'.repeat(200), 'ü'.repeat(70), '😀'),
)
const id = fc.constantFrom('acme', 'a', 'rfi-81', '東京', 'x y', 'i'.repeat(100))
const moment = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
      fc.integer({ min: Date.parse('2020-02-27T00:00:00Z'), max: Date.parse('2028-03-02T00:00:00Z') }),
    ),
    fc.constantFrom('Z', 'z', '+00:00', 'micros', 'none'),
  )
  .map(([milliseconds, ending]) => {
    const canonical = new Date(milliseconds).toISOString()
    if (ending === 'none') return `${canonical.slice(0, 19)}Z`
    return canonical.replace('Z', ending === 'micros' ? '456Z' : ending)
  })

/** Whether avsc writes every number right: beyond 2^52 some whole ones come out one off, and others are refused. */
export function fitsAvsc(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Math.abs(value) <= 2 ** 52
  return typeof value !== 'object' || value === null || Object.values(value).every(fitsAvsc)
}

/** What matches the patterns that our schemas have. */
const byPattern: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '\\S': text.map(each => `${each}.`),
  '^[^\\u0000]*$': id,
  '^[^:\\u0000]*$': id,
  '^[^\\u0000]{1,100}:[^:\\u0000]{1,100}$': fc.tuple(id, id).map(([one, other]) => `${one}:${other}`),
  '^\\d{1,15}(\\.\\d{1,4})?$': fc.constantFrom('0', '42000', '0.50', '007', '999999999999999.9999', '4200.1'),
}

export function arbitraryOf(json: JsonSchema, definitions = json.$defs ?? {}): fc.Arbitrary<unknown> {
  const within = (inner: unknown) => arbitraryOf(inner as JsonSchema, definitions)
  if (json.$ref !== undefined) return within(definitions[json.$ref.split('/').at(-1) ?? ''])
  if (json.properties !== undefined) {
    const fields = Object.entries(json.properties).map(([name, inner]) => [name, within(inner)] as const)
    const optional = Object.keys(json.properties).filter(name => json.required?.includes(name) !== true)
    return fc
      .tuple(fc.record(Object.fromEntries(fields)), fc.subarray(optional))
      .map(([value, left]) =>
        Object.fromEntries(Object.entries(value).filter(([name]) => !left.includes(name))),
      )
  }
  const options = json.anyOf ?? json.oneOf
  if (options !== undefined) return fc.oneof(...options.map(within))
  if (json.const !== undefined) return fc.constant(json.const)
  if (json.enum !== undefined) return fc.constantFrom(...json.enum)
  if (Array.isArray(json.type)) return fc.oneof(...json.type.map(type => within({ ...json, type })))
  switch (json.type) {
    case 'string': {
      if (json.format === 'date-time') return moment
      const known = json.pattern === undefined ? undefined : byPattern[json.pattern]
      if (json.pattern !== undefined && known === undefined) throw new Error(`no text for ${json.pattern}`)
      return known ?? text
    }
    case 'integer': {
      const [min, max] = [json.minimum ?? 0, json.maximum ?? 0]
      const some = fc.constantFrom(0, 1, -1, 63, 64, -65, 8192, 2 ** 30, -(2 ** 31), 2 ** 31, 2 ** 52 + 1)
      return fc
        .oneof(
          { weight: 1, arbitrary: fc.maxSafeInteger() },
          { weight: 9, arbitrary: fc.integer() },
          { weight: 9, arbitrary: some },
        )
        .map(number => Math.min(Math.max(number, min), max))
    }
    case 'number':
      return fc
        .double({
          min: json.minimum ?? -1e9,
          max: json.maximum ?? 1e9,
          noNaN: true,
        })
        .map(number => number + 0)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(within(json.items), {
        minLength: json.minItems ?? 0,
        maxLength: Math.min(json.maxItems ?? 3, 3),
      })
    case 'object': {
      const keys = within(json.propertyNames ?? { type: 'string' }) as fc.Arbitrary<string>
      return fc.dictionary(keys, within(json.additionalProperties), { maxKeys: 3, noNullPrototype: true })
    }
    default:
      throw new Error(`no values for ${JSON.stringify(json)}`)
  }
}

const strange = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  'x',
  ':',
  'a:b',
  'a\0',
  'x'.repeat(101),
  'x'.repeat(501),
  0,
  -1,
  8,
  9,
  1.5,
  1e300,
  true,
  false,
  [],
  [''],
  [null],
  {},
  { extra: 1 },
  '2026-02-30T00:00:00Z',
  '2026-03-02',
  '1e5',
  'XX',
  'EUR',
  'decline',
  'other',
)

/** The value with something else, or nothing, at one of its places. */
export function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value)
  return fc.tuple(fc.constantFrom(...paths), fc.option(strange, { nil: undefined })).map(([path, other]) => {
    const copy = structuredClone(value)
    let holder = copy as Record<string, unknown>
    for (const step of path.slice(0, -1)) holder = holder[step] as Record<string, unknown>
    const last = path.at(-1) ?? ''
    if (other !== undefined) holder[last] = other
    else if (Array.isArray(holder)) holder.splice(Number(last), 1)
    else delete holder[last]
    return copy
  })
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...pathsOf(member).map(path => [name, ...path]),
  ])
}

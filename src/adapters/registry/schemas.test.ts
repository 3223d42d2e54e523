import { Ajv2020 } from 'ajv/dist/2020.js'
import avro from 'avsc'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import type { z } from 'zod'
import { staleFiles } from '../../../scripts/generated.ts'
import { generatedFiles, schemas } from '../../../scripts/schemas.ts'
import { fc } from '../../../test/support/property.ts'
import { arbitraryOf, fitsAvsc, spoiled } from '../../../test/support/registry/arbitrary.ts'
import { parseTimestamp } from '../../domain/time.ts'
import type { Evidence } from '../../ranking/evidence.ts'
import type { Receipt } from '../../ranking/receipt.ts'
import type { receiptSchema } from '../../ranking/receipt-shape.ts'
import type { Parts } from '../../ranking/score.ts'
import type { visibilitySchema } from '../../ranking/visibility-shape.ts'
import { topicShapes } from '../../roles/topic-shapes.ts'
import { topicNames } from '../../roles/topics.ts'
import { avroReader } from './avro-reader.ts'
import { type AvroType, avroSchemaOf, avroTextOf } from './avro-schema.ts'
import { avroWriter } from './avro-writer.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { millisOf } from './moments.ts'

type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> }

const noPrefix = new Uint8Array()
const ajv = new Ajv2020({ allowUnionTypes: true })
ajv.addFormat('date-time', text => parseTimestamp(text) !== null)

test('shapes that others read are the types that are written', () => {
  expectTypeOf<Frozen<z.infer<typeof receiptSchema>>>().toEqualTypeOf<Frozen<Receipt>>()
  expectTypeOf<Frozen<z.infer<typeof visibilitySchema>['evidence']>>().toEqualTypeOf<Frozen<Evidence>>()
  expectTypeOf<Frozen<z.infer<typeof visibilitySchema>['parts']>>().toEqualTypeOf<Frozen<Parts>>()
})

describe.each(topicNames)('%s', topic => {
  const { schema, complete } = topicShapes[topic]
  const json = jsonSchemaOf(topic)
  const valid = ajv.compile(json)
  const values = arbitraryOf(json)
  const write = avroWriter(avroSchemaOf(topic))
  const read = avroReader(avroTextOf(topic), [])
  const theirs = avro.Type.forSchema(avroSchemaOf(topic) as unknown as avro.Schema, {
    logicalTypes: { 'timestamp-millis': Millis },
  })

  test('what zod accepts survives Avro and back unchanged, in the bytes that avsc would write', () => {
    let accepted = 0
    fc.assert(
      fc.property(values, value => {
        const before = schema.safeParse(value)
        if (!before.success) return
        accepted += 1
        // As a producer wrote it, and as the worker holds it.
        expect(schema.parse(read(write(value, noPrefix)))).toEqual(before.data)
        const bytes = write(before.data, noPrefix)
        expect(schema.parse(read(bytes))).toEqual(before.data)
        expect(Buffer.from(bytes).toString('hex')).toBe(
          byAvsc(theirs, before.data) ?? Buffer.from(bytes).toString('hex'),
        )
      }),
      { numRuns: 100 },
    )
    expect(accepted).toBeGreaterThan(30)
  })

  test('JSON Schema accepts what zod accepts', () => {
    fc.assert(
      fc.property(
        values.chain(value => fc.tuple(fc.constant(value), spoiled(value))),
        pair => {
          for (const value of pair) {
            const byZod = schema.safeParse(value).success
            const byJsonSchema = valid(value)
            // Of outputs all that is sent is there, while zod would still fill in what isn't.
            if (complete && byZod && !byJsonSchema) expect(valid(schema.parse(value))).toBe(true)
            else expect([byJsonSchema, valid.errors, value]).toEqual([byZod, valid.errors, value])
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('bytes that are not its own are told apart, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        values,
        fc.nat(),
        fc.nat(255),
        (noise, value, place, other) => {
          const parsed = schema.safeParse(value)
          const bytes = parsed.success ? write(parsed.data, noPrefix) : noise
          if (bytes.length > 0) bytes[place % bytes.length] = other
          for (const each of [noise, bytes, bytes.subarray(0, place % (bytes.length + 1))]) {
            try {
              schema.safeParse(read(each))
            } catch (error) {
              expect(error).toMatchObject({ name: 'Misfit' })
            }
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('a record has one meaning in all topics', () => {
  const known = new Map<string, string>()
  const visit = (type: AvroType | unknown): void => {
    if (Array.isArray(type)) for (const each of type) visit(each)
    if (typeof type !== 'object' || type === null) return
    const { type: kind, name, fields, items, values } = type as Record<string, unknown>
    if (kind === 'record') {
      const text = JSON.stringify(inlined(fields, known))
      expect(known.get(String(name)) ?? text, String(name)).toBe(text)
      known.set(String(name), text)
      for (const field of fields as { type: unknown }[]) visit(field.type)
    }
    visit(items)
    visit(values)
  }
  for (const topic of topicNames) visit(avroSchemaOf(topic))
  expect([...known.keys()]).toContain('Money')
})

/** Where a record is written out depends on what stands before it: names alone are compared. */
function inlined(value: unknown, known: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map(each => inlined(each, known))
  if (typeof value === 'string') return value.replace(/^referralrouter\./, '')
  if (typeof value !== 'object' || value === null) return value
  const { type, name } = value as Record<string, unknown>
  if (type === 'record') return name
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlined(each, known)]))
}

test('what is committed is what the shapes give; asyncapi.yaml refers to what is there', () => {
  expect(staleFiles(schemas)).toEqual([])
  const files = generatedFiles()
  const api = parseYaml(files.get('asyncapi.yaml') ?? '')
  expect(Object.keys(api.channels)).toEqual(topicNames)
  const refs = [...(files.get('asyncapi.yaml') ?? '').matchAll(/\$ref: "?([^"\n]+)/g)].map(
    ([, ref = '']) => ref,
  )
  for (const ref of new Set(refs)) {
    if (!ref.startsWith('#/')) expect(files.has(ref.slice(2)), ref).toBe(true)
    else
      expect(
        ref
          .slice(2)
          .split('/')
          .reduce((at, step) => at?.[step], api),
        ref,
      ).toBeDefined()
  }
})

test('moments: digit by digit as Date does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
      at => {
        expect(millisOf(new Date(at).toISOString())).toBe(at)
      },
    ),
  )
  for (const text of [
    '2026-02-30T00:00:00.000Z',
    '2026-03-02T24:00:00.000Z',
    '2026-03-02 09:00:00.000Z',
    'soon',
  ])
    expect(millisOf(text)).toBe(null)
})

function byAvsc(type: avro.Type, value: unknown): string | null {
  return fitsAvsc(value) ? type.toBuffer(value).toString('hex') : null
}

class Millis extends avro.types.LogicalType {
  override _toValue(text: unknown): unknown {
    return Date.parse(String(text))
  }
  override _fromValue(value: unknown): unknown {
    return value
  }
}

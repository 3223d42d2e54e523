import { z } from 'zod'
import { commandSchema, engagementSchema, teamContactSchema } from '../../domain/commands.ts'
import { countries, countrySchema } from '../../domain/countries.ts'
import { currencies, currencySchema } from '../../domain/currencies.ts'
import {
  commandIdSchema,
  foreignIdSchema,
  partnerIdSchema,
  profileIdSchema,
  referralIdSchema,
  rfiIdSchema,
} from '../../domain/ids.ts'
import { moneySchema } from '../../domain/money.ts'
import { locationSchema, tagsSchema } from '../../domain/profile.ts'
import { reasonCodes, reasonNeedsNotes } from '../../domain/reasons.ts'
import { needSchema } from '../../domain/rfi.ts'
import { termSchema } from '../../domain/shape.ts'
import { timestampSchema } from '../../domain/time.ts'
import {
  columnSchema,
  consideredSchema,
  matchedTermSchema,
  refusedSchema,
} from '../../ranking/receipt-shape.ts'
import { releaseSchema } from '../../ranking/release.ts'
import { bucketSchema, evidenceSchema, partSchema } from '../../ranking/visibility-shape.ts'
import { topicShapes } from '../../roles/topic-shapes.ts'
import type { Topic } from '../../roles/topics.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

/** Shapes that others know by name: `$defs` in JSON Schema, records in Avro. */
const names = z.registry<{ id: string }>()
const named: readonly (readonly [z.ZodType, string])[] = [
  [timestampSchema, 'Timestamp'],
  [countrySchema, 'Country'],
  [currencySchema, 'Currency'],
  [moneySchema, 'Money'],
  [needSchema, 'Need'],
  [tagsSchema, 'Tags'],
  [locationSchema, 'Location'],
  [engagementSchema, 'Engagement'],
  [teamContactSchema, 'TeamContact'],
  [releaseSchema.shape.features, 'FeatureWeights'],
  [matchedTermSchema, 'MatchedTerm'],
  [consideredSchema, 'Considered'],
  [refusedSchema, 'Refused'],
  [columnSchema, 'FeatureColumn'],
  [bucketSchema, 'EvidenceBucket'],
  [evidenceSchema, 'Evidence'],
  [partSchema, 'FeaturePart'],
]
for (const [schema, id] of named) names.add(schema, { id })

const notBlank = '\\S'
const withoutNul = '^[^\\u0000]*$'
/** Months have 31 days here, and so has February: `format` says the rest. */
const moment =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|z|\\+00:00)$'

/** What zod's checks and transforms demand but can't say in JSON Schema themselves. */
const additions: ReadonlyMap<z.core.$ZodType, JsonSchema> = new Map<z.core.$ZodType, JsonSchema>([
  [timestampSchema, { format: 'date-time', pattern: moment }],
  [countrySchema, { enum: [...countries] }],
  [currencySchema, { enum: [...currencies] }],
  [termSchema, { pattern: notBlank }],
  [engagementSchema.shape.name, { pattern: notBlank }],
  [rfiIdSchema, { pattern: withoutNul }],
  [profileIdSchema, { pattern: withoutNul }],
  [commandIdSchema, { pattern: withoutNul }],
  [foreignIdSchema, { pattern: withoutNul }],
  [releaseSchema.shape.weightsId, { pattern: withoutNul }],
  [partnerIdSchema, { pattern: '^[^:\\u0000]*$' }],
  [referralIdSchema, { pattern: '^[^\\u0000]{1,100}:[^:\\u0000]{1,100}$' }],
  [needSchema, { anyOf: saysSomething() }],
  [releaseSchema.shape.features, { anyOf: Object.keys(releaseSchema.shape.features.shape).map(isNotZero) }],
  ...commandSchema.options.flatMap(option =>
    'reason' in option.shape ? [[option, notesWhereRequired()] as const] : [],
  ),
])

function saysSomething(): JsonSchema[] {
  return Object.keys(needSchema.shape).map(field => ({
    required: [field],
    properties: {
      [field]:
        field === 'title' || field === 'description'
          ? { type: 'string', pattern: notBlank }
          : { type: 'array', minItems: 1 },
    },
  }))
}

function isNotZero(name: string): JsonSchema {
  return { required: [name], properties: { [name]: { not: { const: 0 } } } }
}

function notesWhereRequired(): JsonSchema {
  return {
    if: { properties: { reason: { enum: reasonCodes.filter(reasonNeedsNotes) } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['notes'], properties: { notes: { type: 'string', pattern: notBlank } } },
  }
}

/**
 * A topic's values as JSON Schema 2020-12: of inputs what is accepted, of outputs what is sent. It accepts what zod
 * accepts but for three things it can't say: lengths are counted in code points, not UTF-16 units; a country, currency or
 * release beyond what is written here is refused with the text of today; `date-time` is only checked where formats are.
 */
export function jsonSchemaOf(topic: Topic): JsonSchema {
  const json = acceptedBy(topic)
  return topicShapes[topic].complete ? (completed(json) as JsonSchema) : json
}

/** The same for every topic, sent or received: what may be absent may be. */
export function acceptedBy(topic: Topic): JsonSchema {
  const { schema, name, says } = topicShapes[topic]
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    metadata: names,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod
      // A pipe is told by its first part: what the second says of length counts as well.
      if (def.type === 'pipe') {
        const most = mostCharacters(def.out)
        if (most !== null) jsonSchema.maxLength = most
      }
      const more = additions.get(zodSchema)
      if (more === undefined) return
      if (more.enum !== undefined) delete jsonSchema.pattern
      Object.assign(jsonSchema, more)
    },
  })
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: name,
    description: says,
    ...withoutIds(json),
  }
}

function mostCharacters(schema: z.core.$ZodType): number | null {
  const checks = schema._zod.def.checks?.map(({ _zod }) => _zod.def) ?? []
  const found = checks.find((check): check is z.core.$ZodCheckMaxLengthDef => check.check === 'max_length')
  return found?.maximum ?? null
}

/** zod writes a definition's name into it as its `id`, which is no keyword. */
function withoutIds(json: JsonSchema): JsonSchema {
  for (const definition of Object.values(json.$defs ?? {})) delete definition.id
  return json
}

/** Whatever may be absent in an input is there in an output: null, an empty list, false. */
function completed(json: unknown): unknown {
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return json.map(completed)
  const schema = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, completed(value)]),
  ) as JsonSchema
  const list = schema.anyOf?.find(({ type }) => type === 'array')
  if (list !== undefined && schema.anyOf?.length === 2) return list
  if (String(schema.type) === 'boolean,null') return { ...schema, type: 'boolean' }
  if (schema.type !== 'object' || schema.properties === undefined) return schema
  return { ...schema, required: Object.keys(schema.properties) }
}

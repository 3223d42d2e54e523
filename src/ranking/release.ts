import { z } from 'zod'
import { describe, type Fault, faultOf, mostFaults, valueAt } from '../domain/shape.ts'
import { type FeatureName, featureNames } from './catalogue.ts'
import { one } from './millionths.ts'

/** Where a release is published: the keys of `ranking-weights`. */
export const slots = ['live', 'shadow', 'canary'] as const
export type Slot = (typeof slots)[number]

const idSchema = z
  .string()
  .min(1)
  .max(100)
  .refine(id => id.isWellFormed() && !id.includes('\0'), { error: 'well-formed Unicode without NUL' })

const weightSchema = z.int().min(0).max(1_000_000_000)
const weightSchemas = Object.fromEntries(featureNames.map(name => [name, weightSchema.default(0)])) as Record<
  FeatureName,
  z.ZodDefault<typeof weightSchema>
>

/** Strict: a name that isn't known is a fault, as a weight that nobody applies would be a lie. */
export const releaseSchema = z.strictObject({
  weightsId: idSchema,
  /** The release it was made from. */
  parent: idSchema.nullish().transform(parent => parent ?? null),
  /** Millionths. What isn't named weighs nothing. */
  features: z
    .strictObject(weightSchemas)
    .refine(weights => Object.values(weights).some(weight => weight !== 0), {
      error: 'at least one weight above 0',
    }),
  parameters: z
    .strictObject({
      halfLifeDays: z.number().min(0.1).max(36_500).default(365),
      priorStrength: z.number().min(0).max(10_000).default(8),
    })
    .prefault({}),
  policy: z
    .strictObject({
      partnersPerRfi: z.int().min(1).max(100).default(5),
      /** Shares in millionths. Both are taken and kept, and neither is acted on yet. */
      explorationShare: z
        .int()
        .min(0)
        .max(one / 5)
        .default(0),
      canaryShare: z.int().min(0).max(one).default(0),
      /** A candidate that scores less is not routed to, unless the customer asked for it. */
      minimumScore: z.int().min(0).default(0),
    })
    .prefault({}),
  note: z
    .string()
    .nullish()
    .transform(note => note ?? null),
})
export type Release = z.infer<typeof releaseSchema>

export type ParsedRelease =
  | { readonly ok: true; readonly release: Release }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** Names everything that is wrong at once, of names nobody knows the first 20. Never throws. */
export function parseRelease(input: unknown): ParsedRelease {
  const result = releaseSchema.safeParse(input)
  if (result.success) return { ok: true, release: result.data }
  return { ok: false, faults: result.error.issues.flatMap(issue => faultsOf(issue, input)) }
}

function faultsOf(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, mostFaults).map(key => ({
      code: 'unknown-name',
      field: [...path, key].join('.'),
      found: describe(valueAt(input, [...path, key])),
      expected: `one of ${namesAt(path).join(', ')}`,
    }))
  }
  return [faultOf(input, issue)]
}

function namesAt(path: readonly string[]): readonly string[] {
  const [section] = path
  if (section === 'features') return featureNames
  return Object.keys(
    section === 'parameters' || section === 'policy' ? defaultRelease[section] : defaultRelease,
  )
}

/** In force until a live release arrives. */
export const defaultRelease: Release = releaseSchema.parse({
  weightsId: 'default-1',
  features: {
    relevance: 16_000,
    promise: 220_000,
    similarDeals: 187_000,
    focus: 51_000,
    standout: 53_000,
    appetite: 12_000,
    budgetFit: 241_000,
    proximity: 3_000,
    experience: 142_000,
    recency: 11_000,
    responsiveness: 30_000,
    answerSpeed: 13_000,
    acceptance: 13_000,
    reporting: 6_000,
    wins: 1_000,
    load: 1_000,
  },
  note: 'Shipped with the worker: what fits by tags, by deals like it and by their size; then who is at it, answers and accepts.',
})

/** The same text for the same release whatever the order of its fields: what a release's hash is taken of. */
export function canonicalRelease(release: Release): string {
  return JSON.stringify(sorted(release))
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

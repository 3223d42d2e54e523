import { z } from 'zod'
import { partnerIdSchema, profileIdSchema, rfiIdSchema } from '../domain/ids.ts'
import { timestampSchema } from '../domain/time.ts'
import { refusalCodes } from '../matching/refusals.ts'
import { featureNames } from './catalogue.ts'

/** `Receipt` as others read it on `routing-decisions`. A test holds the two equal. */
export const matchedTermSchema = z.object({ term: z.string(), weight: z.int(), frequency: z.int() })

const estimateSchema = z.object({ chance: z.int(), own: z.int(), such: z.int() })

const priorNames = [
  'responsiveness',
  'answerSpeed',
  'acceptance',
  'reporting',
  'wins',
  'answer1h',
  'answer24h',
  'accept',
  'win',
] as const
const priorsSchema = z.object(
  Object.fromEntries(priorNames.map(name => [name, z.int()])) as Record<
    (typeof priorNames)[number],
    z.ZodInt
  >,
)

export const consideredSchema = z.object({
  partnerId: partnerIdSchema,
  profileId: profileIdSchema,
  score: z.int(),
  matched: z.array(z.int()),
  length: z.int(),
  inputs: z.array(z.array(z.number())),
  values: z.array(z.int()),
  contributions: z.array(z.int()),
  evidenceVersion: z.int().nullable(),
  tally: z.array(z.int()),
  likeness: z.object({ terms: z.array(z.array(z.int())), bands: z.array(z.array(z.int())) }).nullable(),
  estimates: z
    .object({
      answer1h: estimateSchema,
      answer24h: estimateSchema,
      accept: estimateSchema,
      win: estimateSchema,
    })
    .nullable(),
  flags: z.array(z.enum(['size', 'region'])),
})

export const refusedSchema = z.object({
  profileId: profileIdSchema.nullable(),
  partnerId: partnerIdSchema,
  code: z.enum(refusalCodes),
})

export const columnSchema = z.object({
  name: z.enum(featureNames),
  weight: z.int(),
  inputs: z.array(z.string()),
})

export const receiptSchema = z.object({
  rfiId: rfiIdSchema,
  at: timestampSchema,
  rule: z.enum(['rank', 'requested', 'exploration']),
  propensity: z.int(),
  weightsId: z.string(),
  releaseHash: z.string(),
  population: z.object({ country: z.string(), profiles: z.int(), totalTerms: z.int() }).nullable(),
  maximum: z.int(),
  basis: z
    .object({ priorStrength: z.number(), priors: priorsSchema, deals: z.int(), partners: z.int() })
    .nullable(),
  asked: z
    .object({
      terms: z.array(z.object({ term: z.string(), counts: z.array(z.int()) })),
      bands: z.array(z.object({ term: z.string(), nearness: z.int(), counts: z.array(z.int()) })),
    })
    .nullable(),
  features: z.array(columnSchema),
  terms: z.array(matchedTermSchema),
  considered: z.array(consideredSchema),
  chosen: z.array(partnerIdSchema),
  next: z.array(partnerIdSchema),
  candidates: z.int(),
  refused: z.partialRecord(z.enum(refusalCodes), z.int()),
  named: z.array(refusedSchema),
})

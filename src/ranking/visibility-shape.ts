import { z } from 'zod'
import { partnerIdSchema } from '../domain/ids.ts'
import { timestampSchema } from '../domain/time.ts'
import { counters } from './buckets.ts'
import { featureNames } from './catalogue.ts'

/** `Evidence` and what is read from it, as others read them on `partner-visibility`. A test holds them equal. */
export const countsSchema = z.partialRecord(z.enum(counters), z.int())

export const bucketSchema = z.object({ at: z.int(), counts: countsSchema })

export const evidenceSchema = z.object({
  partnerId: partnerIdSchema,
  version: z.int(),
  buckets: z.object({
    latestDay: z.int().nullable(),
    days: z.array(bucketSchema),
    months: z.array(bucketSchema),
    older: z.object({ daySum: z.int(), counts: countsSchema }).nullable(),
  }),
  answerTimes: z.array(z.int()),
  open: z.array(z.object({ routedHour: z.int(), expiresHour: z.int(), count: z.int() })),
})

export const partSchema = z.object({
  value: z.int(),
  contribution: z.int(),
  inputs: z.record(z.string(), z.number()),
})

export const visibilitySchema = z.object({
  type: z.literal('visibility.changed'),
  occurredAt: timestampSchema,
  partnerId: partnerIdSchema,
  version: z.int(),
  asOf: timestampSchema,
  weightsId: z.string(),
  visibility: z.int(),
  parts: z.partialRecord(z.enum(featureNames), partSchema),
  evidence: evidenceSchema,
})

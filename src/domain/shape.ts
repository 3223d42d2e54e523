import { z } from 'zod'

/**
 * Helpers for shapes as they arrive: absent and null are the same and become null, absent lists become empty, text is
 * made well-formed. Unknown fields are dropped by zod's objects.
 */
export function absentAsNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform(value => value ?? null)
}

/** Of most lists. Nobody has so much to say of one kind; 40,000 keywords would hold up a lane for a tenth of a second. */
const mostListed = 10_000

/** A lower `most` is for lists whose elements take more room in what is made of them than they did in the input. */
export function absentAsEmpty<T extends z.ZodType>(schema: T, most = mostListed) {
  return z
    .array(schema)
    .max(most)
    .nullish()
    .transform(list => list ?? [])
}

export function absentAsFalse() {
  return z
    .boolean()
    .nullish()
    .transform(value => value ?? false)
}

/** Free text in any script. A lone surrogate has no UTF-8 form and would differ after one trip through bytes. */
export const textSchema = z.string().transform(text => text.toWellFormed())

/** A vocabulary id or keyword: text that isn't blank, spaces at its ends dropped. Never split at commas or `&`. */
export const termSchema = z
  .string()
  .transform(text => text.toWellFormed().trim())
  .refine(text => text !== '', { error: 'a term that is not blank', abort: true })

/** What is wrong with an input, told without showing any of it. */
export interface Fault {
  readonly code: FaultCode
  /** Path to the field, `customer.country`; empty for the record as a whole. */
  readonly field: string
  /** Type and length alone: `string of 3 characters`, `missing`. Never the value, which may hold personal data. */
  readonly found: string
  readonly expected: string
}

export const faultCodes = [
  'malformed-utf8',
  'malformed-json',
  'missing',
  'wrong-type',
  'invalid',
  'too-large',
  'tombstone',
  'unknown-schema',
  'rfi-differs',
  'unknown-name',
] as const
export type FaultCode = (typeof faultCodes)[number]

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly fault: Fault
      /** The first and those after it, where more than one was looked for. */
      readonly faults?: readonly Fault[]
    }

/** Of one record: whoever mends a producer reads no more at once. */
export const mostFaults = 20

/** Of a record that breaks its shape: in one of more members the first fault is looked for alone. */
const mostMembers = 5000

/** Ends at the first fault. zod gathers them all otherwise: of a list of 100,000 that are none of its kind, for 0.4 s. */
const toTheFirst = { reportInput: false, abortEarly: true }

/** Runs a schema; the first fault stands for the record, up to `mostFaults` come with it. Never throws. */
export function parseShape<T extends z.ZodType>(schema: T, input: unknown): Parsed<z.infer<T>> {
  const result = schema.safeParse(input, toTheFirst)
  if (result.success) return { ok: true, value: result.data }
  const issues = (hasMore(input, mostMembers) ? result : schema.safeParse(input)).error?.issues ?? []
  const faults = issues.slice(0, mostFaults).map(each => faultOf(input, each))
  const [fault = { code: 'invalid', field: '', found: 'a record', expected: 'another' }] = faults
  return faults.length > 1 ? { ok: false, fault, faults } : { ok: false, fault }
}

/** Whether a value as JSON has it, lists and objects within counted, has more members than `most`. */
function hasMore(input: unknown, most: number): boolean {
  const open: unknown[] = [input]
  for (let count = 0; open.length > 0; ) {
    const value = open.pop()
    if (value === null || typeof value !== 'object') continue
    const members = Object.values(value)
    count += members.length
    if (count > most) return true
    for (const member of members) open.push(member)
  }
  return false
}

/** One of zod's issues, told without the input's content. */
export function faultOf(input: unknown, issue: z.core.$ZodIssue): Fault {
  const value = valueAt(input, issue.path)
  return {
    code: codeOf(value, issue),
    field: issue.path.map(String).join('.'),
    found: describe(value),
    expected: expectation(issue),
  }
}

function codeOf(value: unknown, issue: z.core.$ZodIssue): FaultCode {
  if (value === undefined || value === null) return 'missing'
  return issue.code === 'invalid_type' ? 'wrong-type' : 'invalid'
}

/** Type and size of a value, none of its content. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `string of ${value.length} characters`
  if (Array.isArray(value)) return `list of ${value.length}`
  return typeof value
}

/** What lies at a path; undefined where there is nothing of the input's own. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const step of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected
    case 'too_big':
      return `at most ${issue.maximum}`
    case 'too_small':
      return `at least ${issue.minimum}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.map(String).join(', ')}`
        : 'one of several shapes'
    case 'unrecognized_keys':
      // The message names the keys, and they are the input's.
      return 'no fields but the known'
    default:
      return issue.message
  }
}

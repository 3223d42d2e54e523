import { z } from 'zod'
import { type Command, commandSchema } from '../domain/commands.ts'
import { type PartnerId, partnerIdSchema, type RfiId, referralIdSchema, rfiIdSchema } from '../domain/ids.ts'
import { type Profile, profileSchema } from '../domain/profile.ts'
import { type ReasonKind, reasonKind } from '../domain/reasons.ts'
import { type Rfi, rfiSchema } from '../domain/rfi.ts'
import { absentAsNull, type Fault, parseShape } from '../domain/shape.ts'
import { timestampSchema, toMillis } from '../domain/time.ts'

/** In the order in which lines of the same moment are taken. */
export const historyFiles = [
  'partner-profiles.ndjson',
  'rfis.ndjson',
  'referrals.ndjson',
  'referral-commands.ndjson',
] as const
export type HistoryFile = (typeof historyFiles)[number]

/** A line of `referrals.ndjson`: the log says that this partner was offered this RFI. */
export const listedOfferSchema = z
  .object({
    referralId: referralIdSchema,
    rfiId: rfiIdSchema,
    partnerId: partnerIdSchema,
    occurredAt: timestampSchema,
    expiresAt: absentAsNull(timestampSchema),
    /** The chance it had of being offered, where whoever routed it knew. */
    propensity: absentAsNull(z.number().min(0).max(1)),
    weightsId: absentAsNull(z.string()),
    rank: absentAsNull(z.int().min(1)),
    rule: absentAsNull(z.string()),
  })
  .refine(offer => offer.referralId === `${offer.rfiId}:${offer.partnerId}`, {
    error: 'the rfiId, a colon and the partnerId',
    path: ['referralId'],
  })
export type ListedOffer = z.infer<typeof listedOfferSchema>

/** What of a command tells how a referral went. Times in ms since 1970. */
export interface Told {
  readonly at: number
  readonly rfiId: RfiId
  readonly partnerId: PartnerId
  readonly type: Command['type']
  /** Of the reason to decline or lose. */
  readonly kind: ReasonKind | null
  /** What an accept or an update says of the deal. */
  readonly tellsValue: boolean
  readonly tellsClosing: boolean
}

export interface LineFault extends Fault {
  /** From 1. */
  readonly line: number
}

/** What became of one file's lines. */
export interface Reading {
  readonly lines: number
  readonly skipped: number
  /** The first few that were. */
  readonly faults: readonly LineFault[]
}

/** A log as its files have it, each in its own order. */
export interface History {
  readonly profiles: readonly Profile[]
  readonly rfis: readonly Rfi[]
  readonly offers: readonly ListedOffer[]
  readonly commands: readonly Told[]
  readonly readings: Readonly<Record<HistoryFile, Reading>>
}

const mostFaults = 5

/** Takes the lines of the files one by one, so that nobody needs to hold their text. What is malformed is skipped. */
export class HistoryReader {
  readonly #profiles: Profile[] = []
  readonly #rfis: Rfi[] = []
  readonly #offers: ListedOffer[] = []
  readonly #commands: Told[] = []
  readonly #readings: Record<HistoryFile, { lines: number; skipped: number; faults: LineFault[] }> = {
    'partner-profiles.ndjson': { lines: 0, skipped: 0, faults: [] },
    'rfis.ndjson': { lines: 0, skipped: 0, faults: [] },
    'referrals.ndjson': { lines: 0, skipped: 0, faults: [] },
    'referral-commands.ndjson': { lines: 0, skipped: 0, faults: [] },
  }

  add(file: HistoryFile, text: string): void {
    const reading = this.#readings[file]
    reading.lines += 1
    if (text.trim() === '') return
    const fault = this.#take(file, text)
    if (fault === null) return
    reading.skipped += 1
    if (reading.faults.length < mostFaults) reading.faults.push({ ...fault, line: reading.lines })
  }

  history(): History {
    return {
      profiles: this.#profiles,
      rfis: this.#rfis,
      offers: this.#offers,
      commands: this.#commands,
      readings: this.#readings,
    }
  }

  #take(file: HistoryFile, text: string): Fault | null {
    const value = jsonOf(text)
    if (value === undefined)
      return {
        code: 'malformed-json',
        field: '',
        found: `text of ${text.length} characters`,
        expected: 'JSON',
      }
    switch (file) {
      case 'partner-profiles.ndjson':
        return keep(profileSchema, value, profile => this.#profiles.push(profile))
      case 'rfis.ndjson':
        return keep(rfiSchema, value, rfi => this.#rfis.push(rfi))
      case 'referrals.ndjson':
        return keep(listedOfferSchema, value, offer => this.#offers.push(offer))
      case 'referral-commands.ndjson': {
        let stranger: Fault | null = null
        const fault = keep(commandSchema, value, command => {
          const told = toldBy(command)
          if (told === null) stranger = strangerFault
          else this.#commands.push(told)
        })
        return fault ?? stranger
      }
    }
  }
}

const strangerFault: Fault = {
  code: 'invalid',
  field: 'partnerId',
  found: "another partner's id",
  expected: "the referral's own partner",
}

function keep<T extends z.ZodType>(
  schema: T,
  value: unknown,
  put: (value: z.infer<T>) => void,
): Fault | null {
  const parsed = parseShape(schema, value)
  if (!parsed.ok) return parsed.fault
  put(parsed.value)
  return null
}

/** Null when it comes from a partner that the referral doesn't belong to. */
function toldBy(command: Command): Told | null {
  const { referralId, partnerId, type } = command
  // The partner's id is the part after the last colon.
  const rfiId = referralId.slice(0, -(partnerId.length + 1)) as RfiId
  if (referralId !== `${rfiId}:${partnerId}`) return null
  const engagement = type === 'accept' || type === 'update-engagement' ? command.engagement : null
  return {
    at: toMillis(command.occurredAt),
    rfiId,
    partnerId,
    type,
    kind: type === 'decline' || type === 'lose' ? reasonKind(command.reason) : null,
    tellsValue: engagement?.value != null,
    tellsClosing: engagement?.closingAt != null,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

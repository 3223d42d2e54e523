import { nextDueAt } from '../domain/clocks.ts'
import { type Command, commandIdsSchema, commandSchema } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import type { ReferralEvent, Rejection } from '../domain/events.ts'
import { evolve } from '../domain/evolve.ts'
import { type ReferralId, splitReferralId } from '../domain/ids.ts'
import type { Notice } from '../domain/notices.ts'
import { type Fault, type Parsed, parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Reader } from '../ports/store.ts'
import type { Collections, ReferralDocument } from './collections.ts'
import { EffectsBuilder } from './effects.ts'
import { type Emission, type Role, tombstoneFault } from './role.ts'
import { noticeOf } from './router.ts'
import { topics } from './topics.ts'

export type ReferralInput =
  | { readonly kind: 'command'; readonly command: Command }
  /** Its ids can be read, so its sender can be told. */
  | {
      readonly kind: 'malformed'
      readonly ids: Pick<Rejection, 'commandId' | 'referralId' | 'partnerId'>
      readonly fault: Fault
    }

/** Commands in; the referral's next state, its events and what the customer must be told out. */
export function referral(): Role<ReferralInput> {
  return {
    name: 'referral',
    topics: [topics.commands],
    ready: () => Promise.resolve(),
    parse: (_topic, value) => parse(value),
    async process(inputs, { read }) {
      const effects = new EffectsBuilder()
      const stored = await read.get('referrals', [
        ...new Set(inputs.map(({ value }) => referralIdOfInput(value))),
      ])
      const current = new Map<string, ReferralDocument>(stored)
      const closings: { event: ReferralEvent; cause: number; at: string }[] = []
      for (const { origin, value } of inputs) {
        const at = toTimestamp(origin.timestamp)
        const cause = origin.offset
        if (value.kind === 'malformed') {
          effects.emit(rejectionOf(malformed(value, at), cause))
          continue
        }
        const { command } = value
        const document = current.get(command.referralId)
        if (document === undefined) {
          effects.emit(rejectionOf(unknownReferral(command, at), cause))
          continue
        }
        const { events, rejection } = decide(document, command, at)
        if (events.length > 0) current.set(document._id, after(document, events))
        for (const event of events) {
          effects.emit(eventOf(event, cause))
          if (event.type === 'referral.declined' || event.type === 'referral.expired')
            closings.push({ event, cause, at })
        }
        if (rejection !== null) effects.emit(rejectionOf(rejection, cause))
        if (events.length === 0 && rejection === null) effects.count('without-effect')
      }
      for (const [id, document] of current) {
        const before = stored.get(id)
        if (before === undefined || before === document) continue
        effects.write({ kind: 'replace', collection: 'referrals', document, version: before.version })
      }
      effects.emit(...(await notices(closings, current, read)))
      return effects.build()
    },
  }
}

function parse(value: unknown): Parsed<ReferralInput> {
  if (value === null) return { ok: false, fault: tombstoneFault }
  const command = parseShape(commandSchema, value)
  if (command.ok) return { ok: true, value: { kind: 'command', command: command.value } }
  const ids = commandIdsSchema.safeParse(value)
  return ids.success
    ? { ok: true, value: { kind: 'malformed', ids: ids.data, fault: command.fault } }
    : command
}

function referralIdOfInput(input: ReferralInput): ReferralId {
  return input.kind === 'command' ? input.command.referralId : input.ids.referralId
}

function after(document: ReferralDocument, events: readonly ReferralEvent[]): ReferralDocument {
  let next = document
  for (const event of events) next = { ...next, ...evolve(next, event) }
  return { ...next, nextDueAt: nextDueAt(next) }
}

function eventOf(event: ReferralEvent, cause: number): Emission {
  const { partnerId: key, type, occurredAt: time } = event
  return { cause, topic: topics.status, key, type, time, value: event }
}

function rejectionOf(rejection: Rejection, cause: number): Emission {
  const { partnerId: key, type, occurredAt: time } = rejection
  return { cause, topic: topics.status, key, type, time, value: rejection }
}

function unknownReferral({ commandId, referralId, partnerId, type }: Command, at: string): Rejection {
  return { ...blank(referralId, at), commandId, partnerId, commandType: type, code: 'unknown-referral' }
}

function malformed({ ids, fault }: Extract<ReferralInput, { kind: 'malformed' }>, at: string): Rejection {
  const { field, found, expected } = fault
  return { ...blank(ids.referralId, at), ...ids, code: 'malformed', field, found, expected }
}

function blank(referralId: ReferralId, at: string) {
  return {
    type: 'referral.command-rejected',
    occurredAt: at,
    referralId,
    rfiId: splitReferralId(referralId)?.rfiId ?? (referralId as unknown as Rejection['rfiId']),
    commandType: null,
    met: null,
    field: null,
    found: null,
    expected: null,
  } as const
}

/** What the customer, or the inviter, is told once a referral was declined or expired. One query for the batch. */
async function notices(
  closings: readonly { event: ReferralEvent; cause: number; at: string }[],
  current: ReadonlyMap<string, ReferralDocument>,
  read: Reader<Collections>,
): Promise<Emission[]> {
  if (closings.length === 0) return []
  const roots = new Set(closings.flatMap(({ event }) => current.get(event.referralId)?.root ?? []))
  const family = await read.find('referrals', { where: { root: { in: [...roots] } } })
  return closings.flatMap(({ event, cause, at }) => {
    const closed = current.get(event.referralId)
    if (closed === undefined) return []
    const relatives = family.flatMap(one => (one.root === closed.root ? [current.get(one._id) ?? one] : []))
    return [noticeOf(noticeFor(closed, event, relatives, at), cause)]
  })
}

function noticeFor(
  closed: ReferralDocument,
  event: ReferralEvent,
  relatives: readonly ReferralDocument[],
  asOf: string,
): Notice {
  const { rfiId, referralId, partnerId, addressee, test } = closed
  const cause = event.type === 'referral.declined' ? 'declined' : 'expired'
  const asked = new Set(relatives.map(relative => relative.partnerId))
  const candidates = closed.nextCandidates.filter(candidate => !asked.has(candidate.partnerId))
  const othersOpen = relatives.filter(
    one => one.rfiId === rfiId && one._id !== referralId && one.status !== 'Closed',
  ).length
  const common = {
    occurredAt: event.occurredAt,
    asOf,
    rfiId,
    referralId,
    partnerId,
    cause,
    addressee,
    test,
  } as const
  return candidates.length === 0 && othersOpen === 0
    ? { type: 'customer.no-partner', ...common }
    : { type: 'customer.choose-another', ...common, othersOpen, candidates }
}

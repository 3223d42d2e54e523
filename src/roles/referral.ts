import { nextDueAt } from '../domain/clocks.ts'
import { type Command, commandIdsSchema, commandSchema } from '../domain/commands.ts'
import { type Decision, decide, met, overdue } from '../domain/decide.ts'
import type { ReferralEvent, Rejection } from '../domain/events.ts'
import { evolve } from '../domain/evolve.ts'
import { type ReferralId, splitReferralId } from '../domain/ids.ts'
import type { Notice } from '../domain/notices.ts'
import { type Fault, type Parsed, parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Reader, Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { ReferralDocument } from './documents/referrals.ts'
import { EffectsBuilder } from './effects.ts'
import { erasedAmong } from './erase.ts'
import { type Emission, hasOtherKey, type Role, tombstoneFault } from './role.ts'
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
    async process(inputs, { lane, read }) {
      const effects = new EffectsBuilder()
      const stored = await read.get('referrals', [
        ...new Set(inputs.map(({ value }) => referralIdOfInput(value))),
      ])
      const current = new Map<string, ReferralDocument>(stored)
      const closings: Closing[] = []
      const rejections: Rejection[] = []
      for (const { origin, value } of inputs) {
        const at = toTimestamp(origin.timestamp)
        const cause = origin.offset
        const referralId = referralIdOfInput(value)
        if (hasOtherKey(origin, referralId)) effects.count('other-key')
        const document = current.get(referralId)
        const { events, rejection } = meet(document, value, at)
        if (document !== undefined && events.length > 0) current.set(document._id, after(document, events))
        for (const event of events) {
          effects.emit(eventOf(event, cause))
          if (event.type !== 'referral.declined' && event.type !== 'referral.expired') continue
          closings.push({ event, cause, at, family: familyOf(event.referralId, current) })
        }
        if (rejection !== null) {
          effects.emit(rejectionOf(rejection, cause))
          rejections.push(rejection)
        }
        if (events.length === 0 && rejection === null) effects.count('without-effect')
      }
      for (const [id, document] of current) {
        const before = stored.get(id)
        if (before === undefined || before === document) continue
        const { version, customerKey } = before
        // An erasure empties the key and is no event: it must not come back with what was read before.
        effects.write({
          ...{ kind: 'replace', collection: 'referrals', document, version },
          where: { customerKey },
        })
      }
      effects.emit(...(await notices(closings, read)))
      effects.write(...(await counted(rejections, lane, read)))
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

/** The lane's own sums, in the transaction that refuses: topics hold rejections too, but are long and may repeat them. */
async function counted(
  rejections: readonly Rejection[],
  lane: string,
  read: Reader<Collections>,
): Promise<Write<Collections>[]> {
  if (rejections.length === 0) return []
  const counts = { ...(await read.get('rejections', [lane])).get(lane)?.counts }
  for (const { code } of rejections) counts[code] = (counts[code] ?? 0) + 1
  return [{ kind: 'put', collection: 'rejections', document: { _id: lane, counts } }]
}

/** What an input comes to, whether there is such a referral or not, and whether it could be read whole or not. */
function meet(document: ReferralDocument | undefined, input: ReferralInput, at: string): Decision {
  if (input.kind === 'command') {
    return document === undefined
      ? { events: [], rejection: unknownReferral(input.command, at) }
      : decide(document, input.command, at)
  }
  const expired = document === undefined ? null : overdue(document, at)
  const rejection = malformed(input, at)
  const events = expired === null ? [] : [expired]
  if (document === undefined || document.partnerId !== input.ids.partnerId) return { events, rejection }
  return {
    events,
    rejection: { ...rejection, met: met(expired === null ? document : evolve(document, expired)) },
  }
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

/** A referral that closed unanswered or declined, with what the batch had made of its relatives by then. */
interface Closing {
  readonly event: ReferralEvent
  readonly cause: number
  readonly at: string
  readonly family: ReadonlyMap<string, ReferralDocument>
}

/** Those of the batch that belong to the same chain of RFIs, as they stand now: later commands don't count yet. */
function familyOf(
  referralId: ReferralId,
  current: ReadonlyMap<string, ReferralDocument>,
): ReadonlyMap<string, ReferralDocument> {
  const root = current.get(referralId)?.root
  return new Map([...current].filter(([, document]) => document.root === root))
}

/** Referrals of chains of RFIs that are read at once; a chain as long as that was not made by customers. */
const mostRelatives = 5000

/**
 * All referrals of these chains, as stored: one query. Where somebody has hung thousands of RFIs on one, those of the RFIs
 * that closed and of the ones they follow, and not of what follows them.
 */
async function relativesOf(
  closed: readonly ReferralDocument[],
  read: Reader<Collections>,
): Promise<readonly ReferralDocument[]> {
  const roots = [...new Set(closed.map(({ root }) => root))]
  const where = { root: { in: roots } }
  const found = await read.find('referrals', { where, limit: mostRelatives })
  if (found.length < mostRelatives) return found
  const rfis = await read.get('rfis', [...new Set(closed.map(({ rfiId }) => rfiId))])
  const followed = await read.get('rfis', [...new Set([...rfis.values()].flatMap(({ chain }) => chain))])
  const ids = [...rfis.values(), ...followed.values()].flatMap(({ referralIds }) => referralIds)
  return [...(await read.get('referrals', ids)).values()]
}

/** What the customer, or the inviter, is told once a referral was declined or expired. */
async function notices(closings: readonly Closing[], read: Reader<Collections>): Promise<Emission[]> {
  if (closings.length === 0) return []
  const stored = await relativesOf(
    closings.flatMap(({ event, family }) => family.get(event.referralId) ?? []),
    read,
  )
  const byRoot = Map.groupBy(stored, ({ root }) => root)
  const erased = await erasedAmong(
    closings.map(({ event }) => event.rfiId),
    read,
  )
  return closings.flatMap(({ event, cause, at, family }) => {
    const own = family.get(event.referralId)
    if (own === undefined) return []
    const closed = erased.has(own.rfiId) ? forgottenBy(own) : own
    const relatives = (byRoot.get(closed.root) ?? []).map(one => family.get(one._id) ?? one)
    return [noticeOf(noticeFor(closed, event, relatives, at), cause)]
  })
}

/** Whose contact was erased can't be told any more; the inviter, who was not the customer, can. */
function forgottenBy(closed: ReferralDocument): ReferralDocument {
  return closed.addressee === 'customer' ? { ...closed, addressee: 'none' } : closed
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
    one => one.rfiId === rfiId && one._id !== referralId && isOpen(one, asOf),
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

/** Deadlines depend on timestamps only: whose time is up is closed, whether its expiry has been written yet or not. */
function isOpen({ status, expiresAt }: ReferralDocument, asOf: string): boolean {
  return status === 'Active' || (status === 'New' && expiresAt > asOf)
}

import { hash } from 'node:crypto'
import { nextDueAt } from '../domain/clocks.ts'
import { evolve } from '../domain/evolve.ts'
import { type PartnerId, type ProfileId, type RfiId, splitReferralId } from '../domain/ids.ts'
import type { Notice } from '../domain/notices.ts'
import { type Rfi, rfiSchema } from '../domain/rfi.ts'
import { parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Reader } from '../ports/store.ts'
import { Capacity } from './capacity.ts'
import type { Collections, RfiDocument } from './collections.ts'
import { customerKey } from './customer-key.ts'
import { deadLetter } from './dead-letter.ts'
import { EffectsBuilder } from './effects.ts'
import { loadOpenReferrals, type OpenReferrals } from './open-referrals.ts'
import {
  type Emission,
  hasOtherKey,
  type Input,
  type Role,
  type RoleContext,
  tombstoneFault,
} from './role.ts'
import { addresseeOf, type Routing, route } from './routing.ts'
import type { Tables } from './tables.ts'
import { topics } from './topics.ts'

export interface RouterOptions {
  readonly tables: Tables
  /** Resolves once the tables have been read. */
  readonly ready: () => Promise<void>
  /** Keys the hash by which a customer is known again. */
  readonly customerSecret: string
}

/** One RFI and the tables in; referrals, one receipt and events out. It only ever inserts referrals. */
export function router(options: RouterOptions): Role<Rfi> {
  const limited = new Set<ProfileId>()
  return {
    name: 'router',
    topics: [topics.rfis],
    ready: options.ready,
    parse: (_topic, value) =>
      value === null ? { ok: false, fault: tombstoneFault } : parseShape(rfiSchema, value),
    async process(inputs, context) {
      const known = await loadKnown(inputs, context.read)
      const keys = new Map(
        inputs.map(input => [input, customerKey(input.value.customer, options.customerSecret)]),
      )
      const open = await loadOpenReferrals(keys, context)
      const capacity = new Capacity(context.read, limited)
      await capacity.load()
      for (;;) {
        const effects = routeBatch(inputs, context, options, {
          rfis: new Map(known),
          open: open.copy(),
          capacity: capacity.begin(),
          keys,
        })
        // A profile with a limit was met whose open referrals aren't counted yet: count, and route again.
        if (!(await capacity.load())) return effects.build()
      }
    },
  }
}

interface Seen {
  readonly rfis: Map<string, Pick<RfiDocument, 'hash' | 'chain' | 'referralIds'>>
  readonly open: OpenReferrals
  readonly capacity: Capacity
  /** Who the customer of each input is, as a keyed hash. */
  readonly keys: ReadonlyMap<Input<Rfi>, string | null>
}

function routeBatch(
  inputs: readonly Input<Rfi>[],
  context: RoleContext,
  { tables }: RouterOptions,
  { rfis, open, capacity, keys }: Seen,
): EffectsBuilder {
  const effects = new EffectsBuilder()
  for (const input of inputs) {
    const { origin, value: rfi } = input
    if (hasOtherKey(origin, rfi.rfiId)) effects.count('other-key')
    const rfiHash = hash('sha256', JSON.stringify(rfi), 'base64url')
    const before = rfis.get(rfi.rfiId)
    if (before !== undefined) {
      if (before.hash === rfiHash) effects.count('ignored-repeats')
      else {
        const fault = {
          code: 'rfi-differs',
          field: 'rfiId',
          found: 'another RFI',
          expected: 'a new rfiId',
        } as const
        const letter = deadLetter('router', origin, fault)
        effects.emit(letter.emission)
        effects.write(letter.write)
      }
      continue
    }
    const routedAt = Math.max(context.now, origin.timestamp)
    const followed = rfi.followsRfiId === null ? undefined : rfis.get(rfi.followsRfiId)
    const chain = chainOf(rfi.followsRfiId, followed)
    const key = keys.get(input) ?? null
    const routing = route({
      rfi,
      routedAt,
      tables,
      asked: askedIn(chain, rfis),
      full: profileId => capacity.isFull(profileId, tables),
      openReferral: partnerId => open.find(key, partnerId, routedAt),
    })
    const document: RfiDocument = {
      _id: rfi.rfiId,
      hash: rfiHash,
      receivedAt: toTimestamp(routedAt),
      outcome: routing.events.length > 0 ? 'routed' : 'unroutable',
      chain,
      referralIds: routing.events.map(({ referralId }) => referralId),
      rfi: withoutContact(rfi),
    }
    rfis.set(rfi.rfiId, document)
    for (const event of routing.events) {
      open.add(key, event)
      capacity.take(event.profileId, tables)
    }
    record(effects, { rfi, routing, document, cause: origin.offset, key })
  }
  effects.writeFirst(...capacity.writes())
  return effects
}

function record(
  effects: EffectsBuilder,
  of: { rfi: Rfi; routing: Routing; document: RfiDocument; cause: number; key: string | null },
): void {
  const { rfi, routing, document, cause } = of
  const { rfiId } = rfi
  const at = document.receivedAt
  effects.write({ kind: 'insert', collection: 'rfis', document })
  effects.write({ kind: 'insert', collection: 'receipts', document: { _id: rfiId, ...routing.receipt } })
  effects.write({
    kind: 'insert',
    collection: 'contacts',
    document: {
      _id: rfiId,
      name: rfi.customer.name,
      postalCode: rfi.customer.postalCode,
      contact: rfi.customer.contact,
      inviterEmail: rfi.inviter?.email ?? null,
      consent: rfi.consent,
    },
  })
  const addressee = addresseeOf(rfi)
  for (const event of routing.events) {
    const referral = evolve(null, event)
    effects.write({
      kind: 'insert',
      collection: 'referrals',
      document: {
        _id: event.referralId,
        ...referral,
        nextDueAt: nextDueAt(referral),
        root: document.chain[0] ?? rfiId,
        // Nobody can be known again by an empty key.
        customerKey: of.key ?? '',
        addressee,
        nextCandidates: routing.candidates,
      },
    })
    const common = { cause, key: event.partnerId, type: event.type, time: at, value: event }
    effects.emit({ ...common, topic: topics.referrals }, { ...common, topic: topics.status })
  }
  effects.emit({
    cause,
    topic: topics.decisions,
    key: rfiId,
    type: 'rfi.decided',
    time: at,
    value: routing.receipt,
  })
  if (routing.events.length > 0) return
  const unroutable: Notice = {
    type: 'rfi.unroutable',
    occurredAt: at,
    rfiId,
    country: rfi.customer.country,
    reasons: routing.reasons,
    terms: [...routing.terms],
    test: rfi.test,
  }
  const noPartner: Notice = {
    type: 'customer.no-partner',
    occurredAt: at,
    asOf: at,
    rfiId,
    referralId: null,
    partnerId: null,
    cause: 'unroutable',
    addressee,
    test: rfi.test,
  }
  effects.emit(noticeOf(unroutable, cause), noticeOf(noPartner, cause))
}

export function noticeOf(notice: Notice, cause: number): Emission {
  return {
    cause,
    topic: topics.notices,
    key: notice.rfiId,
    type: notice.type,
    time: notice.occurredAt,
    value: notice,
  }
}

/** What could tell who the customer is goes to `contacts` alone. */
function withoutContact({ customer, inviter, ...rest }: Rfi): RfiDocument['rfi'] {
  const { name: _name, contact: _contact, postalCode: _postalCode, ...place } = customer
  return { ...rest, customer: place, inviter: inviter === null ? null : { id: inviter.id } }
}

/**
 * The RFIs one follows, oldest first. Beyond the last 50 nobody is remembered: whom the older ones asked may be asked
 * again, and notices know no relatives there.
 */
function chainOf(follows: RfiId | null, followed: Pick<RfiDocument, 'chain'> | undefined): readonly RfiId[] {
  return follows === null ? [] : [...(followed?.chain ?? []), follows].slice(-longestChain)
}

const longestChain = 50

/** Everyone already asked in the RFIs this one follows. */
function askedIn(chain: readonly RfiId[], rfis: Seen['rfis']): Set<PartnerId> {
  const asked = new Set<PartnerId>()
  for (const rfiId of chain) {
    for (const referralId of rfis.get(rfiId)?.referralIds ?? []) {
      const parts = splitReferralId(referralId)
      if (parts !== null) asked.add(parts.partnerId)
    }
  }
  return asked
}

/** The RFIs of the batch that are stored already, and those they follow, with their ancestors. */
async function loadKnown(
  inputs: readonly Input<Rfi>[],
  read: Reader<Collections>,
): Promise<ReadonlyMap<string, RfiDocument>> {
  const ids = inputs.flatMap(({ value: { rfiId, followsRfiId } }) =>
    followsRfiId ? [rfiId, followsRfiId] : [rfiId],
  )
  const known = await read.get('rfis', [...new Set(ids)])
  const ancestors = [...known.values()].flatMap(({ chain }) => chain).filter(rfiId => !known.has(rfiId))
  return ancestors.length === 0
    ? known
    : new Map([...known, ...(await read.get('rfis', [...new Set(ancestors)]))])
}

import { hash } from 'node:crypto'
import { nextDueAt } from '../domain/clocks.ts'
import { addresseeOf } from '../domain/contacts.ts'
import { evolve } from '../domain/evolve.ts'
import { type PartnerId, type ProfileId, type RfiId, splitReferralId } from '../domain/ids.ts'
import type { Notice } from '../domain/notices.ts'
import { type Rfi, rfiSchema } from '../domain/rfi.ts'
import { parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import { underId } from '../ports/json-text.ts'
import type { Reader } from '../ports/store.ts'
import { Capacity } from './capacity.ts'
import type { Collections } from './collections.ts'
import { customerKey } from './customer-key.ts'
import { deadLetter } from './dead-letter.ts'
import type { RfiDocument } from './documents/referrals.ts'
import { EffectsBuilder } from './effects.ts'
import { erasedAmong, forgotten } from './erase.ts'
import { loadOpenReferrals, type OpenReferrals } from './open-referrals.ts'
import {
  type Emission,
  hasOtherKey,
  type Input,
  type Role,
  type RoleContext,
  tombstoneFault,
} from './role.ts'
import { type Routing, route } from './routing.ts'
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
    async process(given, context) {
      const erased = await erasedAmong(
        given.map(({ value }) => value.rfiId),
        context.read,
      )
      const inputs = erased.size === 0 ? given : given.map(input => withoutErased(input, erased))
      const known = await loadKnown(inputs, context.read)
      const keys = new Map(
        inputs.map(input => [input, customerKey(input.value.customer, options.customerSecret)]),
      )
      const open = await loadOpenReferrals(keys, context)
      const capacity = new Capacity(context.read, limited)
      const earlier = new Map<Input<Rfi>, Decided>()
      await capacity.load()
      for (;;) {
        const { effects, decided } = routeBatch(inputs, context, options, {
          rfis: new Map(known),
          open: open.copy(),
          capacity: capacity.begin(),
          keys,
          earlier,
          erased,
        })
        // A profile with a limit was met whose open referrals aren't counted yet: count, and look again.
        if (await capacity.load()) continue
        for (const each of decided) record(effects, each, erased.has(each.rfi.rfiId))
        effects.writeFirst(...capacity.writes())
        return effects.build()
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
  /** What the pass before came to: most of it stands, since few profiles turn out to be full. */
  readonly earlier: Map<Input<Rfi>, Decided>
  /** RFIs whose contact data must not come back. */
  readonly erased: ReadonlySet<string>
}

/** What becomes of one input, and the answers about profiles with a limit that it rests on. */
interface Decided {
  readonly rfi: Rfi
  readonly routing: Routing
  readonly document: RfiDocument
  readonly cause: number
  readonly key: string | null
  readonly answers: ReadonlyMap<ProfileId, boolean>
}

function routeBatch(
  inputs: readonly Input<Rfi>[],
  context: RoleContext,
  { tables }: RouterOptions,
  { rfis, open, capacity, keys, earlier, erased }: Seen,
): { readonly effects: EffectsBuilder; readonly decided: readonly Decided[] } {
  const effects = new EffectsBuilder()
  const decided: Decided[] = []
  const changed = new Set<string>()
  for (const input of inputs) {
    const { origin, value: rfi } = input
    if (hasOtherKey(origin, rfi.rfiId)) effects.count('other-key')
    const isErased = erased.has(rfi.rfiId)
    const rfiHash = isErased ? '' : (earlier.get(input)?.document.hash ?? hashOf(rfi))
    const before = rfis.get(rfi.rfiId)
    if (before !== undefined) {
      // Of an erased one nobody can say any more what it was.
      if (isErased || before.hash === rfiHash) effects.count('ignored-repeats')
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
    const followed = rfi.followsRfiId === null ? undefined : rfis.get(rfi.followsRfiId)
    const chain = chainOf(rfi.followsRfiId, followed)
    const key = keys.get(input) ?? null
    const related = [...chain, ...(key === null ? [] : [`customer ${key}`])]
    const known = earlier.get(input)
    const stands =
      known !== undefined &&
      !related.some(name => changed.has(name)) &&
      [...known.answers].every(([profileId, answer]) => capacity.isFull(profileId, tables) === answer)
    const one = stands ? known : decide(input, context, { tables, chain, rfis, open, capacity, key, rfiHash })
    if (!stands) {
      earlier.set(input, one)
      changed.add(rfi.rfiId)
      if (key !== null) changed.add(`customer ${key}`)
    }
    rfis.set(rfi.rfiId, one.document)
    for (const event of one.routing.events) {
      open.add(key, event)
      capacity.take(event.profileId, tables)
    }
    decided.push(one)
  }
  return { effects, decided }
}

function decide(
  { origin, value: rfi }: Input<Rfi>,
  { now }: RoleContext,
  {
    tables,
    chain,
    rfis,
    open,
    capacity,
    key,
    rfiHash,
  }: Pick<Seen, 'rfis' | 'open' | 'capacity'> & {
    readonly tables: Tables
    readonly chain: readonly RfiId[]
    readonly key: string | null
    readonly rfiHash: string
  },
): Decided {
  const routedAt = Math.max(now, origin.timestamp)
  const answers = new Map<ProfileId, boolean>()
  const routing = route({
    rfi,
    routedAt,
    tables,
    asked: askedIn(chain, rfis),
    full: profileId => {
      if (!capacity.isLimited(profileId, tables)) return false
      const answer = capacity.isFull(profileId, tables)
      answers.set(profileId, answer)
      return answer
    },
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
  return { rfi, routing, document, cause: origin.offset, key, answers }
}

function hashOf(rfi: Rfi): string {
  return hash('sha256', JSON.stringify(rfi), 'base64url')
}

function withoutErased(input: Input<Rfi>, erased: ReadonlySet<string>): Input<Rfi> {
  return erased.has(input.value.rfiId) ? { ...input, value: forgotten(input.value) } : input
}

function record(effects: EffectsBuilder, of: Decided, isErased: boolean): void {
  const { rfi, routing, document, cause } = of
  const { rfiId } = rfi
  const at = document.receivedAt
  effects.write({ kind: 'insert', collection: 'rfis', document })
  effects.write({ kind: 'insert', collection: 'receipts', document: underId(rfiId, routing.receipt) })
  // The row that says so is there already. One that comes meanwhile is a conflict, and all is looked at again.
  if (!isErased)
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
  const addressee = addresseeOf(rfi.inviter, rfi.consent, rfi.customer.contact)
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

import type { ReferralEvent, RoutedEvent } from '../src/domain/events.ts'
import { type PartnerId, type RfiId, referralIdOf } from '../src/domain/ids.ts'
import type { Notice } from '../src/domain/notices.ts'
import { reasonCodes } from '../src/domain/reasons.ts'
import { type Rfi, rfiSchema } from '../src/domain/rfi.ts'
import { addMillis, day, hour, toTimestamp } from '../src/domain/time.ts'
import { queryOf } from '../src/matching/query.ts'
import type { Store, Write } from '../src/ports/store.ts'
import type { Collections } from '../src/roles/collections.ts'
import { EffectsBuilder } from '../src/roles/effects.ts'
import { favoriteWrites, type Turn, takeTurns } from '../src/roles/folds/inbox.ts'
import { foldNeeds } from '../src/roles/folds/needs.ts'
import { foldNotices } from '../src/roles/folds/notices.ts'
import { foldSums } from '../src/roles/folds/sums.ts'
import { generateRfis } from './generate.ts'
import { between, type Random, seeded, zipf } from './random.ts'

/** What there is to ask for. */
export interface Filled {
  /** Each as often as it has referrals. */
  readonly partner: (random: Random) => PartnerId
  readonly rfiIds: readonly string[]
  readonly writeSeconds: number
}

interface FillOptions {
  readonly referrals: number
  readonly partners: number
  readonly months: number
  readonly batch: number
  readonly seed: number
}

const lanes = 4
const perRfi = 3
/** One RFI in so many has all its documents: those that `rfi` reads by id. */
const wholeOneIn = 20
const firstDay = Date.UTC(2024, 0, 1)

/** Rows of referrals as the projector folds them, without evidence: two years of RFIs, three referrals each. */
export async function fill(store: Store<Collections>, options: FillOptions): Promise<Filled> {
  const { referrals, partners, months, batch, seed } = options
  const random = seeded(seed)
  const partner = zipf(
    Array.from({ length: partners }, (_, at) => `partner-${at}` as PartnerId),
    0.6,
  )
  const asks = [...generateRfis(2000, seed)].map(raw => rfiSchema.parse(raw))
  const rfiIds: string[] = []
  const rfis = Math.ceil(referrals / perRfi)
  const step = Math.floor((months * 30.4 * day) / rfis)
  let writeSeconds = 0
  const commit = async (writes: readonly Write<Collections>[]) => {
    const start = performance.now()
    await store.commit({ move: null, writes, journal: null })
    writeSeconds += (performance.now() - start) / 1000
  }
  for (let first = 0; first < rfis; first += batch) {
    const turns = Array.from({ length: lanes }, (): Turn[] => [])
    const notices = Array.from({ length: lanes }, (): Notice[] => [])
    const rows: Write<Collections>[] = []
    for (let at = first; at < Math.min(rfis, first + batch); at += 1) {
      const ask = asks[at % asks.length] as Rfi
      const rfiId = `rfi-${at}` as RfiId
      const routedAt = toTimestamp(firstDay + at * step)
      const whole = at % wholeOneIn === 0
      if (whole) rfiIds.push(rfiId)
      const chosen = new Set<PartnerId>()
      while (chosen.size < perRfi) chosen.add(partner(random))
      for (const [place, partnerId] of [...chosen].entries()) {
        const events = lifeOf(random, { ask, rfiId, partnerId, routedAt, rank: place + 1 })
        let row: Collections['inbox'] | undefined
        const its: Turn[] = []
        for (const event of events) {
          const taken = takeTurns(row, event)
          row = taken.row
          its.push(...taken.turns)
        }
        if (row === undefined) continue
        rows.push({ kind: 'insert', collection: 'inbox', document: row })
        turns[laneOf(partnerId)]?.push(...its)
        if (row.referral?.substatus === 'Declined') notices[at % lanes]?.push(chooseAnother(events))
        if (whole && row.referral !== null) rows.push(referralRow(row.referral, rfiId))
      }
      if (whole) rows.push(rfiRow(ask, rfiId, routedAt, [...chosen]))
      // Beside them, one in ten that went to nobody.
      if (at % 10 === 0) notices[at % lanes]?.push(unroutable(ask, `lost-${at}` as RfiId, routedAt))
    }
    await commit(rows)
    for (let lane = 0; lane < lanes; lane += 1) {
      const effects = new EffectsBuilder()
      const its = turns[lane] ?? []
      const told = notices[lane] ?? []
      const noticed = `projector/customer-notices/${lane}`
      effects.write(...favoriteWrites(its))
      await foldSums(its, { effects, read: store, lane: `projector/referral-status/${lane}`, besides: [] })
      await foldNotices(told, { effects, read: store })
      const needs = told.filter(notice => notice.type === 'rfi.unroutable')
      await foldNeeds(needs, { effects, read: store, lane: noticed })
      await commit(effects.build().writes)
    }
  }
  return { partner, rfiIds, writeSeconds }
}

function laneOf(partnerId: PartnerId): number {
  return Number(partnerId.slice('partner-'.length)) % lanes
}

interface Start {
  readonly ask: Rfi
  readonly rfiId: RfiId
  readonly partnerId: PartnerId
  readonly routedAt: string
  readonly rank: number
}

/** A fifth is new, a seventh in work; of the rest most were declined or expired. */
function lifeOf(random: Random, start: Start): ReferralEvent[] {
  const { ask, rfiId, partnerId, routedAt, rank } = start
  const { customer, need, budget, closingAt, campaignId, channel } = ask
  const referralId = referralIdOf(rfiId, partnerId)
  const common = { rfiId, referralId, partnerId, commandId: null, claimedAt: null }
  const first: RoutedEvent = {
    ...{
      ...common,
      type: 'referral.routed',
      version: 1,
      occurredAt: routedAt,
      channel,
      need,
      budget,
      closingAt,
    },
    ...{ campaignId, rank, score: 412_345 - rank, rule: 'rank', weightsId: 'bench', flags: [], test: false },
    profileId: `${partnerId}/${customer.country}` as RoutedEvent['profileId'],
    customer: {
      ...{ country: customer.country, region: customer.region, city: customer.city },
      ...{ size: customer.size, locale: customer.locale },
    },
    followsRfiId: random() < 0.05 ? (`${rfiId}-before` as RfiId) : null,
    location: {
      locationId: `${partnerId}/1` as RoutedEvent['location']['locationId'],
      city: customer.city,
      region: customer.region,
      contact: null,
    },
    notifiable: true,
    flameEndsAt: addMillis(routedAt, 72 * hour),
    remindAt: addMillis(routedAt, day),
    expiresAt: addMillis(routedAt, 14 * day),
    possibleDuplicateOf: null,
  }
  const events: ReferralEvent[] = [first]
  const later = (after: number) => ({
    ...common,
    version: events.length + 1,
    occurredAt: addMillis(routedAt, after),
  })
  const reason = { reason: reasonCodes[between(random, 0, 7)] ?? 1, notes: null }
  const fate = random()
  const answered = Math.floor(day * 10 * random() ** 3)
  if (fate < 0.2) return events
  if (fate < 0.45) events.push({ ...later(14 * day), type: 'referral.expired' })
  else if (fate < 0.7) events.push({ ...later(answered), type: 'referral.declined', ...reason })
  else {
    const value = random() < 0.7 ? { amount: String(between(random, 1, 900) * 100), currency: 'EUR' } : null
    const notes = { closingAt: null, notes: null, crmId: null, campaignId: null }
    const engagement = { name: need.title ?? 'Deal', value, ...notes }
    events.push({ ...later(answered), type: 'referral.accepted', engagement, team: [] })
    if (fate > 0.84) {
      const closedAt = addMillis(routedAt, answered + Math.floor(60 * day * random()))
      const end = { ...later(0), occurredAt: closedAt }
      if (fate > 0.92) events.push({ ...end, type: 'referral.won', value: null, closedAt, solutions: [] })
      else events.push({ ...end, type: 'referral.lost', ...reason })
    }
  }
  if (random() < 0.02)
    events.push({ ...later(answered + hour), type: 'referral.favorite-changed', favorite: true })
  return events
}

function chooseAnother(events: readonly ReferralEvent[]): Notice {
  const last = events.at(-1) as ReferralEvent
  const { rfiId, referralId, partnerId, occurredAt } = last
  const candidates = ['one', 'two', 'three'].map(id => ({
    ...{ partnerId: id as PartnerId, profileId: `${id}/PT` as RoutedEvent['profileId'] },
    name: `Partner ${id}`,
  }))
  return {
    ...{ type: 'customer.choose-another', occurredAt, asOf: occurredAt, rfiId, referralId, partnerId },
    ...{ cause: 'declined', addressee: 'customer', othersOpen: 1, candidates, test: false },
  }
}

function unroutable(ask: Rfi, rfiId: RfiId, occurredAt: string): Notice {
  return {
    ...{ type: 'rfi.unroutable', occurredAt, rfiId, country: ask.customer.country },
    ...{ reasons: { 'no-match': 3 }, terms: [...queryOf(ask).terms].slice(0, 12), test: false },
  }
}

function referralRow(
  referral: NonNullable<Collections['inbox']['referral']>,
  rfiId: RfiId,
): Write<Collections> {
  const document = {
    ...{ _id: referral.referralId, ...referral, nextDueAt: null, root: rfiId, customerKey: '' },
    ...{ addressee: 'none' as const, nextCandidates: [] },
  }
  return { kind: 'insert', collection: 'referrals', document }
}

function rfiRow(
  ask: Rfi,
  rfiId: RfiId,
  receivedAt: string,
  partners: readonly PartnerId[],
): Write<Collections> {
  const { customer, inviter: _inviter, ...rest } = ask
  const { name: _name, contact: _contact, postalCode: _postalCode, ...place } = customer
  const document = {
    ...{ _id: rfiId, hash: '', receivedAt, outcome: 'routed' as const, chain: [] },
    referralIds: partners.map(partnerId => referralIdOf(rfiId, partnerId)),
    rfi: { ...rest, rfiId, customer: place, inviter: null },
  }
  return { kind: 'insert', collection: 'rfis', document }
}

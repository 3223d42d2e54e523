import { expiresAfter } from '../domain/clocks.ts'
import type { Engagement } from '../domain/commands.ts'
import type { ReferralEvent } from '../domain/events.ts'
import type { PartnerId } from '../domain/ids.ts'
import { type ReasonKind, reasonKind } from '../domain/reasons.ts'
import { day, hour, type Timestamp, toMillis } from '../domain/time.ts'
import {
  addToBuckets,
  type Buckets,
  type Counter,
  type Counts,
  counters,
  dayOf,
  noBuckets,
} from './buckets.ts'

/** What a referral's later events are read against: its row remembers this much. */
export interface Offer {
  readonly routedAt: Timestamp
  readonly expiresAt: Timestamp
  readonly notifiable: boolean
  readonly test: boolean
  /** What was told of the deal before the event; null before it is accepted. */
  readonly engagement: Pick<Engagement, 'value' | 'closingAt'> | null
}

/** One thing a partner did, or left undone. Times in ms since 1970. */
export type Fact = {
  readonly routedAt: number
  readonly expiresAt: number
  /** False: nobody was told, so silence counts for nothing. */
  readonly notifiable: boolean
} & (
  | {
      /** `reopened` takes an `expired` back, for an answer that a log has after it. */
      readonly type: 'offered' | 'expired' | 'reopened' | 'won' | 'reported'
      readonly kind: null
      readonly answerTime: number
    }
  | {
      readonly type: 'accepted'
      readonly kind: null
      readonly answerTime: number
      /** Value and closing date came with the answer. */
      readonly reported?: boolean
    }
  | { readonly type: 'declined' | 'lost'; readonly kind: ReasonKind; readonly answerTime: number }
)

/**
 * Offers of the same hours without an answer yet. Hours since 1970; the expiry's is rounded up. Of offers for more than
 * 14 days: the day they were routed, the week they expire in.
 */
export interface OpenOffers {
  readonly routedHour: number
  readonly expiresHour: number
  readonly count: number
}

/**
 * What is known of one partner: exact integers, folded in any order to the same bytes. No half-life and no weight is in
 * it; those are applied by whoever reads it.
 */
export interface Evidence {
  readonly partnerId: PartnerId
  /** Facts folded. */
  readonly version: number
  readonly buckets: Buckets
  /** Answers (spam aside) by their time: the first under 1 s, then from 2^(i−1) s to under 2^i s. */
  readonly answerTimes: readonly number[]
  /** Sorted by expiry, then routing. Only notifiable ones: the others' silence will never count. */
  readonly open: readonly OpenOffers[]
}

export function noEvidence(partnerId: PartnerId): Evidence {
  return { partnerId, version: 0, buckets: noBuckets, answerTimes: [], open: [] }
}

/** Null for what is no evidence: bookkeeping on a deal, timers, and all of a test RFI. */
export function factOf(event: ReferralEvent, offer: Offer): Fact | null {
  if (offer.test) return null
  const routedAt = toMillis(offer.routedAt)
  const common = { routedAt, expiresAt: toMillis(offer.expiresAt), notifiable: offer.notifiable }
  const answerTime = Math.max(0, toMillis(event.occurredAt) - routedAt)
  switch (event.type) {
    case 'referral.routed':
      return { ...common, type: 'offered', kind: null, answerTime: 0 }
    case 'referral.accepted':
      return { ...common, type: 'accepted', kind: null, answerTime, reported: isReported(event.engagement) }
    case 'referral.declined':
      return { ...common, type: 'declined', kind: reasonKind(event.reason), answerTime }
    case 'referral.expired':
      return { ...common, type: 'expired', kind: null, answerTime: 0 }
    case 'referral.won':
      return { ...common, type: 'won', kind: null, answerTime: 0 }
    case 'referral.lost':
      return { ...common, type: 'lost', kind: reasonKind(event.reason), answerTime: 0 }
    case 'referral.engagement-updated':
      // Counted once: telling more, or changing it, is no more reporting.
      return isReported(event.engagement) && !isReported(offer.engagement)
        ? { ...common, type: 'reported', kind: null, answerTime: 0 }
        : null
    case 'referral.contact-added':
    case 'referral.favorite-changed':
    case 'referral.reminder-due':
    case 'referral.flame-cooled':
    case 'referral.registration-required':
      return null
  }
}

function isReported(engagement: Offer['engagement']): boolean {
  return engagement?.value != null && engagement.closingAt != null
}

/** Every fact is folded once: whoever folds sees to that by the referral's version. */
export function fold(evidence: Evidence, fact: Fact): Evidence {
  return {
    partnerId: evidence.partnerId,
    version: evidence.version + 1,
    buckets: addToBuckets(evidence.buckets, dayOf(fact.routedAt), countsOf(fact)),
    answerTimes: isTimed(fact)
      ? countAnswerTime(evidence.answerTimes, fact.answerTime)
      : evidence.answerTimes,
    open: fact.notifiable ? moveOpen(evidence.open, fact) : evidence.open,
  }
}

const declined = {
  fit: 'declinedFit',
  customer: 'declinedCustomer',
  other: 'declinedOther',
  spam: 'declinedSpam',
} as const satisfies Record<ReasonKind, Counter>
const lost = {
  fit: 'lostFit',
  customer: 'lostCustomer',
  other: 'lostOther',
  spam: 'lostSpam',
} as const satisfies Record<ReasonKind, Counter>

/** What a fact adds to the counts of the day its referral was routed. */
export function countsOf(fact: Fact): Counts {
  switch (fact.type) {
    case 'offered':
      return { offered: 1 }
    case 'accepted':
      return inOrder([
        'accepted',
        ...answerCounters(fact.answerTime),
        ...(fact.reported === true ? ['reported' as const] : []),
      ])
    case 'declined':
      // A claim of spam earns no speed: else calling everything spam at once would be the way up.
      return fact.kind === 'spam'
        ? inOrder(['answered', 'declinedSpam'])
        : inOrder([declined[fact.kind], ...answerCounters(fact.answerTime)])
    case 'expired':
      return inOrder(fact.notifiable ? ['expired', 'silent'] : ['expired'])
    case 'reopened':
      return fact.notifiable ? { expired: -1, silent: -1 } : { expired: -1 }
    case 'won':
      return { won: 1 }
    case 'reported':
      return { reported: 1 }
    case 'lost':
      return inOrder([lost[fact.kind]])
  }
}

/** "Within" is ≤. */
function answerCounters(answerTime: number): Counter[] {
  if (answerTime <= hour) return ['answered', 'answeredInHour', 'answeredInDay']
  return answerTime <= day ? ['answered', 'answeredInDay'] : ['answered']
}

function inOrder(raised: readonly Counter[]): Counts {
  return Object.fromEntries(counters.filter(counter => raised.includes(counter)).map(counter => [counter, 1]))
}

export function isTimed(fact: Fact): boolean {
  return fact.type === 'accepted' || (fact.type === 'declined' && fact.kind !== 'spam')
}

/** `answerTime` in ms. */
export function countAnswerTime(times: readonly number[], answerTime: number): readonly number[] {
  const seconds = Math.min(Math.floor(answerTime / 1000), 0xffff_ffff)
  const slot = 32 - Math.clz32(seconds)
  return Array.from(
    { length: Math.max(times.length, slot + 1) },
    (_, at) => (times[at] ?? 0) + (at === slot ? 1 : 0),
  )
}

function stepOf(type: Fact['type']): -1 | 0 | 1 {
  if (type === 'offered' || type === 'reopened') return 1
  return type === 'accepted' || type === 'declined' || type === 'expired' ? -1 : 0
}

/** The silence of what is open for longer counts once its expiry is folded. */
const longestListed = 366 * day

/**
 * Hours by which the routing and the expiry of offers open for `life` ms are told apart. Whoever asks says how long, so
 * by the hour each offer could be an entry of its own; the longer, the coarser, and no partner has more than some 13,000
 * entries at once (337 of the usual life, 1,200 of two days, 1,700 of two weeks, 9,900 of a year).
 */
function unitsOf(life: number): readonly [routed: number, expires: number] {
  if (life === expiresAfter || life <= 2 * day) return [1, 1]
  return life < expiresAfter ? [6, 6] : [24, 7 * 24]
}

function down(hours: number, unit: number): number {
  return Math.floor(hours / unit) * unit
}

/** An offer opens one; an answer or the expiry closes it. Below zero while an answer is known before its offer. */
function moveOpen(open: readonly OpenOffers[], fact: Fact): readonly OpenOffers[] {
  const step = stepOf(fact.type)
  if (step === 0 || fact.expiresAt - fact.routedAt > longestListed) return open
  const [routedUnit, expiresUnit] = unitsOf(fact.expiresAt - fact.routedAt)
  const routedHour = down(fact.routedAt / hour, routedUnit)
  const expiresHour = -down(-fact.expiresAt / hour, expiresUnit)
  const place = placeAmong(open, routedHour, expiresHour)
  const met = open[place]
  if (met === undefined || met.expiresHour !== expiresHour || met.routedHour !== routedHour) {
    return open.toSpliced(place, 0, { routedHour, expiresHour, count: step })
  }
  const count = met.count + step
  return count === 0 ? open.toSpliced(place, 1) : open.toSpliced(place, 1, { ...met, count })
}

/** Where an offer's hours stand, or would: a partner may have thousands open. */
function placeAmong(open: readonly OpenOffers[], routedHour: number, expiresHour: number): number {
  let low = 0
  let high = open.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = open[middle] as OpenOffers
    const isBefore =
      entry.expiresHour < expiresHour || (entry.expiresHour === expiresHour && entry.routedHour < routedHour)
    if (isBefore) low = middle + 1
    else high = middle
  }
  return low
}

import { expiresAfter } from '../domain/clocks.ts'
import type { PartnerId, RfiId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import type { ReasonKind } from '../domain/reasons.ts'
import type { Rfi } from '../domain/rfi.ts'
import { toMillis } from '../domain/time.ts'
import type { History, ListedOffer, Told } from './history.ts'

/** One referral as the log tells it, from its first line to its last. Times in ms since 1970. */
export interface Life {
  readonly rfi: Rfi
  readonly partnerId: PartnerId
  readonly offeredAt: number
  /** As it stood at the first line that told of it: what comes later changes nothing that was learnt before. */
  readonly expiresAt: number
  /** In `referrals.ndjson`. One that isn't, a command told of. */
  readonly listed: boolean
  /** Its line there, which a command may have come before. */
  readonly offer: ListedOffer | null
  readonly answer: 'accepted' | 'declined' | null
  readonly answeredAt: number | null
  readonly end: 'won' | 'lost' | null
}

/** What is to be learnt at one moment: how one referral went on. */
export type Lesson = { readonly life: Life; readonly answerTime: number } & (
  | { readonly type: 'offered' | 'expired' | 'reopened' | 'won' | 'reported'; readonly kind: null }
  | { readonly type: 'accepted'; readonly kind: null; readonly reported: boolean }
  | { readonly type: 'declined' | 'lost'; readonly kind: ReasonKind }
)

export type Step =
  | { readonly kind: 'profile'; readonly at: number; readonly profile: Profile }
  | { readonly kind: 'rfi'; readonly at: number; readonly rfi: Rfi }
  | { readonly kind: 'lesson'; readonly at: number; readonly lesson: Lesson }

export interface Chronicle {
  /** In the order in which they happened. */
  readonly steps: readonly Step[]
  /** Of each RFI: everyone who was offered it or answered it, whenever. For marking a ranking, never for making one. */
  readonly lives: ReadonlyMap<RfiId, readonly Life[]>
  readonly rfis: number
  /** Lines that were replayed. */
  readonly events: number
  /** Lines that were well-formed and told nothing. */
  readonly ignored: Readonly<Record<IgnoredCode, number>>
}

/** Why a line told nothing: its RFI is unknown, or a test; or the RFI or referral was there before. */
export const ignoredCodes = ['unknown-rfi', 'test', 'repeated'] as const
export type IgnoredCode = (typeof ignoredCodes)[number]

interface Opened extends Life {
  listed: boolean
  offer: ListedOffer | null
  answer: Life['answer']
  answeredAt: number | null
  end: Life['end']
  /** Its time passed before an answer came, as a deadline or the log has it. */
  expired: boolean
  tellsValue: boolean
  tellsClosing: boolean
}

/** A line, or a deadline, at its place: by time, then by kind, then by its file's order. */
type Entry = { readonly at: number; readonly order: number } & (
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'rfi'; readonly rfi: Rfi }
  | { readonly kind: 'offer'; readonly offer: ListedOffer }
  | { readonly kind: 'deadline'; readonly offer: ListedOffer }
  | { readonly kind: 'command'; readonly told: Told }
)

/** At one moment a deadline has passed, as answers are in time while t < `expiresAt`; then the files in their order. */
const orders = { deadline: 0, profile: 1, rfi: 2, offer: 3, command: 4, lateDeadline: 5 } as const

/**
 * Merges the files by time and reads each referral's life out of them. What a log says happened, happened: a late accept
 * counts, an offer that only a command tells of was made at the RFI's time, and what is dated before its RFI happened at
 * the RFI. Each step is made of lines up to its own time alone.
 */
export function chronicleOf(history: History): Chronicle {
  const ignored: Record<IgnoredCode, number> = { 'unknown-rfi': 0, test: 0, repeated: 0 }
  const steps: Step[] = []
  const lives = new Map<RfiId, Opened[]>()
  const byReferral = new Map<string, Opened>()
  const rfis = new Map<RfiId, Rfi>()
  let events = 0

  const open = (rfi: Rfi, partnerId: PartnerId, offeredAt: number, offer: ListedOffer | null): Opened => {
    const life: Opened = {
      rfi,
      partnerId,
      offeredAt,
      expiresAt: offer === null ? never : deadlineOf(rfi, offeredAt, offer),
      listed: offer !== null,
      offer,
      answer: null,
      answeredAt: null,
      end: null,
      expired: false,
      tellsValue: false,
      tellsClosing: false,
    }
    byReferral.set(`${rfi.rfiId}:${partnerId}`, life)
    lives.get(rfi.rfiId)?.push(life)
    return life
  }

  for (const entry of entriesOf(history, ignored)) {
    const { at } = entry
    if (entry.kind !== 'deadline') events += 1
    const teach = (lesson: Lesson) => steps.push({ kind: 'lesson', at, lesson })
    switch (entry.kind) {
      case 'profile':
        steps.push({ kind: 'profile', at, profile: entry.profile })
        break
      case 'rfi':
        rfis.set(entry.rfi.rfiId, entry.rfi)
        lives.set(entry.rfi.rfiId, [])
        steps.push({ kind: 'rfi', at, rfi: entry.rfi })
        break
      case 'offer': {
        const { offer } = entry
        const rfi = rfis.get(offer.rfiId)
        const known = byReferral.get(offer.referralId)
        if (known?.listed === true) ignored.repeated += 1
        else if (known !== undefined) {
          known.listed = true
          known.offer = offer
        } else if (rfi !== undefined) teach(lessonOf(open(rfi, offer.partnerId, at, offer), 'offered'))
        break
      }
      case 'deadline': {
        const life = byReferral.get(entry.offer.referralId)
        // Of two lines that list the same offer the second has no deadline.
        if (life === undefined || life.offer !== entry.offer || life.answer !== null || life.expired) break
        life.expired = true
        teach(lessonOf(life, 'expired'))
        break
      }
      case 'command': {
        const { told } = entry
        const rfi = rfis.get(told.rfiId)
        if (rfi === undefined) break
        let life = byReferral.get(`${told.rfiId}:${told.partnerId}`)
        if (life === undefined) {
          life = open(rfi, told.partnerId, toMillis(rfi.occurredAt), null)
          teach(lessonOf(life, 'offered'))
        }
        const lessons = lessonsFrom(life, told, at)
        for (const lesson of lessons) teach(lesson)
        break
      }
    }
  }
  return { steps, lives, rfis: rfis.size, events, ignored }
}

/** What a command changes of a referral, told once: second answers and second ends are ignored. */
function lessonsFrom(life: Opened, { type, kind, tellsValue, tellsClosing }: Told, at: number): Lesson[] {
  const tell = () => {
    const before = life.tellsValue && life.tellsClosing
    life.tellsValue ||= tellsValue
    life.tellsClosing ||= tellsClosing
    return !before && life.tellsValue && life.tellsClosing
  }
  const accept = (reported: boolean): Lesson[] => {
    life.answer = 'accepted'
    life.answeredAt = at
    return [
      ...reopened(),
      { life, type: 'accepted', kind: null, reported, answerTime: answerTimeOf(life, at) },
    ]
  }
  const reopened = () => (life.expired ? [lessonOf(life, 'reopened')] : [])
  switch (type) {
    case 'accept':
      return life.answer === null ? accept(tell()) : []
    case 'decline':
      if (life.answer !== null || kind === null) return []
      life.answer = 'declined'
      life.answeredAt = at
      return [...reopened(), { life, type: 'declined', kind, answerTime: answerTimeOf(life, at) }]
    case 'win':
    case 'lose': {
      if (life.answer === 'declined' || life.end !== null) return []
      // There is no end without an acceptance: one that the log leaves out happened now at the latest.
      const accepted = life.answer === null ? accept(false) : []
      life.end = type === 'win' ? 'won' : 'lost'
      return kind === null
        ? [...accepted, lessonOf(life, 'won')]
        : [...accepted, { life, type: 'lost', kind, answerTime: 0 }]
    }
    case 'update-engagement':
      return life.answer === 'accepted' && life.end === null && tell() ? [lessonOf(life, 'reported')] : []
    case 'expire':
      if (life.answer !== null || life.expired) return []
      life.expired = true
      return [lessonOf(life, 'expired')]
    case 'add-contact':
    case 'favorite':
    case 'unfavorite':
    case 'remind':
    case 'cool':
      return []
  }
}

function lessonOf(life: Life, type: 'offered' | 'expired' | 'reopened' | 'won' | 'reported'): Lesson {
  return { life, type, kind: null, answerTime: 0 }
}

/** ms, never below 0. */
export function answerTimeOf({ offeredAt }: Pick<Life, 'offeredAt'>, at: number): number {
  return Math.max(0, at - offeredAt)
}

/** Nobody is silent by the clock whom only a command tells of: the log would have to say so. */
const never = Date.UTC(9999, 11, 31)

/** Its own, else the RFI's, else 14 days after the offer. */
function deadlineOf(rfi: Rfi, offeredAt: number, offer: ListedOffer): number {
  const named = offer.expiresAt ?? rfi.expiresAt
  return named === null ? offeredAt + expiresAfter : toMillis(named)
}

/** The lines that may tell something, in order; an offer's deadline is one of them, and acts only if nobody answered by then. */
function entriesOf(
  { profiles, rfis, offers, commands }: History,
  ignored: Record<IgnoredCode, number>,
): Entry[] {
  const entries: Entry[] = []
  for (const profile of profiles) {
    entries.push({ kind: 'profile', at: toMillis(profile.occurredAt), order: orders.profile, profile })
  }
  const known = new Map<RfiId, { readonly rfi: Rfi; readonly at: number }>()
  const inTime = rfis.map(rfi => ({ rfi, at: toMillis(rfi.occurredAt) })).sort((a, b) => a.at - b.at)
  for (const { rfi, at } of inTime) {
    if (known.has(rfi.rfiId)) ignored.repeated += 1
    else {
      known.set(rfi.rfiId, { rfi, at })
      if (rfi.test) ignored.test += 1
      else entries.push({ kind: 'rfi', at, order: orders.rfi, rfi })
    }
  }
  /** Null for a line that tells nothing, counted. */
  const rfiOf = (rfiId: RfiId) => {
    const found = known.get(rfiId)
    if (found === undefined) ignored['unknown-rfi'] += 1
    else if (found.rfi.test) ignored.test += 1
    else return found
    return null
  }
  for (const offer of offers) {
    const found = rfiOf(offer.rfiId)
    if (found === null) continue
    const at = Math.max(found.at, toMillis(offer.occurredAt))
    entries.push({ kind: 'offer', at, order: orders.offer, offer })
    const deadline = deadlineOf(found.rfi, at, offer)
    entries.push(
      deadline > at
        ? { kind: 'deadline', at: deadline, order: orders.deadline, offer }
        : { kind: 'deadline', at, order: orders.lateDeadline, offer },
    )
  }
  for (const told of commands) {
    const found = rfiOf(told.rfiId)
    if (found === null) continue
    entries.push({ kind: 'command', at: Math.max(found.at, told.at), order: orders.command, told })
  }
  // Stable: within one kind, the file's order.
  return entries.sort((one, other) => one.at - other.at || one.order - other.order)
}

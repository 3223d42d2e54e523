import { soonAfterAcceptance } from './clocks.ts'
import {
  type Command,
  type Engagement,
  type EngagementChanges,
  mostContacts,
  type TeamContact,
} from './commands.ts'
import type { ReferralEvent, Rejection, RejectionCode } from './events.ts'
import { evolve } from './evolve.ts'
import type { Referral } from './referral.ts'
import { type Timestamp, toMillis } from './time.ts'
import { registrationEligible } from './vocabulary.ts'

/** What a command comes to. Both parts empty: it changes nothing (a repeat, an early timer). */
export interface Decision {
  readonly events: readonly ReferralEvent[]
  readonly rejection: Rejection | null
}

/** An event before the referral's own fields are put on it. */
type Happening = ReferralEvent extends infer Event
  ? Event extends ReferralEvent
    ? Omit<Event, 'rfiId' | 'referralId' | 'partnerId' | 'version' | 'commandId' | 'claimedAt' | 'occurredAt'>
    : never
  : never
type Verdict = readonly Happening[] | RejectionCode

/**
 * Meets one referral with one command recorded at `at`. Pure, total: every command has an answer and none throws.
 *
 * A deadline depends on timestamps only: a New referral met by any command at or after `expiresAt` expires first, as of
 * `expiresAt`, and the command then meets the closed state. So it makes no difference when the clock got round to it.
 */
export function decide(referral: Referral, command: Command, at: Timestamp): Decision {
  const events: ReferralEvent[] = []
  let state = referral
  const apply = (happening: Happening, occurredAt: Timestamp) => {
    const { rfiId, referralId, partnerId } = referral
    const event = {
      ...happening,
      occurredAt,
      rfiId,
      referralId,
      partnerId,
      version: state.version + 1,
      commandId: command.commandId,
      claimedAt: command.occurredAt,
    }
    events.push(event as ReferralEvent)
    state = evolve(state, event as ReferralEvent)
  }

  const expired = overdue(state, at)
  if (expired !== null) {
    events.push(expired)
    state = evolve(state, expired)
  }
  // Before all else that could tell a stranger something, or let it use up the ids of others.
  if (command.partnerId !== referral.partnerId)
    return { events, rejection: rejection(state, command, at, 'wrong-partner') }
  if (state.applied.includes(command.commandId)) return { events, rejection: null }
  const timer = timerEvent(state, command, at)
  if (timer !== null) {
    for (const happening of timer.happenings) apply(happening, timer.dueAt)
    return { events, rejection: null }
  }
  const verdict = judge(state, command, at)
  if (typeof verdict === 'string') return { events, rejection: rejection(state, command, at, verdict) }
  for (const happening of verdict) apply(happening, at)
  return { events, rejection: null }
}

/** The expiry of a New referral whose time is up at `at`, as of `expiresAt`; null while it isn't. */
export function overdue(referral: Referral, at: Timestamp): ReferralEvent | null {
  if (referral.status !== 'New' || at < referral.expiresAt) return null
  const { rfiId, referralId, partnerId, version, expiresAt } = referral
  return {
    type: 'referral.expired',
    occurredAt: expiresAt,
    rfiId,
    referralId,
    partnerId,
    version: version + 1,
    commandId: null,
    claimedAt: null,
  }
}

/** What a rejection tells of the referral it met. */
export function met({ status, substatus, version }: Referral): NonNullable<Rejection['met']> {
  return { status, substatus, metVersion: version }
}

function judge(referral: Referral, command: Command, at: Timestamp): Verdict {
  if (command.expectedVersion !== null && command.expectedVersion !== referral.version) return 'version'
  switch (command.type) {
    case 'accept':
      return (
        answerable(referral) ?? [
          { type: 'referral.accepted', engagement: command.engagement, team: command.team },
        ]
      )
    case 'decline':
      return (
        answerable(referral) ?? [{ type: 'referral.declined', reason: command.reason, notes: command.notes }]
      )
    case 'update-engagement': {
      if (referral.engagement === null || referral.status !== 'Active') return notActive(referral)
      const engagement = withChanges(referral.engagement, command.engagement)
      return engagement === referral.engagement ? [] : [{ type: 'referral.engagement-updated', engagement }]
    }
    case 'add-contact':
      if (referral.status !== 'Active') return notActive(referral)
      if (referral.contacts.some(contact => samePerson(contact, command.contact))) return []
      return referral.contacts.length >= mostContacts
        ? 'too-many-contacts'
        : [{ type: 'referral.contact-added', contact: command.contact }]
    case 'win':
      return referral.status === 'Active' ? won(referral, command, at) : notActive(referral)
    case 'lose':
      return referral.status === 'Active'
        ? [{ type: 'referral.lost', reason: command.reason, notes: command.notes }]
        : notActive(referral)
    case 'favorite':
    case 'unfavorite': {
      const favorite = command.type === 'favorite'
      return referral.favorite === favorite ? [] : [{ type: 'referral.favorite-changed', favorite }]
    }
    case 'remind':
    case 'cool':
    case 'expire':
      return []
  }
}

/** Null for what isn't a timer. One that comes early, again or too late makes no event. */
function timerEvent(
  referral: Referral,
  command: Command,
  at: Timestamp,
): { dueAt: Timestamp; happenings: readonly Happening[] } | null {
  switch (command.type) {
    case 'remind': {
      const due = referral.status === 'New' && referral.remindAt !== null && at >= referral.remindAt
      return { dueAt: referral.remindAt ?? at, happenings: due ? [{ type: 'referral.reminder-due' }] : [] }
    }
    case 'cool': {
      const due = referral.status !== 'Closed' && referral.flameEndsAt !== null && at >= referral.flameEndsAt
      return { dueAt: referral.flameEndsAt ?? at, happenings: due ? [{ type: 'referral.flame-cooled' }] : [] }
    }
    case 'expire':
      // Whatever is due has expired already, before the command was looked at.
      return { dueAt: at, happenings: [] }
    default:
      return null
  }
}

/** Why a referral can't be answered any more; null when it can. */
function answerable(referral: Referral): RejectionCode | null {
  switch (referral.status) {
    case 'New':
      return null
    case 'Active':
      return 'already-accepted'
    case 'Closed':
      return referral.substatus === 'Expired' ? 'late' : 'closed'
  }
}

function notActive(referral: Referral): RejectionCode {
  return referral.status === 'New' ? 'not-accepted' : 'closed'
}

function won(referral: Referral, command: Extract<Command, { type: 'win' }>, at: Timestamp): Verdict {
  const acceptedAt = referral.acceptedAt ?? referral.routedAt
  if (command.closedAt !== null && (command.closedAt < acceptedAt || command.closedAt > at))
    return 'closed-at-out-of-range'
  // The log's time may step back when its leader changes: a win that claims no time never fails for that.
  const closedAt = command.closedAt ?? (at < acceptedAt ? acceptedAt : at)
  const { value, solutions } = command
  const eligible = registrationEligible(solutions)
  const soon = toMillis(closedAt) - toMillis(acceptedAt) < soonAfterAcceptance
  return [
    { type: 'referral.won', value, closedAt, solutions },
    ...(eligible.length === 0
      ? []
      : [
          {
            type: 'referral.registration-required' as const,
            solutions: eligible,
            warning: soon ? ('closed-soon' as const) : null,
          },
        ]),
  ]
}

function withChanges(engagement: Engagement, changes: EngagementChanges): Engagement {
  const next: Engagement = {
    name: changes.name ?? engagement.name,
    value: changes.value ?? engagement.value,
    closingAt: changes.closingAt ?? engagement.closingAt,
    notes: changes.notes ?? engagement.notes,
    crmId: changes.crmId ?? engagement.crmId,
    campaignId: engagement.campaignId,
  }
  const same =
    next.name === engagement.name &&
    next.value?.amount === engagement.value?.amount &&
    next.value?.currency === engagement.value?.currency &&
    next.closingAt === engagement.closingAt &&
    next.notes === engagement.notes &&
    next.crmId === engagement.crmId
  return same ? engagement : next
}

function samePerson(one: TeamContact, other: TeamContact): boolean {
  return (
    one.firstName === other.firstName &&
    one.lastName === other.lastName &&
    one.email === other.email &&
    one.phone === other.phone
  )
}

function rejection(referral: Referral, command: Command, at: Timestamp, code: RejectionCode): Rejection {
  const stranger = code === 'wrong-partner'
  return {
    type: 'referral.command-rejected',
    occurredAt: at,
    rfiId: referral.rfiId,
    referralId: referral.referralId,
    partnerId: command.partnerId,
    commandId: command.commandId,
    commandType: command.type,
    code,
    met: stranger ? null : met(referral),
    field: null,
    found: null,
    expected: null,
  }
}

import type { Referral } from './referral.ts'
import { day, hour, type Timestamp } from './time.ts'

/** All clocks run from `routedAt`. */
export const adviceAfter = 24 * hour
export const flameLasts = 72 * hour
export const expiresAfter = 14 * day
/** A win closed sooner than this after the acceptance carries a warning. */
export const soonAfterAcceptance = 72 * hour
/** An open referral from the same customer to the same partner within this makes a possible duplicate. */
export const duplicateWithin = 30 * day

export type Timer = { readonly type: 'remind' | 'cool' | 'expire'; readonly dueAt: Timestamp }

/** The timers still to come, soonest first; at the same moment expiry first. */
export function pendingTimers(referral: Referral): Timer[] {
  const timers: Timer[] = []
  if (referral.status === 'New') {
    timers.push({ type: 'expire', dueAt: referral.expiresAt })
    // A reminder or a cooling due no sooner than the expiry will never fire: only expiry does.
    if (referral.remindAt !== null && referral.remindAt < referral.expiresAt) {
      timers.push({ type: 'remind', dueAt: referral.remindAt })
    }
  }
  if (referral.status !== 'Closed' && referral.flameEndsAt !== null) {
    if (referral.status === 'Active' || referral.flameEndsAt < referral.expiresAt) {
      timers.push({ type: 'cool', dueAt: referral.flameEndsAt })
    }
  }
  return timers.sort((one, other) => (one.dueAt < other.dueAt ? -1 : one.dueAt > other.dueAt ? 1 : 0))
}

/** What the clock looks for; null when nothing is left to wait for. */
export function nextDueAt(referral: Referral): Timestamp | null {
  return pendingTimers(referral)[0]?.dueAt ?? null
}

/** The timers to ask for at `now`: when expiry is among those due, it alone. */
export function dueTimers(referral: Referral, now: Timestamp): Timer[] {
  const due = pendingTimers(referral).filter(timer => timer.dueAt <= now)
  const expiry = due.find(timer => timer.type === 'expire')
  return expiry === undefined ? due : [expiry]
}

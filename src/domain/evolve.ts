import type { ReferralEvent } from './events.ts'
import type { CommandId } from './ids.ts'
import { type Referral, rememberedCommands } from './referral.ts'

/** The referral after an event. The first is `referral.routed`, on null; any other on null is a bug. */
export function evolve(referral: Referral | null, event: ReferralEvent): Referral {
  if (event.type === 'referral.routed') {
    return {
      referralId: event.referralId,
      rfiId: event.rfiId,
      partnerId: event.partnerId,
      profileId: event.profileId,
      version: event.version,
      status: 'New',
      substatus: 'Received',
      routedAt: event.occurredAt,
      expiresAt: event.expiresAt,
      remindAt: event.remindAt,
      flameEndsAt: event.flameEndsAt,
      acceptedAt: null,
      closedAt: null,
      reason: null,
      reasonNotes: null,
      engagement: null,
      contacts: [],
      favorite: false,
      test: event.test,
      applied: [],
    }
  }
  if (referral === null) throw new Error(`${event.type} of ${event.referralId} before it was routed`)
  return {
    ...referral,
    ...change(referral, event),
    version: event.version,
    applied: remember(referral.applied, event.commandId),
  }
}

function change(
  referral: Referral,
  event: Exclude<ReferralEvent, { type: 'referral.routed' }>,
): Partial<Referral> {
  switch (event.type) {
    case 'referral.accepted':
      return {
        status: 'Active',
        substatus: 'Accepted',
        acceptedAt: event.occurredAt,
        remindAt: null,
        engagement: event.engagement,
        contacts: event.team,
      }
    case 'referral.declined':
      return { ...closed('Declined', event.occurredAt), reason: event.reason, reasonNotes: event.notes }
    case 'referral.expired':
      return closed('Expired', event.occurredAt)
    case 'referral.won':
      return {
        ...closed('Won', event.closedAt),
        engagement: referral.engagement && {
          ...referral.engagement,
          value: event.value ?? referral.engagement.value,
        },
      }
    case 'referral.lost':
      return { ...closed('Lost', event.occurredAt), reason: event.reason, reasonNotes: event.notes }
    case 'referral.engagement-updated':
      return { engagement: event.engagement }
    case 'referral.contact-added':
      return { contacts: [...referral.contacts, event.contact] }
    case 'referral.favorite-changed':
      return { favorite: event.favorite }
    case 'referral.reminder-due':
      return { remindAt: null }
    case 'referral.flame-cooled':
      return { flameEndsAt: null }
    case 'referral.registration-required':
      return {}
  }
}

/** Closed stops every clock. */
function closed(substatus: Referral['substatus'], at: string): Partial<Referral> {
  return { status: 'Closed', substatus, closedAt: at, remindAt: null, flameEndsAt: null }
}

function remember(applied: readonly CommandId[], commandId: CommandId | null): readonly CommandId[] {
  if (commandId === null || applied.at(-1) === commandId) return applied
  return [...applied.slice(1 - rememberedCommands), commandId]
}

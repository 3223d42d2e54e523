import { dueTimers } from '../domain/clocks.ts'
import type { Command } from '../domain/commands.ts'
import type { CommandId } from '../domain/ids.ts'
import type { Timestamp } from '../domain/time.ts'
import type { ReferralDocument } from './documents/referrals.ts'

export type TimerCommand = Extract<Command, { type: 'remind' | 'cool' | 'expire' }>

/**
 * What the clock asks for at `now`: it decides nothing. Its command ids are the same however often it asks, so asking
 * again, or two clocks asking, does no harm.
 */
export function commandsDue(referrals: readonly ReferralDocument[], now: Timestamp): TimerCommand[] {
  return referrals.flatMap(referral =>
    dueTimers(referral, now).map(({ type, dueAt }) => ({
      commandId: `${referral.referralId}/${type}/${dueAt}` as CommandId,
      referralId: referral.referralId,
      partnerId: referral.partnerId,
      occurredAt: now,
      expectedVersion: null,
      type,
      dueAt,
    })),
  )
}

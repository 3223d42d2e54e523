import { adviceAfter } from '../../domain/clocks.ts'
import { addMoney, subtractMoney } from '../../domain/money.ts'
import { toMillis } from '../../domain/time.ts'
import type { FunnelCell, FunnelCounts } from '../collections.ts'
import type { Turn } from './inbox.ts'

const nothing: FunnelCounts = {
  routed: 0,
  answered: 0,
  answeredWithin24h: 0,
  accepted: 0,
  declined: 0,
  expired: 0,
  won: 0,
  lost: 0,
}

/**
 * The cell a referral counts in: month of routing × channel × country × size. The lane is part of the key, as many
 * lanes feed one cell and each document has one writer; readers add them up. Null for test RFIs, which count nowhere.
 */
export function funnelCellOf({ after }: Turn, lane: string): FunnelCell | null {
  const { routed } = after
  if (routed === null || routed.test) return null
  const month = routed.occurredAt.slice(0, 7)
  const { channel, customer } = routed
  return {
    _id: `funnel/${month}/${channel}/${customer.country}/${customer.size ?? 'unknown'}/${lane}`,
    kind: 'funnel',
    month,
    channel,
    country: customer.country,
    size: customer.size,
    counts: nothing,
    acceptedValue: {},
    wonValue: {},
  }
}

export function foldFunnel(cell: FunnelCell, turn: Turn): FunnelCell {
  const { event, before, after } = turn
  const count = (...names: (keyof FunnelCounts)[]): FunnelCell => {
    const counts = { ...cell.counts }
    for (const name of names) counts[name] += 1
    return { ...cell, counts }
  }
  switch (event.type) {
    case 'referral.routed':
      return count('routed')
    case 'referral.accepted': {
      const counted = count('answered', 'accepted', ...inTime(turn))
      const { value } = event.engagement
      return value === null ? counted : { ...counted, acceptedValue: addMoney(cell.acceptedValue, value) }
    }
    case 'referral.declined':
      return count('answered', 'declined', ...inTime(turn))
    case 'referral.expired':
      return count('expired')
    case 'referral.won': {
      const value = after.referral?.engagement?.value ?? null
      return value === null ? count('won') : { ...count('won'), wonValue: addMoney(cell.wonValue, value) }
    }
    case 'referral.lost':
      return count('lost')
    case 'referral.engagement-updated': {
      const old = before.referral?.engagement?.value ?? null
      const value = event.engagement.value
      let { acceptedValue } = cell
      if (old !== null) acceptedValue = subtractMoney(acceptedValue, old)
      if (value !== null) acceptedValue = addMoney(acceptedValue, value)
      return { ...cell, acceptedValue }
    }
    default:
      return cell
  }
}

function inTime({ event, after }: Turn): 'answeredWithin24h'[] {
  const took = toMillis(event.occurredAt) - toMillis(after.routedAt ?? event.occurredAt)
  return took <= adviceAfter ? ['answeredWithin24h'] : []
}

import { adviceAfter } from '../../domain/clocks.ts'
import type { ReferralEventType } from '../../domain/events.ts'
import { addMoney, subtractMoney } from '../../domain/money.ts'
import { toMillis } from '../../domain/time.ts'
import type { FunnelCell, FunnelCounts, Place, StageTimes } from '../documents/read-models.ts'
import { cellIdOf } from './cells.ts'
import type { Turn } from './inbox.ts'
import { addTime, noTimes } from './stage-times.ts'

export const noCounts: FunnelCounts = {
  rfis: 0,
  routed: 0,
  answered: 0,
  answeredWithin24h: 0,
  accepted: 0,
  declined: 0,
  expired: 0,
  won: 0,
  lost: 0,
}

export function emptyFunnelCell(place: Place, lane: string): FunnelCell {
  return {
    _id: cellIdOf('funnel', place, lane),
    kind: 'funnel',
    ...place,
    counts: noCounts,
    acceptedValue: {},
    wonValue: {},
    times: {},
  }
}

/** Events that change a cell. */
export const inFunnel: ReadonlySet<ReferralEventType> = new Set([
  'referral.routed',
  'referral.accepted',
  'referral.declined',
  'referral.expired',
  'referral.won',
  'referral.lost',
  'referral.engagement-updated',
])

export function foldFunnel(cell: FunnelCell, turn: Turn): FunnelCell {
  const { event, before, after } = turn
  const count = (...names: (keyof FunnelCounts)[]): FunnelCell => {
    const counts = { ...cell.counts }
    for (const name of names) counts[name] += 1
    return { ...cell, counts }
  }
  switch (event.type) {
    case 'referral.routed':
      // Every RFI that went anywhere has one referral that is first, and all of them the same month and groups.
      return event.rank === 1 ? count('rfis', 'routed') : count('routed')
    case 'referral.accepted': {
      const counted = timed(count('answered', 'accepted', ...inTime(turn)), turn, 'answered', 'accepted')
      const { value } = event.engagement
      return value === null ? counted : { ...counted, acceptedValue: addMoney(cell.acceptedValue, value) }
    }
    case 'referral.declined':
      return timed(count('answered', 'declined', ...inTime(turn)), turn, 'answered')
    case 'referral.expired':
      return count('expired')
    case 'referral.won': {
      const counted = timed(count('won'), turn, 'won')
      const value = after.referral?.engagement?.value ?? null
      return value === null ? counted : { ...counted, wonValue: addMoney(cell.wonValue, value) }
    }
    case 'referral.lost':
      return timed(count('lost'), turn, 'lost')
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

/** Answers from the routing on, ends of a deal from its acceptance on. */
function timed(
  cell: FunnelCell,
  { event, after }: Turn,
  ...stages: (keyof FunnelCell['times'])[]
): FunnelCell {
  const { referral } = after
  const times: { -readonly [stage in keyof FunnelCell['times']]: StageTimes } = { ...cell.times }
  for (const stage of stages) {
    const ends = stage === 'won' || stage === 'lost'
    const from = ends ? referral?.acceptedAt : referral?.routedAt
    const to = ends ? referral?.closedAt : event.occurredAt
    if (from != null && to != null) times[stage] = addTime(times[stage] ?? noTimes, from, to)
  }
  // In the order of the names: the same times are the same bytes.
  const inOrder = Object.entries(times).sort(([one], [other]) => (one < other ? -1 : 1))
  return { ...cell, times: Object.fromEntries(inOrder) }
}

function inTime({ event, after }: Turn): 'answeredWithin24h'[] {
  const took = toMillis(event.occurredAt) - toMillis(after.routedAt ?? event.occurredAt)
  return took <= adviceAfter ? ['answeredWithin24h'] : []
}

import type { Place, ReasonsCell } from '../documents/read-models.ts'
import { cellIdOf, counted } from './cells.ts'
import type { Turn } from './inbox.ts'

export function emptyReasonsCell(place: Place, lane: string): ReasonsCell {
  return { _id: cellIdOf('reasons', place, lane), kind: 'reasons', ...place, declined: {}, lost: {} }
}

export function givesReason({ event }: Turn): boolean {
  return event.type === 'referral.declined' || event.type === 'referral.lost'
}

/** Why referrals were declined and deals lost, by the reason's code. */
export function foldReasons(cell: ReasonsCell, { event }: Turn): ReasonsCell {
  switch (event.type) {
    case 'referral.declined':
      return { ...cell, declined: counted(cell.declined, String(event.reason)) }
    case 'referral.lost':
      return { ...cell, lost: counted(cell.lost, String(event.reason)) }
    default:
      return cell
  }
}

import type { ReferralEvent } from '../../domain/events.ts'
import { evolve } from '../../domain/evolve.ts'
import type { Referral } from '../../domain/referral.ts'
import type { Write } from '../../ports/store.ts'
import type { Collections } from '../collections.ts'
import type { FavoriteDocument, InboxDocument } from '../documents/read-models.ts'

/** An event in its turn, with the row before and after it: what every other fold works from. */
export interface Turn {
  readonly event: ReferralEvent
  readonly before: InboxDocument
  readonly after: InboxDocument
}

/**
 * Two lanes write a referral's life, so events may come twice, late or out of order. Version n waits in the row until
 * n−1 is in; what was seen before is dropped. Returns the row and the events whose turn has come, in order.
 */
export function takeTurns(
  row: InboxDocument | undefined,
  event: ReferralEvent,
): { row: InboxDocument; turns: Turn[] } {
  let current = row ?? emptyRow(event)
  if (event.version <= current.version || current.waiting.some(({ version }) => version === event.version)) {
    return { row: current, turns: [] }
  }
  const waiting = [...current.waiting, event].sort((one, other) => one.version - other.version)
  const turns: Turn[] = []
  while (waiting[0]?.version === current.version + 1) {
    const next = waiting.shift() as ReferralEvent
    const after = applyEvent(current, next)
    turns.push({ event: next, before: current, after })
    current = after
  }
  return { row: { ...current, waiting }, turns }
}

/** Of each row that was marked or unmarked, as it stands after the last of the turns. */
export function favoriteWrites(turns: readonly Turn[]): Write<Collections, 'favorites'>[] {
  const last = new Map<string, InboxDocument>()
  for (const { before, after } of turns)
    if (before.favorite !== after.favorite || last.has(after._id)) last.set(after._id, after)
  return [...last.values()].map(({ _id, partnerId, routedAt, favorite }) => {
    if (!favorite || partnerId === null || routedAt === null)
      return { kind: 'remove', collection: 'favorites', id: _id }
    const document: FavoriteDocument = { _id, partnerId, routedAt }
    return { kind: 'put', collection: 'favorites', document }
  })
}

function emptyRow({ referralId }: ReferralEvent): InboxDocument {
  return {
    _id: referralId,
    partnerId: null,
    tab: null,
    favorite: false,
    routedAt: null,
    version: 0,
    referral: null,
    routed: null,
    waiting: [],
  }
}

function applyEvent(row: InboxDocument, event: ReferralEvent): InboxDocument {
  const referral = evolve(row.referral, event)
  return {
    ...row,
    partnerId: referral.partnerId,
    tab: tabOf(referral),
    favorite: referral.favorite,
    routedAt: referral.routedAt,
    version: event.version,
    referral,
    routed: event.type === 'referral.routed' ? event : row.routed,
  }
}

function tabOf({ status }: Referral): InboxDocument['tab'] {
  return status === 'New' ? 'new' : status === 'Active' ? 'active' : 'archived'
}

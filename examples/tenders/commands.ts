import { rfiId } from './rfi.ts'
import type { Bid, Tender } from './tender.ts'
import { answerTime, openingTime } from './times.ts'

/** What the bidders of a tender did, as lines of `referral-commands.ndjson`: each accepts, then wins or loses. */
export function toCommands(tender: Tender) {
  return tender.bids.flatMap(bid => [accept(tender, bid), outcome(tender, bid)])
}

function accept(tender: Tender, bid: Bid) {
  return {
    ...envelope(tender, bid, answerTime(tender, bid.bidderId), 'accept'),
    engagement: {
      name: tender.title,
      ...bidValue(bid),
      closingAt: openingTime(tender).toISOString(),
    },
  }
}

/**
 * Reason 3, customer chose another vendor, for every other bid, a disqualified one too: it was a bid, and the
 * city did choose another.
 */
function outcome(tender: Tender, bid: Bid) {
  const openedAt = openingTime(tender)
  return bid.won
    ? { ...envelope(tender, bid, openedAt, 'win'), ...bidValue(bid), closedAt: openedAt.toISOString() }
    : { ...envelope(tender, bid, openedAt, 'lose'), reason: 3 }
}

function envelope(tender: Tender, bid: Bid, occurredAt: Date, type: 'accept' | 'win' | 'lose') {
  const referralId = `${rfiId(tender)}:${bid.bidderId}`
  return {
    commandId: `${referralId}/${type}`,
    referralId,
    partnerId: bid.bidderId,
    occurredAt: occurredAt.toISOString(),
    type,
  }
}

function bidValue(bid: Bid) {
  return bid.amount === undefined ? {} : { value: { amount: bid.amount, currency: 'JPY' } }
}

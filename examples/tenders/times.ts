import { createHash } from 'node:crypto'
import type { Tender } from './tender.ts'

const hour = 3_600_000
const day = 24 * hour

/**
 * The data holds one time a tender: the day its bids were opened. The hours are ours: bids are opened at ten in
 * the morning in Japan (01:00 UTC).
 */
export function openingTime(tender: Tender): Date {
  return new Date(Date.parse(`${tender.openedOn}T01:00:00.000Z`))
}

/**
 * The notice goes out fourteen days before, at nine (00:00 UTC): works of this size get ten to fifteen days to
 * be estimated, and fourteen is a referral's default life, so a firm that has not bid by an hour before the
 * opening has let its referral expire. The notice also comes before the results of the tenders still open, so
 * a ranking made at that time can't know them.
 */
export function noticeTime(tender: Tender): Date {
  return new Date(openingTime(tender).getTime() - 14 * day - hour)
}

/**
 * When a bid came in is not in the data. Each doubling from one hour after the notice to 256 (under eleven days)
 * is equally likely, drawn by a hash of tender and firm: half within 16 h, 56 % within 24 h, and by construction
 * no firm quicker than another, so nothing can be learned from answer times here.
 */
export function answerTime(tender: Tender, bidderId: string): Date {
  const digest = createHash('sha256').update(`tsuchiura/answer/${tender.pid}/${bidderId}`).digest()
  const doubling = 2 ** (digest.readUInt8(0) % 8)
  const within = digest.readUInt32BE(1) / 2 ** 32
  return new Date(noticeTime(tender).getTime() + Math.floor(doubling * (1 + within) * hour))
}

/** Midnight in Japan at the end of the calendar year (15:00 UTC on 31 December). */
export function yearEnd(year: number): Date {
  return new Date(Date.UTC(year, 11, 31, 15))
}

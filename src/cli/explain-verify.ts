import type { Receipt } from '../ranking/receipt.ts'
import type { Release } from '../ranking/release.ts'
import { type Verification, verifyReceipt } from '../ranking/verify.ts'
import type { RfiDocument } from '../roles/documents/referrals.ts'

/**
 * A receipt's own sums, and before that what the RFI's own row says as well: a receipt can't be another RFI's, of another
 * time, under a release of another name, or tell of others than those routed to, however well it adds up.
 * @param release - the one of the receipt's hash, where it is at hand
 */
export function verifyStored(
  receipt: Receipt,
  { _id, receivedAt, referralIds, rfi }: RfiDocument,
  release: Release | null,
): Verification {
  const pairs: readonly (readonly [where: string, recorded: unknown, stored: unknown])[] = [
    ['rfiId', receipt.rfiId, _id],
    ['at', receipt.at, receivedAt],
    // Nothing is explored yet.
    ['rule', receipt.rule, rfi.requestedPartners.length > 0 ? 'requested' : 'rank'],
    ['weightsId', receipt.weightsId, release?.weightsId ?? receipt.weightsId],
    ...Array.from(
      { length: Math.max(receipt.chosen.length, referralIds.length) },
      (_, at) =>
        [
          `chosen[${at}]`,
          receipt.chosen[at] ?? null,
          referralIds[at]?.slice(receipt.rfiId.length + 1) ?? null,
        ] as const,
    ),
  ]
  const differing = pairs.find(([, recorded, stored]) => recorded !== stored)
  if (differing === undefined) return verifyReceipt(receipt, release)
  const [where, recorded, computed] = differing
  return { ok: false, where, recorded, computed }
}

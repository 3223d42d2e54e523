import type { Money } from '../domain/money.ts'
import type { Notice } from '../domain/notices.ts'
import { type ReasonCode, reasonText } from '../domain/reasons.ts'
import type { Substatus } from '../domain/referral.ts'
import type { Timestamp } from '../domain/time.ts'
import type { InboxDocument } from '../roles/documents/read-models.ts'
import type { ReceiptDocument, ReferralDocument, RfiDocument } from '../roles/documents/referrals.ts'
import type { Backend } from './backend.ts'
import { termsOf } from './receipt-text.ts'
import { bySignificance } from './telling-lines.ts'

/** One RFI and what became of it. Who the customer is stays in `contacts`. */
export interface RfiReport {
  readonly rfi: RfiDocument['rfi']
  readonly outcome: RfiDocument['outcome']
  readonly receivedAt: Timestamp
  /** In the order of their rank. */
  readonly referrals: readonly ReferralReport[]
  readonly receipt: ReceiptDocument | null
  readonly notices: readonly Notice[]
  /** The RFIs it follows and those that follow it, with itself, oldest first; empty where it stands alone. */
  readonly chain: readonly ChainLink[]
}

export interface ChainLink {
  readonly rfiId: string
  readonly receivedAt: Timestamp
  readonly outcome: RfiDocument['outcome']
  /** How many of its referrals stand where. */
  readonly referrals: Readonly<Partial<Record<Substatus, number>>>
}

export interface ReferralReport {
  readonly referralId: string
  readonly partnerId: string
  readonly partner: string
  readonly rank: number | null
  /** Millionths. */
  readonly score: number | null
  readonly status: ReferralDocument['status']
  readonly substatus: Substatus
  readonly routedAt: Timestamp
  readonly acceptedAt: Timestamp | null
  readonly closedAt: Timestamp | null
  readonly expiresAt: Timestamp
  readonly reason: { readonly code: ReasonCode; readonly text: string; readonly notes: string | null } | null
  readonly value: Money | null
  /** A referral of the same customer that the partner had open when this one was routed. */
  readonly possibleDuplicateOf: string | null
  /** False: nobody was told of it, and silence counts for nothing. Null until it is projected. */
  readonly notifiable: boolean | null
  /** Words and ids in common, as matching has them, those that weigh most first. For people `inWordsOf` has the words. */
  readonly matched: readonly string[]
  /** By feature, in a line that the partner may read too; fit first, then what sets it apart most. */
  readonly why: Readonly<Record<string, string>>
}

/** Null when there is no such RFI. */
export async function reportOn({ store }: Pick<Backend, 'store'>, rfiId: string): Promise<RfiReport | null> {
  const document = (await store.get('rfis', [rfiId])).get(rfiId)
  if (document === undefined) return null
  const receipt = (await store.get('receipts', [rfiId])).get(rfiId) ?? null
  const referrals = [...(await store.get('referrals', document.referralIds)).values()]
  const profiles = await store.get('profiles', [...new Set(referrals.map(({ profileId }) => profileId))])
  const rows = await store.get('inbox', document.referralIds)
  const reports = referrals.map(referral => {
    const name = profiles.get(referral.profileId)?.profile.name
    const routed = rows.get(referral.referralId)?.routed ?? null
    return reportReferral(referral, name ?? referral.partnerId, receipt, routed)
  })
  const notices = (await store.get('notices', [rfiId])).get(rfiId)?.notices ?? []
  const last = Number.POSITIVE_INFINITY
  return {
    rfi: document.rfi,
    outcome: document.outcome,
    receivedAt: document.receivedAt,
    referrals: reports.sort((one, other) => (one.rank ?? last) - (other.rank ?? last)),
    receipt,
    notices,
    chain: await chainOf(store, document),
  }
}

/** Referrals of a chain that are looked at: it may have been made to be endless. */
const mostRelated = 2000

/** One that follows is found by its referrals: of those that went to nobody, only ancestors are known. */
async function chainOf(store: Backend['store'], { _id, chain }: RfiDocument): Promise<ChainLink[]> {
  const related = await store.find('referrals', {
    where: { root: chain[0] ?? _id },
    limit: mostRelated,
  })
  const ids = new Set([...chain, ...related.map(({ rfiId }) => rfiId), _id])
  if (ids.size === 1) return []
  return [...(await store.get('rfis', [...ids])).values()]
    .map(({ _id: rfiId, receivedAt, outcome }) => {
      const referrals: Partial<Record<Substatus, number>> = {}
      for (const one of related)
        if (one.rfiId === rfiId) referrals[one.substatus] = (referrals[one.substatus] ?? 0) + 1
      return { rfiId, receivedAt, outcome, referrals }
    })
    .sort((one, other) => (one.receivedAt < other.receivedAt ? -1 : 1))
}

function reportReferral(
  referral: ReferralDocument,
  partner: string,
  receipt: ReceiptDocument | null,
  routed: InboxDocument['routed'],
): ReferralReport {
  const { referralId, partnerId, status, substatus, routedAt, acceptedAt, closedAt, expiresAt } = referral
  const place = receipt?.chosen.indexOf(partnerId) ?? -1
  const row = receipt?.considered.find(considered => considered.partnerId === partnerId)
  const { reason } = referral
  return {
    referralId,
    partnerId,
    partner,
    rank: place === -1 ? null : place + 1,
    score: row?.score ?? null,
    status,
    substatus,
    routedAt,
    acceptedAt,
    closedAt,
    expiresAt,
    reason: reason === null ? null : { code: reason, text: reasonText(reason), notes: referral.reasonNotes },
    value: referral.engagement?.value ?? null,
    possibleDuplicateOf: routed?.possibleDuplicateOf ?? null,
    notifiable: routed?.notifiable ?? null,
    matched: receipt === null || row === undefined ? [] : termsOf(receipt, row),
    why: receipt === null || row === undefined ? {} : bySignificance(receipt, row),
  }
}

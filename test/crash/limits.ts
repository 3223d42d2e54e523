import { isDeepStrictEqual } from 'node:util'
import type { ReferralDocument } from '../../src/roles/documents/referrals.ts'
import { topics } from '../../src/roles/topics.ts'
import type { Folder } from './look.ts'
import { dropRepeats } from './outside-reader.ts'
import { partitionsOf, textOf } from './partitions.ts'

/** How profiles with `maxOpenReferrals` stand at one moment: one query, so nothing is committed between two counts. */
export interface Places {
  readonly full: number
  /** Those with more open referrals than they may have, one line each. */
  readonly over: readonly string[]
}

export async function placesIn({ store }: Folder): Promise<Places> {
  const limits = new Map<string, number>()
  for (const { _id, profile } of await store.find('profiles', { where: {} }))
    if (profile.maxOpenReferrals !== null) limits.set(_id, profile.maxOpenReferrals)
  const open = await store.countBy('referrals', 'profileId', {
    profileId: { in: [...limits.keys()] },
    status: { in: ['New', 'Active'] },
  })
  let full = 0
  const over: string[] = []
  for (const [profileId, limit] of limits) {
    const count = open.get(profileId) ?? 0
    if (count >= limit) full += 1
    if (count > limit) over.push(`${profileId} has ${count} open referrals, and may have ${limit}`)
  }
  return { full, over }
}

/** What a run says of who was asked by whom. */
export interface Asked {
  readonly duplicates: number
  /** Where it can't be so, whatever the order in which things were done. */
  readonly contradictions: readonly string[]
}

export async function askedIn(folder: Folder): Promise<Asked> {
  const { store } = folder
  const referrals = new Map(
    (await store.find('referrals', { where: {} })).map(each => [each._id as string, each]),
  )
  const byRfi = Map.groupBy(referrals.values(), ({ rfiId }) => rfiId)
  const contradictions: string[] = []
  for (const { _id, referralIds } of await store.find('rfis', { where: {} })) {
    const its = byRfi.get(_id) ?? []
    const partners = new Set(its.map(({ partnerId }) => partnerId))
    if (partners.size < its.length) contradictions.push(`${_id} asks a partner twice`)
    if (!isDeepStrictEqual(new Set(referralIds), new Set(its.map(referral => referral._id))))
      contradictions.push(`${_id} has other referrals than it names`)
  }
  const duplicates = duplicatesIn(folder)
  for (const { referralId, of } of duplicates)
    if (!canRepeat(referrals.get(referralId), referrals.get(of)))
      contradictions.push(`${referralId} can't be a repeat of ${of}`)
  return { duplicates: duplicates.length, contradictions }
}

function duplicatesIn(folder: Folder): { referralId: string; of: string }[] {
  return partitionsOf(folder, topics.referrals)
    .flatMap(({ records }) => dropRepeats(records).kept)
    .map(({ value }) => JSON.parse(textOf(value)))
    .filter(({ possibleDuplicateOf }) => possibleDuplicateOf !== null)
    .map(({ referralId, possibleDuplicateOf }) => ({ referralId, of: possibleDuplicateOf }))
    .toArray()
}

/** One customer asked one partner with two RFIs. */
function canRepeat(one: ReferralDocument | undefined, first: ReferralDocument | undefined): boolean {
  if (one === undefined || first === undefined) return false
  return (
    one.partnerId === first.partnerId && one.customerKey === first.customerKey && one.rfiId !== first.rfiId
  )
}

import type { PartnerId, RfiId } from '../../domain/ids.ts'
import type { Profile } from '../../domain/profile.ts'
import { type Timestamp, toTimestamp } from '../../domain/time.ts'
import type { HistoryLine } from '../../lanes/timeline.ts'
import { topics } from '../../roles/topics.ts'
import { currentTables, presentOf } from '../current-tables.ts'
import { withoutCustomer } from '../explain.ts'
import type { Folder } from '../folder.ts'
import { whyNotOn } from '../why-not.ts'
import type { WhyNotReport } from '../why-not-text.ts'

/** A partner that an RFI was not routed to, and what would have changed that. */
export interface LeftOut {
  readonly rfiId: RfiId
  readonly name: string
  readonly report: WhyNotReport
  /** What it scored when the RFI was ranked, earlier than the moment of `report`; millionths. */
  readonly before: { readonly score: number; readonly at: Timestamp }
  /** Its profile as it is. */
  readonly profile: Profile
}

/** RFIs looked through, the latest first, and partners of each. */
const mostRfis = 40
const mostPartners = 3

/**
 * The first partner found for whom one thing of its profile would have been enough: that can be tried by sending the
 * profile. A tag that nobody else has would do no more than be rare, and is left out. Null when there is none among those
 * looked at.
 */
export async function leftOutIn({ store }: Pick<Folder, 'store'>): Promise<LeftOut | null> {
  const tables = await currentTables(store)
  const at = await presentOf(store)
  const rfis = (await store.find('rfis', { where: { outcome: 'routed' } }))
    .sort((one, other) => (one.receivedAt < other.receivedAt ? 1 : -1))
    .slice(0, mostRfis)
  const receipts = await store.get(
    'receipts',
    rfis.map(({ _id }) => _id),
  )
  for (const document of rfis) {
    const receipt = receipts.get(document._id)
    if (receipt === undefined) continue
    const { considered, chosen, at: rankedAt } = receipt
    const others = considered.filter(({ partnerId }) => !chosen.includes(partnerId)).slice(0, mostPartners)
    for (const { partnerId, profileId, score } of others) {
      const report = await lookAgain({ store }, { rfiId: document._id, partnerId, at, tables })
      const [first] = report?.enough ?? []
      const changed = first === undefined || first.origin === 'odd' ? null : first.profile
      const profile = tables.index.get(profileId)?.profile
      if (report !== null && changed?.profileId === profileId && profile !== undefined)
        return {
          ...{ rfiId: document._id, name: profile.name, report, profile: { ...profile } },
          before: { score, at: rankedAt },
        }
    }
  }
  return null
}

/** Where the partner comes now. */
export async function lookAgain(
  { store }: Pick<Folder, 'store'>,
  of: {
    readonly rfiId: RfiId
    readonly partnerId: PartnerId
    readonly at: number
    readonly tables?: Awaited<ReturnType<typeof currentTables>>
  },
): Promise<WhyNotReport | null> {
  const { rfiId, partnerId, at } = of
  const document = (await store.get('rfis', [rfiId])).get(rfiId)
  if (document === undefined) return null
  const tables = of.tables ?? (await currentTables(store))
  return whyNotOn(store, tables, { rfi: withoutCustomer(document), chain: document.chain, partnerId, at })
}

/** The changed profile as its partner would send it; null where nothing of it is to be changed. */
export function changedProfileLine({ report }: LeftOut): HistoryLine | null {
  const profile = report.enough[0]?.profile ?? null
  return profile === null ? null : profileLine(profile, Date.parse(report.asOf))
}

/** Its profile as it was before that, sent after it. */
export function formerProfileLine({ profile, report }: LeftOut): HistoryLine {
  return profileLine(profile, Date.parse(report.asOf) + 1)
}

function profileLine(profile: Profile, at: number): HistoryLine {
  return {
    ...{ topic: topics.profiles, key: profile.profileId, at },
    value: JSON.stringify({ ...profile, occurredAt: toTimestamp(at) }),
  }
}

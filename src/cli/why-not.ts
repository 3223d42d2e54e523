import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import { toTimestamp } from '../domain/time.ts'
import { askedTerms, countedTerms } from '../ranking/asked.ts'
import { whyNot } from '../ranking/why-not.ts'
import { boundedQuery } from '../roles/routing.ts'
import type { Tables } from '../roles/tables.ts'
import type { Backend } from './backend.ts'
import { apartOf, askedIn, evidenceOf, interestOf, withCapacity } from './current-tables.ts'
import { type WhyNotReport, whyNotReport } from './why-not-text.ts'

/** Where a partner would come for an RFI by the tables as they are, and what it would take. Nothing is written. */
export async function whyNotOn(
  store: Backend['store'],
  tables: Tables,
  of: {
    readonly rfi: Rfi
    readonly chain: readonly Rfi['rfiId'][]
    readonly partnerId: PartnerId
    /** ms since 1970. */
    readonly at: number
  },
): Promise<WhyNotReport> {
  const { rfi, chain, partnerId, at } = of
  const { index, recordOf, interests, population, release } = tables
  const excluded = await askedIn(store, chain)
  const interest = await interestOf(store, partnerId)
  const apart = await apartOf(store, partnerId, countedTerms(askedTerms(rfi)))
  const evidence = await evidenceOf(store, partnerId)
  const open = await store.countBy('referrals', 'profileId', {
    profileId: { in: index.ofPartner(partnerId).map(({ profile }) => profile.profileId) },
    status: { in: ['New', 'Active'] },
  })
  const found = await withCapacity(store, tables, full =>
    whyNot(
      {
        ...{ rfi, query: boundedQuery(rfi), index, recordOf, interests, population, release },
        ...{ now: at, excluded, full, interestOf: () => interest, evidenceOf: () => evidence },
        apartOf: (_, hash) => apart.get(hash),
        openOf: profileId => open.get(profileId) ?? 0,
        count: Math.min(rfi.maxPartners ?? Number.POSITIVE_INFINITY, release.policy.partnersPerRfi),
      },
      partnerId,
    ),
  )
  const name = index.ofPartner(partnerId)[0]?.profile.name ?? null
  return whyNotReport(found, { name, asOf: toTimestamp(at), release, population })
}

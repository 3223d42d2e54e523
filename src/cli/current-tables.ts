import { systemTime } from '../adapters/system-time.ts'
import { type PartnerId, type ProfileId, type RfiId, splitReferralId } from '../domain/ids.ts'
import { day } from '../domain/time.ts'
import { TableReader } from '../lanes/table-reader.ts'
import type { Term } from '../matching/terms.ts'
import { noEvidence } from '../ranking/evidence.ts'
import { hashOf } from '../ranking/hash.ts'
import { noInterest, type TermInterest } from '../ranking/interest.ts'
import { unpackInterest } from '../ranking/packed-interest.ts'
import { Capacity } from '../roles/capacity.ts'
import { interestTermId } from '../roles/folds/interests.ts'
import { Tables } from '../roles/tables.ts'
import type { Backend } from './backend.ts'

type Store = Pick<Backend, 'store'>['store']

/** The tables a router would have now, in this process alone: nobody minds when they are changed. */
export async function currentTables(store: Store): Promise<Tables> {
  const tables = new Tables()
  // Weights first: interests are counted by the half-life of the release in force.
  await new TableReader(store, tables, ['weights', 'profiles', 'partners', 'interests', 'cells']).ready()
  return tables
}

/** ms without any record after which a place is taken for history. */
const longSilence = 30 * day

/**
 * The time to rank at, ms since 1970: now, or where a place's records end long ago (a simulation's, a demo's), that
 * moment. Else all that ever happened there would have faded.
 */
export async function presentOf(store: Store): Promise<number> {
  const now = systemTime.now()
  const latest = await latestOf(store)
  return latest !== null && now - latest > longSilence ? latest : now
}

/** The time of the latest record that the tables know of, ms since 1970; null where nothing came yet. */
export async function latestOf(store: Store): Promise<number | null> {
  const times = (await store.positions()).flatMap(({ timestamp }) => timestamp ?? [])
  return times.reduce<number | null>((late, time) => Math.max(late ?? time, time), null)
}

/** Everybody who was asked in RFIs before. */
export async function askedIn(store: Store, rfiIds: readonly RfiId[]): Promise<Set<PartnerId>> {
  const rfis = await store.get('rfis', rfiIds)
  const referralIds = [...rfis.values()].flatMap(rfi => rfi.referralIds)
  return new Set(referralIds.flatMap(id => splitReferralId(id)?.partnerId ?? []))
}

/** The RFIs that one follows, itself left out. */
export async function chainBefore(store: Store, followsRfiId: RfiId | null): Promise<readonly RfiId[]> {
  if (followsRfiId === null) return []
  const followed = (await store.get('rfis', [followsRfiId])).get(followsRfiId)
  return [...(followed?.chain ?? []), followsRfiId]
}

/** Calls `work` again until every profile with a limit that it asked about has its open referrals counted. */
export async function withCapacity<T>(
  store: Store,
  tables: Tables,
  work: (full: (profileId: ProfileId) => boolean) => T,
): Promise<T> {
  const capacity = new Capacity(store, new Set())
  for (;;) {
    const made = work(profileId => capacity.isFull(profileId, tables))
    if (!(await capacity.load())) return made
  }
}

/** What a partner answered under which terms. */
export async function interestOf(store: Store, partnerId: PartnerId) {
  const document = (await store.get('interests', [partnerId])).get(partnerId)
  return document === undefined ? noInterest(partnerId) : unpackInterest(partnerId, document)
}

/** What it answered under these terms, as far as they are not among those: by their hashes. */
export async function apartOf(
  store: Store,
  partnerId: PartnerId,
  terms: readonly Term[],
): Promise<ReadonlyMap<number, TermInterest>> {
  const documents = await store.get(
    'interestTerms',
    terms.map(term => interestTermId(partnerId, hashOf(term))),
  )
  return new Map(Array.from(documents.values(), document => [document.hash, document]))
}

/** What a partner did, as it is written down. */
export async function evidenceOf(store: Store, partnerId: PartnerId) {
  const document = (await store.get('partners', [partnerId])).get(partnerId)
  return document?.evidence ?? noEvidence(partnerId)
}

import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import { normalizeRegion } from '../domain/regions.ts'
import { compileSizeOptOut } from '../domain/sizes.ts'
import type { Indexed } from '../matching/profile-index.ts'
import type { Query } from '../matching/query.ts'
import { type RefusalCode, refusalCodes } from '../matching/refusals.ts'

export interface Refused {
  /** Null for a partner without any profile. */
  readonly profileId: ProfileId | null
  readonly partnerId: PartnerId
  readonly code: RefusalCode
}

export type RefusalCounts = Readonly<Partial<Record<RefusalCode, number>>>

/** How many refusals are kept by name; the rest are counted. */
export const mostNamed = 50

export function countRefusals(refusals: readonly Refused[], others: RefusalCounts): RefusalCounts {
  const counts = new Map<RefusalCode, number>()
  for (const { code } of refusals) counts.set(code, (counts.get(code) ?? 0) + 1)
  const sums = refusalCodes.map(code => [code, (counts.get(code) ?? 0) + (others[code] ?? 0)] as const)
  return Object.fromEntries(sums.filter(([, count]) => count > 0))
}

export interface Gate {
  readonly query: Query
  readonly excluded: ReadonlySet<PartnerId>
  readonly full: (profileId: ProfileId) => boolean
}

/** Why a partner the customer asked for can't be routed to by this profile; null when it can. */
export function requestedRefusal(
  { query, excluded, full }: Gate,
  { profile, state }: Indexed,
): RefusalCode | null {
  if (state !== 'published') return state
  if (profile.country !== query.country) return 'country'
  if (excluded.has(profile.partnerId)) return 'already-asked'
  return full(profile.profileId) ? 'capacity' : null
}

/** Of several profiles that are refused, the one that came closest speaks for the partner. */
export function closestRefusal(gate: Gate, partnerId: PartnerId, profiles: readonly Indexed[]): Refused {
  let closest: Refused = { profileId: null, partnerId, code: 'unknown-partner' }
  let distance = Number.POSITIVE_INFINITY
  for (const indexed of profiles) {
    const code = requestedRefusal(gate, indexed)
    if (code === null) continue
    const abroad = indexed.profile.country !== gate.query.country
    const steps = (abroad ? refusalCodes.length : 0) - refusalCodes.indexOf(code)
    if (steps >= distance) continue
    distance = steps
    closest = { profileId: indexed.profile.profileId, partnerId, code }
  }
  return closest
}

/** What the customer's own choice goes past. */
export function flagsOf(query: Query, profile: Profile): readonly ('size' | 'region')[] {
  const flags: ('size' | 'region')[] = []
  if ((compileSizeOptOut(profile.sizeOptOut) & query.sizeBit) !== 0) flags.push('size')
  const { regions } = profile.serves
  if (query.region !== null && regions.length > 0) {
    if (!regions.some(region => normalizeRegion(profile.country, region) === query.region))
      flags.push('region')
  }
  return flags
}

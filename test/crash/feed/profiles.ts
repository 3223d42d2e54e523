import { generateProfiles } from '../../../bench/generate.ts'
import type { OutgoingRecord } from '../../../src/ports/log.ts'
import { topics } from '../../../src/roles/topics.ts'
import { brokenRecord, jsonRecord, tombstone } from './records.ts'

export const partnerCount = 60
export const markets = { countries: 6, partners: partnerCount }

/**
 * The directory's input: partners in several countries, some changed, paused or withdrawn again, and records that are no
 * profile. The release weighs nothing that partners' answers change, and nobody has `maxOpenReferrals`, so that routing
 * depends on the RFI and the profiles alone and a rerun can come out equal; unless it is `crowded`, when every second has
 * few places.
 */
export function directoryRecords(seed: number, { crowded }: { crowded: boolean }): OutgoingRecord[] {
  const profiles = generateProfiles(3 * partnerCount, seed, markets)
    .map((profile, at) => ({ ...profile, maxOpenReferrals: crowded && at % 2 === 0 ? 1 + (at % 3) : null }))
    .toArray()
  const one = (profile: (typeof profiles)[number]) => jsonRecord(topics.profiles, profile.profileId, profile)
  return [
    ...profiles.map(one),
    ...profiles.filter((_, at) => at % 20 === 3).map(profile => one({ ...profile, name: 'Renamed' })),
    ...profiles.filter((_, at) => at % 30 === 4).map(profile => one({ ...profile, state: 'paused' })),
    ...profiles
      .filter((_, at) => at % 60 === 5)
      .map(({ profileId }) => tombstone(topics.profiles, profileId)),
    ...profiles
      .filter((_, at) => at % 40 === 6)
      .map(({ profileId }) => jsonRecord(topics.profiles, profileId, { profileId })),
    brokenRecord(topics.profiles, 'nobody/PT'),
    tombstone(topics.profiles, 'nobody/PT'),
    jsonRecord(topics.weights, 'live', {
      weightsId: 'crash-test',
      features: { relevance: 900_000, proximity: 100_000 },
      policy: { partnersPerRfi: 2 },
    }),
    jsonRecord(topics.weights, 'live', { weightsId: 'no-such-feature', features: { charm: 1 } }),
  ]
}

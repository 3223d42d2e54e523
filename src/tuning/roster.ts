import type { PartnerId, ProfileId, RfiId } from '../domain/ids.ts'
import { chooseLocation } from '../domain/location.ts'
import type { Profile } from '../domain/profile.ts'
import { sameRegion } from '../domain/regions.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Lesson, Life } from './chronicle.ts'

interface Standing {
  readonly profileId: ProfileId | null
  readonly notifiable: boolean
  /** New or Active. */
  open: boolean
}

/**
 * Who is known, since when, how many referrals each profile has open, and who was asked in which RFI: what the store knows
 * when the worker runs. Times in ms since 1970.
 */
export class Roster {
  readonly #profiles = new Map<PartnerId, Map<ProfileId, Profile>>()
  readonly #byId = new Map<ProfileId, Profile>()
  readonly #since = new Map<PartnerId, number>()
  readonly #open = new Map<ProfileId, number>()
  readonly #standings = new Map<Life, Standing>()
  readonly #asked = new Map<RfiId, PartnerId[]>()
  readonly #follows = new Map<RfiId, RfiId>()

  know(profile: Profile, at: number): void {
    const { partnerId, profileId } = profile
    if (!this.#since.has(partnerId)) this.#since.set(partnerId, at)
    const profiles = this.#profiles.get(partnerId) ?? new Map<ProfileId, Profile>()
    this.#profiles.set(partnerId, profiles.set(profileId, profile))
    this.#byId.set(profileId, profile)
  }

  /** Since when the partner is known; null while it isn't. */
  knownSince(partnerId: PartnerId): number | null {
    return this.#since.get(partnerId) ?? null
  }

  meet({ rfiId, followsRfiId }: Rfi): void {
    if (followsRfiId !== null) this.#follows.set(rfiId, followsRfiId)
  }

  /** Everyone offered one of the RFIs that this one follows, as far as it is known by now. */
  askedBefore({ followsRfiId }: Rfi): ReadonlySet<PartnerId> {
    const asked = new Set<PartnerId>()
    const chain = new Set<RfiId>()
    for (let at = followsRfiId; at !== null && !chain.has(at); at = this.#follows.get(at) ?? null) {
      chain.add(at)
      for (const partnerId of this.#asked.get(at) ?? []) asked.add(partnerId)
    }
    return asked
  }

  readonly isFull = (profileId: ProfileId): boolean => {
    const most = this.#byId.get(profileId)?.maxOpenReferrals ?? null
    return most !== null && (this.#open.get(profileId) ?? 0) >= most
  }

  /** Counts the lesson; whether somebody was notified of the referral. */
  follow(lesson: Lesson): boolean {
    const standing = this.#standings.get(lesson.life) ?? this.#begin(lesson.life)
    const open =
      lesson.type === 'offered' ||
      lesson.type === 'reopened' ||
      lesson.type === 'accepted' ||
      lesson.type === 'reported'
    if (open !== standing.open) {
      standing.open = open
      const { profileId } = standing
      if (profileId !== null) this.#open.set(profileId, (this.#open.get(profileId) ?? 0) + (open ? 1 : -1))
    }
    // Nothing comes after an end.
    if (lesson.type === 'won' || lesson.type === 'lost') this.#standings.delete(lesson.life)
    return standing.notifiable
  }

  #begin(life: Life): Standing {
    const { rfi, partnerId } = life
    const profile = this.#chosen(partnerId, rfi)
    const standing = {
      profileId: profile?.profileId ?? null,
      notifiable: profile === null || chooseLocation(profile, rfi.customer).notifiable,
      open: false,
    }
    this.#standings.set(life, standing)
    const asked = this.#asked.get(rfi.rfiId)
    if (asked === undefined) this.#asked.set(rfi.rfiId, [partnerId])
    else asked.push(partnerId)
    return standing
  }

  /** The profile that an RFI went to, which logs don't say: in the customer's country, published, serving its region, first by id. */
  #chosen(partnerId: PartnerId, { customer: { country, region } }: Rfi): Profile | null {
    const preference = (profile: Profile) => {
      const { regions } = profile.serves
      const served =
        region === null || regions.length === 0 || regions.some(each => sameRegion(country, each, region))
      return (profile.state === 'published' ? 2 : 0) + (served ? 1 : 0)
    }
    let best: Profile | null = null
    for (const profile of this.#profiles.get(partnerId)?.values() ?? []) {
      if (profile.country !== country) continue
      const difference = best === null ? 1 : preference(profile) - preference(best)
      if (best === null || difference > 0 || (difference === 0 && profile.profileId < best.profileId))
        best = profile
    }
    return best
  }
}

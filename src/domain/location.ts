import type { Location, Profile } from './profile.ts'
import { foldText, sameRegion } from './regions.ts'
import type { Rfi } from './rfi.ts'

export interface ChosenLocation {
  readonly location: Location
  /** A contact that wants notifications. Without one the partner's silence counts for nothing. */
  readonly notifiable: boolean
}

/**
 * The location that fits the customer: same city and region, else same region, else the first listed; within a rank,
 * one with a contact whose notifications are on.
 */
export function chooseLocation(
  profile: Profile,
  customer: Pick<Rfi['customer'], 'region' | 'city'>,
): ChosenLocation {
  const ranked = profile.locations.map(location => ({
    location,
    notifiable: isNotifiable(location),
    rank: closeness(profile.country, location, customer),
  }))
  const [first, ...others] = ranked
  if (first === undefined) throw new Error(`profile ${profile.profileId} has no location`)
  return others.reduce<(typeof ranked)[number]>(
    (best, other) =>
      other.rank < best.rank || (other.rank === best.rank && other.notifiable && !best.notifiable)
        ? other
        : best,
    first,
  )
}

function isNotifiable({ contact }: Location): boolean {
  return contact !== null && !contact.disableNotifications
}

/** 0 same city and region, 1 same region, 2 elsewhere. */
function closeness(
  country: Profile['country'],
  location: Location,
  customer: Pick<Rfi['customer'], 'region' | 'city'>,
): 0 | 1 | 2 {
  if (customer.region === null || location.region === null) return 2
  if (!sameRegion(country, customer.region, location.region)) return 2
  const city = foldText(customer.city ?? '')
  // Text that says nothing is no city, and so is the same as none.
  return city !== '' && city === foldText(location.city ?? '') ? 0 : 1
}

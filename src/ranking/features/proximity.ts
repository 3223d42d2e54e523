import type { Profile } from '../../domain/profile.ts'
import { foldText, normalizeRegion } from '../../domain/regions.ts'
import type { PairFeature, Place } from '../feature.ts'
import { one } from '../millionths.ts'

/** Whether any of the profile's locations is in the customer's city or region. `nearest`: 2 city, 1 region, 0 neither. */
export const proximity: PairFeature<'proximity', { readonly nearest: number }> = {
  name: 'proximity',
  about: 'pair',
  direction: 'raises',
  readsEvidence: false,
  untouched: 0,
  inputs: pair => ({ nearest: nearest(pair.customerPlace, placesOf(pair.profile)) }),
  value: inputs => (inputs.nearest === 2 ? one : inputs.nearest === 1 ? one / 2 : 0),
  reason: inputs => {
    if (inputs.nearest === 2) return "Has a location in the customer's city."
    if (inputs.nearest === 1) return "Has a location in the customer's region."
    return "No location is known to be in the customer's city or region."
  },
}

export function placeOf(country: string, region: string | null, city: string | null): Place {
  return {
    region: region === null ? null : normalizeRegion(country, region) || null,
    city: city === null ? null : foldText(city) || null,
  }
}

function nearest(customer: Place, places: readonly Place[]): 0 | 1 | 2 {
  if (customer.region === null && customer.city === null) return 0
  let near: 0 | 1 = 0
  for (const place of places) {
    // Two towns of one name in two regions are not the same city.
    const apart = customer.region !== null && place.region !== null && customer.region !== place.region
    if (apart) continue
    if (customer.city !== null && customer.city === place.city) return 2
    if (customer.region !== null && customer.region === place.region) near = 1
  }
  return near
}

/** Normalising takes longer than comparing, and profiles meet many customers. */
const known = new WeakMap<Profile, readonly Place[]>()

function placesOf(profile: Profile): readonly Place[] {
  const places = known.get(profile)
  if (places !== undefined) return places
  const found = profile.locations.map(({ region, city }) => placeOf(profile.country, region, city))
  known.set(profile, found)
  return found
}

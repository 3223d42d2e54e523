import type { Location, Profile } from '../domain/profile.ts'
import { companySizes } from '../domain/sizes.ts'
import { termKinds, vocabulary } from '../domain/vocabulary.ts'

/** What is read of every profile a query meets; all else of it only of the few that are chosen. */
type Hot = Pick<Profile, 'profileId' | 'partnerId' | 'country' | 'state' | 'maxOpenReferrals'>
type Cold = Omit<Profile, keyof Hot>

/** Ids that most profiles are tagged with, each a number in the packed text; any other stays as it is. */
const ids = [...new Set([...termKinds.flatMap(kind => vocabulary[kind]), ...companySizes])]
const numbers = new Map(ids.map((id, number) => [id, number]))

/** The one unpacked last: who reads one field mostly reads another. */
let latest: { readonly held: HeldProfile; readonly cold: Cold } | null = null

/**
 * A profile as the tables hold it: what queries read as it is, the rest as one text, which takes a quarter of the memory of
 * the objects it is read as. To whoever reads, spreads or compares it, it is a `Profile`: each field is its own and
 * enumerable, and those of the text are made anew when they are read, so never keep them to compare by identity.
 */
class HeldProfile implements Hot {
  readonly profileId: Profile['profileId']
  readonly partnerId: Profile['partnerId']
  readonly country: Profile['country']
  readonly state: Profile['state']
  readonly maxOpenReferrals: Profile['maxOpenReferrals']
  readonly #packed: string

  constructor(profile: Profile) {
    this.profileId = profile.profileId
    this.partnerId = profile.partnerId
    this.country = profile.country
    this.state = profile.state
    this.maxOpenReferrals = profile.maxOpenReferrals
    this.#packed = pack(profile)
    Object.defineProperties(this, getters)
    // Whoever puts one in reads its terms at once.
    latest = { held: this, cold: profile }
  }

  static coldOf(held: HeldProfile): Cold {
    if (latest?.held === held) return latest.cold
    const cold = unpack(held.#packed)
    latest = { held, cold }
    return cold
  }
}

const coldNames: { readonly [name in keyof Cold]: true } = {
  occurredAt: true,
  name: true,
  locations: true,
  serves: true,
  tags: true,
  sizeOptOut: true,
  locale: true,
  description: true,
  website: true,
}

/** The same functions for all, so that all share one hidden class and a getter takes no room. */
const getters = Object.fromEntries(
  (Object.keys(coldNames) as (keyof Cold)[]).map(name => [
    name,
    {
      enumerable: true,
      get(this: HeldProfile) {
        return HeldProfile.coldOf(this)[name]
      },
    },
  ]),
)

/** The same object for one that is held already. */
export function holdProfile(profile: Profile): Profile {
  return profile instanceof HeldProfile ? profile : (new HeldProfile(profile) as Hot as Profile)
}

/** JSON without names: of each profile the same list of lists. */
function pack(profile: Cold): string {
  const { tags, locale, description, website } = profile
  return JSON.stringify([
    profile.occurredAt,
    profile.name,
    profile.locations.map(packLocation),
    profile.serves.regions,
    tagNames.map(name => packIds(tags[name])),
    packIds(profile.sizeOptOut),
    locale,
    description,
    website,
  ] satisfies Packed)
}

function unpack(packed: string): Cold {
  const [occurredAt, name, locations, regions, tags, sizeOptOut, locale, description, website]: Packed =
    JSON.parse(packed)
  const [industries = [], products = [], services = [], solutions = [], keywords = []] = tags.map(unpackIds)
  return {
    occurredAt,
    name,
    locations: locations.map(unpackLocation),
    serves: { regions },
    tags: { industries, products, services, solutions, keywords },
    sizeOptOut: unpackIds(sizeOptOut) as Cold['sizeOptOut'],
    locale,
    description,
    website,
  }
}

const tagNames = ['industries', 'products', 'services', 'solutions', 'keywords'] as const

type PackedIds = (string | number)[]
type Text = string | null
type PackedContact = [Text, Text, Text, Text, boolean]
type PackedLocation = [Location['locationId'], Location['city'], Location['region'], PackedContact | null]
type Packed = [
  Cold['occurredAt'],
  Cold['name'],
  PackedLocation[],
  Cold['serves']['regions'],
  PackedIds[],
  PackedIds,
  Cold['locale'],
  Cold['description'],
  Cold['website'],
]

function packIds(list: readonly string[]): PackedIds {
  return list.map(id => numbers.get(id) ?? id)
}

function unpackIds(list: PackedIds): string[] {
  return list.map(id => (typeof id === 'number' ? (ids[id] as string) : id))
}

function packLocation({ locationId, city, region, contact }: Location): PackedLocation {
  if (contact === null) return [locationId, city, region, null]
  const { firstName, lastName, email, phone, disableNotifications } = contact
  return [locationId, city, region, [firstName, lastName, email, phone, disableNotifications]]
}

function unpackLocation([locationId, city, region, packed]: PackedLocation): Location {
  if (packed === null) return { locationId, city, region, contact: null }
  const [firstName, lastName, email, phone, disableNotifications] = packed
  return { locationId, city, region, contact: { firstName, lastName, email, phone, disableNotifications } }
}

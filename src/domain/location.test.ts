import { describe, expect, test } from 'vitest'
import { profileSample, withField } from '../../test/support/samples.ts'
import { chooseLocation } from './location.ts'
import { profileSchema } from './profile.ts'

type Contact = 'on' | 'off' | 'none'

/** `Lisboa/PT-11/on`: city, region, whether its contact takes notifications. */
function choose(locations: string, customer: { city: string | null; region: string | null }) {
  const listed = locations.split(' ').map((text, index) => {
    const [city, region, contact] = text.split('/') as [string, string, Contact]
    return {
      locationId: String(index + 1),
      city: city === '-' ? null : city,
      region: region === '-' ? null : region,
      contact: contact === 'none' ? null : { disableNotifications: contact === 'off' },
    }
  })
  const profile = profileSchema.parse(withField(profileSample, 'locations', listed))
  const { location, notifiable } = chooseLocation(profile, customer)
  return { chosen: Number(location.locationId), notifiable }
}

describe('the location that fits the customer', () => {
  test.each<[string, string | null, string | null, number, boolean]>([
    // locations, the customer's city, its region, the one chosen, whether it takes notifications
    ['Porto/PT-13/on Sintra/PT-11/on Lisboa/PT-11/on', 'Lisboa', 'PT-11', 3, true],
    ['Porto/PT-13/on Sintra/PT-11/on Oeiras/PT-11/on', 'Lisboa', 'PT-11', 2, true],
    ['Porto/PT-13/on Braga/PT-03/on', 'Lisboa', 'PT-11', 1, true],
    // A better rank wins over a contact that listens.
    ['Sintra/PT-11/on Lisboa/PT-11/off', 'Lisboa', 'PT-11', 2, false],
    ['Porto/PT-13/on Sintra/PT-11/none', 'Lisboa', 'PT-11', 2, false],
    // Within a rank, one that listens; of these the first.
    ['Lisboa/PT-11/off Lisboa/PT-11/on Lisboa/PT-11/on', 'Lisboa', 'PT-11', 2, true],
    ['Porto/PT-13/none Braga/PT-03/off Faro/PT-08/on', 'Lisboa', 'PT-11', 3, true],
    ['Porto/PT-13/none Braga/PT-03/off', 'Lisboa', 'PT-11', 1, false],
    // A city counts only with its region.
    ['Porto/PT-13/on Lisboa/-/on', 'Lisboa', 'PT-11', 1, true],
    ['Porto/PT-13/on Lisboa/PT-11/on', 'Lisboa', null, 1, true],
    // As people write them.
    ['Porto/PT-13/on Évora/pt-07/on', 'EVORA', 'Évora', 2, true],
    ['Porto/PT-13/on Sintra/Lisboa/on', null, '11', 2, true],
    // Nothing said on either side is no match.
    ['Sintra/PT-11/on /PT-11/on', '', 'PT-11', 1, true],
    ['Porto/PT-13/on Lisboa//on', 'Lisboa', ' ', 1, true],
    ['Porto/-/on -/-/on', null, null, 1, true],
  ])('%s for %s, %s', (locations, city, region, chosen, notifiable) => {
    expect(choose(locations, { city, region })).toEqual({ chosen, notifiable })
  })
})

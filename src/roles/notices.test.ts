import { describe, expect, test } from 'vitest'
import { later, routed } from '../../test/support/arbitraries.ts'
import { emitted, runRole } from '../../test/support/role-bench.ts'
import { profileSample, rfiSample } from '../../test/support/samples.ts'
import { nextDueAt } from '../domain/clocks.ts'
import { evolve } from '../domain/evolve.ts'
import type { PartnerId, ProfileId, ReferralId, RfiId } from '../domain/ids.ts'
import { profileSchema } from '../domain/profile.ts'
import { day, hour, toMillis } from '../domain/time.ts'
import type { ReferralDocument } from './documents/referrals.ts'
import { erasedContacts, nothingRemoved } from './erase.ts'
import { referral } from './referral.ts'
import { router } from './router.ts'
import { Tables } from './tables.ts'
import { topics } from './topics.ts'

const candidate = (partnerId: string) => ({
  partnerId: partnerId as PartnerId,
  profileId: `${partnerId}/PT` as ProfileId,
  name: partnerId,
})

function documentOf(rfiId: string, partnerId: string, own: Partial<ReferralDocument> = {}): ReferralDocument {
  const referralId = `${rfiId}:${partnerId}` as ReferralId
  const ids = { partnerId: partnerId as PartnerId, referralId, rfiId: rfiId as RfiId }
  const state = evolve(null, routed(ids))
  const rest = { nextDueAt: nextDueAt(state), root: 'r-1' as RfiId, customerKey: '', nextCandidates: [] }
  return { _id: referralId, ...state, ...rest, addressee: 'customer', ...own }
}

const closed = { status: 'Closed', substatus: 'Declined' } as const
const nextCandidates = ['b', 'c', 'd'].map(candidate)
const own = documentOf('r-2', 'a', { nextCandidates })

/** What comes of a decline of `r-2:a` an hour after it was routed. */
async function told(
  relatives: readonly ReferralDocument[],
  contacts: readonly never[] | object[] = [],
  rfis: readonly object[] = [],
) {
  const at = later(hour)
  const value = {
    commandId: 'k',
    referralId: 'r-2:a',
    partnerId: 'a',
    occurredAt: at,
    type: 'decline',
    reason: 4,
  }
  const documents = { referrals: relatives, contacts: contacts as never[], rfis: rfis as never[] }
  const effects = await runRole(referral(), topics.commands, [{ value, at: toMillis(at) }], { documents })
  return emitted(effects, topics.notices)
}

describe('the customer is told to choose another', () => {
  test('of the next candidates, less those asked in any RFI of the chain', async () => {
    const others = [documentOf('r-1', 'b', closed), documentOf('r-3', 'd', closed)]
    expect(await told([own, ...others])).toEqual([
      {
        type: 'customer.choose-another',
        occurredAt: later(hour),
        asOf: later(hour),
        rfiId: 'r-2',
        referralId: 'r-2:a',
        partnerId: 'a',
        cause: 'declined',
        addressee: 'customer',
        othersOpen: 0,
        candidates: [candidate('c')],
        test: own.test,
      },
    ])
  })

  test.each([
    ['no candidate and none open', [], 'customer.no-partner'],
    ['no candidate, one open', [documentOf('r-2', 'e')], 'customer.choose-another'],
    ['none, as the one other has closed', [documentOf('r-2', 'e', closed)], 'customer.no-partner'],
  ])('%s', async (_, others, type) => {
    const last = { ...own, nextCandidates: [] }
    expect(await told([last, ...others])).toMatchObject([{ type, cause: 'declined' }])
  })

  test('as before, where somebody has hung thousands of RFIs on one', async () => {
    const crowd = Array.from({ length: 6000 }, (_, at) => documentOf(`x-${at}`, 'z', closed))
    const chain = [documentOf('r-1', 'b', closed), own, documentOf('r-2', 'e')]
    const rfis = [
      { _id: 'r-1', chain: [], referralIds: ['r-1:b'] },
      { _id: 'r-2', chain: ['r-1'], referralIds: ['r-2:a', 'r-2:e'] },
    ]
    expect(await told([...crowd, ...chain], [], rfis)).toMatchObject([
      { othersOpen: 1, candidates: [candidate('c'), candidate('d')] },
    ])
  })

  test('nobody is told once the contact was erased, but an inviter', async () => {
    const erasure = { at: later(0), by: 't', removed: nothingRemoved }
    const marked = [erasedContacts('r-2', erasure)]
    expect(await told([own], marked)).toMatchObject([{ addressee: 'none' }])
    expect(await told([{ ...own, addressee: 'inviter' }], marked)).toMatchObject([{ addressee: 'inviter' }])
    expect(await told([own], [erasedContacts('r-1', erasure)])).toMatchObject([{ addressee: 'customer' }])
  })
})

const location = (name: string, contact: object | null) => ({ locationId: name, city: 'Lisboa', contact })
const off = { email: 'a@acme.example', disableNotifications: true }
const on = { email: 'b@acme.example' }

function route(locations: readonly object[], more: object = {}) {
  const tables = new Tables()
  const profile = profileSchema.parse({ ...profileSample, locations, sizeOptOut: [] })
  tables.index.put(profile, 'published')
  const role = router({ tables, ready: () => Promise.resolve(), customerSecret: 'secret' })
  const value = { ...rfiSample, followsRfiId: null, expiresAt: null, ...more }
  return runRole(role, topics.rfis, [{ value }])
}

test.each([
  ['every location has notifications off', [location('x', off), location('y', off)], false],
  ['no location has a contact', [location('x', null)], false],
  ['one has them on', [location('x', off), location('y', on)], true],
])('%s: the referral says so', async (_, locations, notifiable) => {
  const effects = await route(locations)
  for (const topic of [topics.referrals, topics.status]) {
    const [event] = emitted(effects, topic)
    expect(event).toMatchObject({ type: 'referral.routed', notifiable })
    expect(JSON.stringify(event?.flags).includes('"not-notifiable"')).toBe(!notifiable)
  }
})

test('beside every unroutable RFI the addressee is told that there is no partner', async () => {
  const consent = { shareWithPartners: false, contact: true }
  const own = { ...rfiSample, inviter: null, consent }
  const outcomes = [
    [{ inviter: { id: 's-77' }, consent }, 'inviter'],
    [{ inviter: null, consent }, 'customer'],
    [{ inviter: null, consent: null }, 'none'],
    [{ ...own, customer: { ...(rfiSample.customer as object), contact: { firstName: 'Ana' } } }, 'none'],
  ] as const
  for (const [more, addressee] of outcomes)
    expect(emitted(await route([location('x', on)], more), topics.notices)).toMatchObject([
      { type: 'rfi.unroutable', reasons: { 'no-consent': 1 } },
      { type: 'customer.no-partner', cause: 'unroutable', addressee, referralId: null, partnerId: null },
    ])
})

test('a flame needs consent to contact', async () => {
  const asked = { contactMeDirectly: true, inviter: null }
  const flame = async (contact: boolean) => {
    const consent = { shareWithPartners: true, contact }
    return emitted(await route([location('x', on)], { ...asked, consent }), topics.referrals)[0]?.flameEndsAt
  }
  expect(await flame(true)).toBe(new Date(3 * day).toISOString())
  expect(await flame(false)).toBeNull()
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { commandSchema } from '../../src/domain/commands.ts'
import { profileSchema } from '../../src/domain/profile.ts'
import { rfiSchema } from '../../src/domain/rfi.ts'

function readSample(name: string): unknown[] {
  const text = readFileSync(new URL(`sample/${name}.ndjson`, import.meta.url), 'utf8')
  expect(text.endsWith('}\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
}

const day = 86_400_000
const raw = {
  profiles: readSample('partner-profiles'),
  rfis: readSample('rfis'),
  commands: readSample('referral-commands'),
}
const profiles = z.array(profileSchema).parse(raw.profiles)
const rfis = z.array(rfiSchema).parse(raw.rfis)
const commands = z.array(commandSchema).parse(raw.commands)
const rfiById = new Map<string, (typeof rfis)[number]>(rfis.map(rfi => [rfi.rfiId, rfi]))
const rfiOf = (command: { referralId: string }) => rfiById.get(command.referralId.split(':')[0] ?? '')
const versions = Map.groupBy(profiles, profile => profile.partnerId)

/** All paths of keys in the records, those inside arrays as `[]`. */
function keyPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(item => keyPaths(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) =>
    keyPaths(inner, path === '' ? key : `${path}.${key}`),
  )
}

describe('the committed sample', () => {
  it('holds 300 tenders', () => {
    expect(rfis).toHaveLength(300)
    expect(rfiById.size).toBe(300)
  })

  it.each(Object.entries({ profiles, rfis, commands }))('stands in the order of time: %s', (_, records) => {
    const times = records.map(record => Date.parse(record.occurredAt))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('has only the fields the mapping names', () => {
    expect(
      Object.entries(raw).map(([name, records]) => [name, [...new Set(keyPaths(records))].sort()]),
    ).toEqual([
      [
        'profiles',
        [
          '[].country',
          '[].locale',
          '[].locations[].city',
          '[].locations[].contact.disableNotifications',
          '[].locations[].contact.email',
          '[].locations[].locationId',
          '[].locations[].region',
          '[].name',
          '[].occurredAt',
          '[].partnerId',
          '[].profileId',
          '[].state',
          '[].tags.keywords[]',
        ],
      ],
      [
        'rfis',
        [
          '[].budget.amount',
          '[].budget.currency',
          '[].channel',
          '[].closingAt',
          '[].consent.contact',
          '[].consent.shareWithPartners',
          '[].customer.city',
          '[].customer.country',
          '[].customer.locale',
          '[].customer.name',
          '[].customer.region',
          '[].need.description',
          '[].need.keywords[]',
          '[].need.title',
          '[].occurredAt',
          '[].rfiId',
        ],
      ],
      [
        'commands',
        [
          '[].closedAt',
          '[].commandId',
          '[].engagement.closingAt',
          '[].engagement.name',
          '[].engagement.value.amount',
          '[].engagement.value.currency',
          '[].occurredAt',
          '[].partnerId',
          '[].reason',
          '[].referralId',
          '[].type',
          '[].value.amount',
          '[].value.currency',
        ],
      ],
    ])
  })

  it('has for every bid an accept while the referral is open and one end when the bids are opened', () => {
    for (const [referralId, bid] of Map.groupBy(commands, command => command.referralId)) {
      const [accept, end, ...more] = bid
      const rfi = rfiById.get(referralId.split(':')[0] ?? '')
      expect(rfi, referralId).toBeDefined()
      expect([accept?.type, ['win', 'lose'].includes(end?.type ?? ''), more]).toEqual(['accept', true, []])
      const wait = Date.parse(accept?.occurredAt ?? '') - Date.parse(rfi?.occurredAt ?? '')
      expect(wait > 0 && wait < 14 * day, referralId).toBe(true)
      expect(end?.occurredAt).toBe(rfi?.closingAt)
      expect(bid.every(command => command.referralId === `${rfi?.rfiId}:${command.partnerId}`)).toBe(true)
    }
    expect(new Set(commands.map(command => command.commandId)).size).toBe(commands.length)
  })

  it('has at least one bid and at most one winner a tender', () => {
    for (const rfi of rfis) {
      const own = commands.filter(command => rfiOf(command) === rfi)
      expect(own.length, rfi.rfiId).toBeGreaterThan(0)
      expect(own.filter(command => command.type === 'win').length, rfi.rfiId).toBeLessThanOrEqual(1)
    }
  })

  it('has a profile of every bidder, older than the RFI for nearly all bids', () => {
    const accepts = commands.filter(command => command.type === 'accept')
    const older = accepts.filter(command => {
      const published = versions.get(command.partnerId)?.[0]?.occurredAt
      expect(published, command.referralId).toBeDefined()
      return (published ?? '') < (rfiOf(command)?.occurredAt ?? '')
    })
    expect(older.length / accepts.length).toBeGreaterThan(0.95)
  })

  it('publishes a firm at an opening of bids and at most once more, at the end of that year', () => {
    for (const [partnerId, [first, second, ...more]] of versions) {
      expect(first?.occurredAt, partnerId).toMatch(/T01:00:00\.000Z$/)
      if (second !== undefined) {
        expect(second.occurredAt, partnerId).toBe(`${first?.occurredAt.slice(0, 4)}-12-31T15:00:00.000Z`)
      }
      expect(more, partnerId).toEqual([])
    }
  })

  it("makes a firm's tags of works opened when it was published, in its first year", () => {
    // The first and the last day of openings may hold tenders outside the sample.
    const begins = rfis[0]?.closingAt ?? ''
    const ends = rfis.at(-1)?.closingAt ?? ''
    const seenFirst = [...versions.values()].flat().filter(profile => {
      const first = versions.get(profile.partnerId)?.[0]
      return first !== undefined && first.occurredAt > begins && first.occurredAt < ends
    })
    expect(seenFirst.length).toBeGreaterThan(0)
    for (const profile of seenFirst) {
      const terms = commands
        .filter(command => command.partnerId === profile.partnerId)
        .map(rfiOf)
        .filter(rfi => (rfi?.closingAt ?? '') <= profile.occurredAt)
        .flatMap(rfi => [...(rfi?.need.keywords ?? []), ...(rfi?.need.description ?? '').split(/[^a-z]+/)])
      expect(terms, profile.profileId).toEqual(expect.arrayContaining([...profile.tags.keywords]))
    }
  })
})

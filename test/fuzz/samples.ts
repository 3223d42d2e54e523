/** Records in shape, from a small world: the same ids come again and again, so that records meet. */
import { between, type Random } from '../../bench/random.ts'
import { reasonCodes } from '../../src/domain/reasons.ts'
import { channels } from '../../src/domain/rfi.ts'
import { companySizes } from '../../src/domain/sizes.ts'
import { toTimestamp } from '../../src/domain/time.ts'
import { vocabulary } from '../../src/domain/vocabulary.ts'
import { featureNames } from '../../src/ranking/catalogue.ts'
import { slots } from '../../src/ranking/release.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'

export interface Sample {
  readonly topic: Topic
  readonly key: string
  readonly value: Record<string, unknown>
}

/** Topics that anybody is meant to write to, and two that only the worker is. */
export const fuzzedTopics = [
  topics.rfis,
  topics.commands,
  topics.profiles,
  topics.weights,
  topics.status,
  topics.notices,
] as const
export type FuzzedTopic = (typeof fuzzedTopics)[number]

const countries = ['PT', 'DE', 'JP', 'US'] as const
const partners = 12
/** RFIs that commands and forged events are about: the last so many. */
const remembered = 150
const words =
  'inventory bakery erp azure billing payroll lager rechnung 在庫 給与 estoque faturação retail audit'.split(
    ' ',
  )

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T
}

export function chance(random: Random, of: number): boolean {
  return random() < of
}

export class World {
  readonly #random: Random
  /** ms since 1970: of what is sent now. */
  now: number
  #rfis = 0
  #ids = 0
  /** The last that were asked for by name: most of these referrals exist. */
  readonly #asked: string[] = []

  constructor(random: Random, now: number) {
    this.#random = random
    this.now = now
  }

  sample(topic: FuzzedTopic): Sample {
    switch (topic) {
      case topics.rfis:
        return this.#rfi()
      case topics.commands:
        return this.#command()
      case topics.profiles:
        return this.#profile()
      case topics.weights:
        return this.#release()
      case topics.status:
        return this.#event()
      case topics.notices:
        return this.#notice()
    }
  }

  #profile(): Sample {
    const random = this.#random
    const number = between(random, 1, partners)
    const country = pick(random, countries)
    const value = {
      profileId: `p${number}/${country}`,
      partnerId: `p${number}`,
      occurredAt: this.#moment(),
      name: `Partner ${number}`,
      country,
      state: chance(random, 0.9) ? 'published' : 'paused',
      locations: [
        {
          locationId: `p${number}/${country}/1`,
          city: 'Town',
          region: null,
          contact: { email: `p${number}@x.example` },
        },
      ],
      serves: { regions: chance(random, 0.3) ? ['North', 'South'] : [] },
      tags: { ...this.#terms(), keywords: this.#words(6) },
      sizeOptOut: chance(random, 0.2) ? [pick(random, companySizes)] : [],
      maxOpenReferrals: chance(random, 0.1) ? between(random, 0, 5) : null,
      locale: chance(random, 0.3) ? 'de-DE' : null,
    }
    return { topic: topics.profiles, key: value.profileId, value }
  }

  #rfi(): Sample {
    const random = this.#random
    this.#rfis += 1
    const requestedPartners = chance(random, 0.5) ? [this.#partner()] : []
    for (const partnerId of requestedPartners) this.#asked.push(`r${this.#rfis}:${partnerId}`)
    if (this.#asked.length > remembered) this.#asked.shift()
    const value = {
      rfiId: `r${this.#rfis}`,
      occurredAt: this.#moment(),
      channel: pick(random, channels),
      customer: {
        name: 'Customer',
        country: pick(random, countries),
        region: chance(random, 0.2) ? 'North' : null,
        size: chance(random, 0.5) ? pick(random, companySizes) : null,
        contact: { email: `c${between(random, 1, 5000)}@x.example` },
      },
      need: { title: this.#words(2).join(' '), keywords: this.#words(4), ...this.#terms() },
      budget: chance(random, 0.5) ? this.#money() : null,
      requestedPartners,
      followsRfiId: chance(random, 0.05) ? this.#rfiId() : null,
      maxPartners: chance(random, 0.1) ? between(random, 1, 9) : null,
      contactMeDirectly: chance(random, 0.1),
      expiresAt: chance(random, 0.2) ? toTimestamp(this.now + between(random, -1, 900) * 3_600_000) : null,
      consent: { shareWithPartners: chance(random, 0.95), contact: chance(random, 0.7) },
      test: chance(random, 0.05),
    }
    return { topic: topics.rfis, key: value.rfiId, value }
  }

  #command(): Sample {
    const random = this.#random
    const asked = this.#asked.length > 0 && chance(random, 0.7) ? pick(random, this.#asked) : null
    const referralId = asked ?? `${this.#rfiId()}:${this.#partner()}`
    const partnerId = referralId.slice(referralId.indexOf(':') + 1)
    this.#ids += chance(random, 0.9) ? 1 : 0
    const common = {
      commandId: `c${this.#ids}`,
      referralId,
      partnerId,
      occurredAt: this.#moment(),
      expectedVersion: chance(random, 0.1) ? between(random, 0, 4) : null,
    }
    const reason = { reason: pick(random, reasonCodes), notes: 'because' }
    const content: Record<string, unknown> = pick(random, [
      {
        type: 'accept',
        engagement: { name: 'Deal', value: this.#money(), closingAt: this.#moment() },
        team: [{}],
      },
      { type: 'accept', engagement: { name: 'Deal' }, team: [{ firstName: 'Ana', email: 'a@x.example' }] },
      { type: 'decline', ...reason },
      { type: 'update-engagement', engagement: { value: this.#money() } },
      { type: 'add-contact', contact: { firstName: this.#words(1)[0] } },
      { type: 'win', value: this.#money(), closedAt: null, solutions: [pick(random, vocabulary.solutions)] },
      { type: 'lose', ...reason },
      { type: 'favorite' },
      { type: 'unfavorite' },
      { type: pick(random, ['remind', 'cool', 'expire']), dueAt: this.#moment() },
    ])
    return { topic: topics.commands, key: referralId, value: { ...common, ...content } }
  }

  #release(): Sample {
    const random = this.#random
    const features = Object.fromEntries(featureNames.map(name => [name, between(random, 0, 300_000)]))
    const value = {
      weightsId: `w${between(random, 1, 1_000_000)}`,
      features: { ...features, relevance: 16_000 },
      // Another half-life has all evidence read anew: rarely.
      parameters: chance(random, 0.02) ? { halfLifeDays: pick(random, [180, 365]) } : {},
      policy: { partnersPerRfi: between(random, 1, 8) },
    }
    return { topic: topics.weights, key: pick(random, slots), value }
  }

  /** Forged: the worker alone writes here. */
  #event(): Sample {
    const random = this.#random
    const partnerId = this.#partner()
    const rfiId = chance(random, 0.5) ? `f${between(random, 1, 500)}` : this.#rfiId()
    const routed = chance(random, 0.3)
    const common = {
      occurredAt: this.#moment(),
      rfiId,
      referralId: `${rfiId}:${partnerId}`,
      partnerId,
      version: routed ? 1 : between(random, 2, 6),
      commandId: null,
      claimedAt: null,
    }
    const engagement = {
      name: 'Deal',
      value: this.#money(),
      closingAt: null,
      notes: null,
      crmId: null,
      campaignId: null,
    }
    const content: Record<string, unknown> = routed
      ? {
          type: 'referral.routed',
          profileId: `${partnerId}/PT`,
          channel: pick(random, channels),
          customer: { country: pick(random, countries), region: null, city: null, size: null, locale: null },
          need: { title: this.#words(2).join(' ') },
          budget: this.#money(),
          closingAt: null,
          campaignId: null,
          followsRfiId: null,
          location: { locationId: 'l' },
          notifiable: true,
          flameEndsAt: null,
          remindAt: this.#moment(),
          expiresAt: this.#moment(),
          rank: 1,
          score: 500_000,
          rule: 'rank',
          weightsId: 'w',
          possibleDuplicateOf: null,
          flags: [],
          test: false,
        }
      : pick<Record<string, unknown>>(random, [
          { type: 'referral.accepted', engagement, team: [] },
          { type: 'referral.declined', reason: pick(random, reasonCodes), notes: null },
          { type: 'referral.expired' },
          { type: 'referral.won', value: this.#money(), closedAt: this.#moment(), solutions: [] },
          { type: 'referral.lost', reason: pick(random, reasonCodes), notes: null },
          { type: 'referral.engagement-updated', engagement },
          {
            type: 'referral.contact-added',
            contact: { firstName: 'A', lastName: null, email: null, phone: null },
          },
          { type: 'referral.favorite-changed', favorite: true },
          { type: 'referral.reminder-due' },
        ])
    return { topic: topics.status, key: partnerId, value: { ...common, ...content } }
  }

  #notice(): Sample {
    const random = this.#random
    const rfiId = `n${between(random, 1, 500)}`
    const common = { occurredAt: this.#moment(), rfiId, test: chance(random, 0.1) }
    const content: Record<string, unknown> = chance(random, 0.7)
      ? {
          type: 'rfi.unroutable',
          country: pick(random, countries),
          reasons: { region: 3 },
          terms: this.#words(3),
        }
      : {
          type: 'customer.no-partner',
          asOf: this.#moment(),
          referralId: null,
          partnerId: null,
          cause: 'unroutable',
          addressee: 'customer',
        }
    return { topic: topics.notices, key: rfiId, value: { ...common, ...content } }
  }

  #moment(): string {
    return toTimestamp(this.now - between(this.#random, 0, 3_600_000))
  }

  #money() {
    return {
      amount: String(between(this.#random, 1, 900_000)),
      currency: pick(this.#random, ['EUR', 'JPY', 'USD']),
    }
  }

  #partner(): string {
    return `p${between(this.#random, 1, partners)}`
  }

  #rfiId(): string {
    return `r${Math.max(1, this.#rfis - between(this.#random, 0, remembered))}`
  }

  #words(most: number): string[] {
    return Array.from({ length: between(this.#random, 1, most) }, () => pick(this.#random, words))
  }

  #terms() {
    const one = (list: readonly string[]) => (chance(this.#random, 0.4) ? [pick(this.#random, list)] : [])
    const { industries, products, services, solutions } = vocabulary
    return {
      industries: one(industries),
      products: one(products),
      services: one(services),
      solutions: one(solutions),
    }
  }
}

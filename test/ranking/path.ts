/** The whole way from what happened to a score: referral events, the projector's fold, the tables, a routing. */
import type { Command } from '../../src/domain/commands.ts'
import type { ReferralEvent, RoutedEvent } from '../../src/domain/events.ts'
import { type PartnerId, type ProfileId, type RfiId, referralIdOf } from '../../src/domain/ids.ts'
import { type Profile, profileSchema } from '../../src/domain/profile.ts'
import type { ReasonCode } from '../../src/domain/reasons.ts'
import { type Rfi, rfiSchema } from '../../src/domain/rfi.ts'
import { addMillis, day, type Timestamp, toTimestamp } from '../../src/domain/time.ts'
import type { Release } from '../../src/ranking/release.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { projector } from '../../src/roles/projector.ts'
import { releaseHash } from '../../src/roles/release-hash.ts'
import { type Routing, route } from '../../src/roles/routing.ts'
import { Tables } from '../../src/roles/tables.ts'
import { topics } from '../../src/roles/topics.ts'
import { follow, routed, type Step } from '../support/arbitraries.ts'
import { type Documents, runRole } from '../support/role-bench.ts'

/** What came of one offer. `answerTime`, `reported` and what follows an accept mean nothing for the others. */
export interface Story {
  readonly partner: string
  /** Of its referral: no two of a world have the same. */
  readonly rfi: string
  /** ms since 1970. */
  readonly routedAt: number
  readonly expiresIn: number
  readonly notifiable: boolean
  readonly keywords: readonly string[]
  readonly amount: string | null
  readonly ending: Ending
  readonly answerTime: number
  readonly reported: boolean
}
export type Ending =
  | 'open'
  | 'expired'
  | 'accepted'
  | 'won'
  | { readonly declined: ReasonCode }
  | { readonly lost: ReasonCode }

/** The referral's life, as the referral role decides it. */
export function eventsOf(story: Story): readonly ReferralEvent[] {
  return follow(routedOf(story), stepsOf(story)).events
}

function routedOf(story: Story): RoutedEvent {
  const [rfiId, partnerId] = [story.rfi as RfiId, story.partner as PartnerId]
  const occurredAt = toTimestamp(story.routedAt)
  const { need } = routed()
  return routed({
    rfiId,
    partnerId,
    referralId: referralIdOf(rfiId, partnerId),
    profileId: `${partnerId}/PT` as ProfileId,
    occurredAt,
    remindAt: addMillis(occurredAt, day),
    expiresAt: addMillis(occurredAt, story.expiresIn),
    flameEndsAt: null,
    notifiable: story.notifiable,
    need: { ...need, keywords: [...story.keywords], title: null },
    budget: story.amount === null ? null : { amount: story.amount, currency: 'EUR' },
  })
}

function stepsOf(story: Story): Step[] {
  const { ending, answerTime, routedAt, expiresIn, reported } = story
  const answeredAt = toTimestamp(routedAt + Math.min(answerTime, expiresIn - 1))
  if (ending === 'open') return []
  if (ending === 'expired') {
    const dueAt = toTimestamp(routedAt + expiresIn)
    return [stepOf(story, dueAt, { type: 'expire', dueAt })]
  }
  if (typeof ending === 'object' && 'declined' in ending)
    return [stepOf(story, answeredAt, { type: 'decline', reason: ending.declined, notes: 'because' })]
  const engagement = {
    ...{ name: 'Inventory', notes: null, crmId: null, campaignId: null },
    value: reported ? { amount: '100', currency: 'EUR' } : null,
    closingAt: reported ? answeredAt : null,
  }
  const accepted = stepOf(story, answeredAt, { type: 'accept', engagement, team: [] })
  if (ending === 'accepted') return [accepted]
  const endedAt = addMillis(answeredAt, 4 * day)
  return ending === 'won'
    ? [accepted, stepOf(story, endedAt, { type: 'win', value: null, closedAt: null, solutions: [] })]
    : [accepted, stepOf(story, endedAt, { type: 'lose', reason: ending.lost, notes: 'because' })]
}

function stepOf(
  { rfi, partner }: Story,
  at: Timestamp,
  content: { readonly type: Command['type']; readonly [field: string]: unknown },
): Step {
  const command = {
    commandId: `${rfi}/${content.type}`,
    referralId: referralIdOf(rfi as RfiId, partner as PartnerId),
    partnerId: partner,
    occurredAt: at,
    expectedVersion: null,
    ...content,
  }
  return { command: command as unknown as Command, at }
}

/** What the projector leaves in the store, batch after batch. */
export class Projected {
  readonly #documents = new Map<string, Map<string, { readonly _id: string }>>()
  readonly #role = projector({ tables: new Tables(), ready: () => Promise.resolve() })

  async fold(events: readonly ReferralEvent[]): Promise<this> {
    const given = events.map(value => ({ value, at: Date.parse(value.occurredAt) }))
    const documents: Documents = Object.fromEntries(
      Array.from(this.#documents, ([name, rows]) => [name, [...rows.values()]]),
    )
    const { writes } = await runRole(this.#role, topics.status, given, { documents })
    for (const write of writes) {
      const rows = this.#documents.get(write.collection) ?? new Map<string, { readonly _id: string }>()
      this.#documents.set(write.collection, rows)
      if (write.kind === 'remove') rows.delete(write.id)
      else rows.set(write.document._id, structuredClone(write.document))
    }
    return this
  }

  of<K extends keyof Collections>(collection: K): readonly Collections[K][] {
    return [...(this.#documents.get(collection)?.values() ?? [])] as unknown as readonly Collections[K][]
  }
}

export async function projected(stories: readonly Story[]): Promise<Projected> {
  return new Projected().fold(stories.flatMap(eventsOf))
}

/** As a router holds them once it has read the store. `populationOf` gives other population sums than its own. */
export function tablesOf(
  store: Projected,
  profiles: readonly Profile[],
  release: Release,
  populationOf: Projected = store,
): Tables {
  const tables = new Tables()
  const changed = { lane: 'directory', offset: 0 }
  tables.applyWeights({
    _id: 'live',
    version: 1,
    recordTime: 0,
    release,
    hash: releaseHash(release),
    changed,
  })
  for (const profile of profiles) tables.index.put(profile, 'published')
  for (const row of store.of('partners')) tables.applyPartner(row)
  for (const row of store.of('interests')) tables.applyInterest(row)
  for (const row of populationOf.of('cells')) tables.applyCell(row)
  return tables
}

export function profileOf(partner: string, rest: object = {}): Profile {
  return profileSchema.parse({
    profileId: `${partner}/PT`,
    partnerId: partner,
    occurredAt: '2026-01-01T00:00:00.000Z',
    name: partner,
    country: 'PT',
    state: 'published',
    locations: [{ locationId: 'first', city: 'Lisboa', region: 'PT-11' }],
    tags: { keywords: ['inventory'] },
    ...rest,
  })
}

/** An RFI that every profile of `profileOf` is a candidate for. */
export function rfiOf(keywords: readonly string[], amount: string | null): Rfi {
  return rfiSchema.parse({
    rfiId: 'asking',
    occurredAt: '2026-03-02T09:14:00.000Z',
    channel: 'marketing',
    customer: { country: 'PT', region: 'PT-11', city: 'Lisboa', size: '51to250employees', locale: 'pt-PT' },
    need: { keywords: ['inventory', ...keywords] },
    budget: amount === null ? null : { amount, currency: 'EUR' },
    consent: { shareWithPartners: true },
  })
}

export function routing(tables: Tables, rfi: Rfi, now: number, asked: readonly string[] = []): Routing {
  return route({
    rfi,
    routedAt: now,
    tables,
    asked: new Set(asked as PartnerId[]),
    full: () => false,
    openReferral: () => null,
  })
}

/** By partner, from the receipt. */
export function scoresOf({ receipt }: Routing): ReadonlyMap<string, number> {
  return new Map(receipt.considered.map(({ partnerId, score }) => [partnerId, score]))
}

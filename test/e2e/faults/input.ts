import type { OutgoingRecord } from '../../../src/ports/log.ts'
import { partitionOf } from '../../../src/ports/murmur2.ts'
import { type Topic, topics } from '../../../src/roles/topics.ts'

export const partners = ['acme', 'bolt', 'cork'] as const

const occurredAt = '2026-03-02T09:14:00.000Z'

export function record(topic: Topic, key: string, value: unknown): OutgoingRecord {
  return { topic, key, value: Buffer.from(JSON.stringify(value)), headers: {} }
}

export function profiles(): OutgoingRecord[] {
  return partners.map(partnerId =>
    record(topics.profiles, `${partnerId}/PT`, {
      profileId: `${partnerId}/PT`,
      partnerId,
      occurredAt,
      name: partnerId,
      country: 'PT',
      state: 'published',
      locations: [
        { locationId: `${partnerId}/PT/lisboa`, city: 'Lisboa', contact: { email: 'r@x.example' } },
      ],
      tags: { keywords: ['inventory'] },
    }),
  )
}

/** As JSON would hold it. Offered to all partners. */
export function rfi(rfiId: string): object {
  return {
    rfiId,
    occurredAt,
    channel: 'customer-search',
    customer: { name: `customer of ${rfiId}`, country: 'PT' },
    need: { keywords: ['inventory'] },
    requestedPartners: partners,
    consent: { shareWithPartners: true, contact: true },
  }
}

export function rfis(ids: readonly string[]): OutgoingRecord[] {
  return ids.map(id => record(topics.rfis, id, rfi(id)))
}

/** One partner accepts, one declines, one stays silent. */
export function answers(rfiIds: readonly string[]): OutgoingRecord[] {
  return rfiIds.flatMap(id => [
    command(`${id}:acme`, { type: 'accept', engagement: { name: id } }),
    command(`${id}:bolt`, { type: 'decline', reason: 1, notes: '' }),
  ])
}

function command(referralId: string, said: object): OutgoingRecord {
  const partnerId = referralId.split(':').at(-1)
  const value = { commandId: `c/${referralId}`, referralId, partnerId, occurredAt, ...said }
  return record(topics.commands, referralId, value)
}

export function names(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`)
}

/** Of each topic of these tests. */
export const partitions = 2

/** Names of records that all come to one partition. */
export function falling(partition: number, what: string, count: number): string[] {
  const there = (name: string) => partitionOf(Buffer.from(name), partitions) === partition
  return names(`${what}-${partition}`, 20 * count)
    .filter(there)
    .slice(0, count)
}

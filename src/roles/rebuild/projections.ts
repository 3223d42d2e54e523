import { type PartnerId, splitReferralId } from '../../domain/ids.ts'
import { partitionOf } from '../../ports/murmur2.ts'
import type { StoredDocument } from '../../ports/store.ts'
import { noEvidence } from '../../ranking/evidence.ts'
import { noInterest } from '../../ranking/interest.ts'
import { packInterest } from '../../ranking/packed-interest.ts'
import { noPopulation } from '../../ranking/population.ts'
import type { Collections } from '../collections.ts'
import type { Changed } from '../documents/referrals.ts'
import { type Topic, topics } from '../topics.ts'

/** What a person may ask to have rebuilt. */
export const projections = [
  'inbox',
  'notices',
  'evidence',
  'funnel',
  'reasons',
  'needs',
  'concentration',
] as const
export type Projection = (typeof projections)[number]

/** Collections that the projector alone writes, those first that the others are made from. */
export const projected = [
  'inbox',
  'favorites',
  'cells',
  'partners',
  'partnerCounts',
  'interests',
  'interestTerms',
  'notices',
  'needs',
  'needTerms',
] as const satisfies readonly (keyof Collections)[]
export type Projected = (typeof projected)[number]

export function isProjected(collection: string): collection is Projected {
  return (projected as readonly string[]).includes(collection)
}

/** A projector lane's partition. */
export interface ProjectorPartition {
  readonly topic: Topic
  readonly partition: number
}

/** Partitions of the projector's topics, as keys fall on them. */
export type Partitions = Readonly<Partial<Record<Topic, number>>>

/** `<month>/<lane>/<term>`. */
const needTermId = /^[^/]+\/projector\/([^/]+)\/(\d+)\//

/** `<kind>/…/<lane>`, with the epoch of the lane after it in what was written before it was left out. */
const cellId = /^([^/]+)\/(?:.*\/)?projector\/([^/]+)\/(\d+)(?:~\d+)?$/

/** Which projection a document belongs to. Cells say it with the first part of their `_id`; new kinds are their own. */
export function projectionOf(collection: Projected, id: string): string {
  switch (collection) {
    case 'cells': {
      const kind = cellId.exec(id)?.[1] ?? 'cells'
      return kind === 'population' ? 'evidence' : kind
    }
    case 'partners':
    case 'interests':
    case 'interestTerms':
      return 'evidence'
    case 'needTerms':
      return 'needs'
    case 'favorites':
      return 'inbox'
    case 'partnerCounts':
      return 'concentration'
    case 'inbox':
    case 'needs':
    case 'notices':
      return collection
  }
}

/** The lane that alone writes a document, told by its `_id`; null when it can't be one of the projector's. */
export function ownerOf(
  collection: Projected,
  id: string,
  partitions: Partitions,
): ProjectorPartition | null {
  switch (collection) {
    case 'inbox':
    case 'favorites':
      return byKey(topics.status, splitReferralId(id)?.partnerId ?? null, partitions)
    case 'partners':
    case 'interests':
    case 'partnerCounts':
      return byKey(topics.status, id, partitions)
    case 'interestTerms':
      return byKey(topics.status, id.slice(0, Math.max(0, id.lastIndexOf(':'))), partitions)
    case 'needs':
    case 'notices':
      return byKey(topics.notices, id, partitions)
    case 'needTerms': {
      const [, topic, partition] = needTermId.exec(id) ?? []
      return topic === topics.notices ? { topic, partition: Number(partition) } : null
    }
    case 'cells': {
      const [, , topic, partition] = cellId.exec(id) ?? []
      return topic === topics.status || topic === topics.notices
        ? { topic, partition: Number(partition) }
        : null
    }
  }
}

function byKey(topic: Topic, key: string | null, partitions: Partitions): ProjectorPartition | null {
  const count = partitions[topic]
  if (key === null || count === undefined) return null
  return { topic, partition: partitionOf(Buffer.from(key), count) }
}

/**
 * A document without content, for what routers follow: nothing followed is ever removed, as nobody would hear of it. Null for
 * what is simply not there.
 */
export function emptyOf(collection: Projected, id: string, changed: Changed): StoredDocument | null {
  switch (collection) {
    case 'partners':
      return { _id: id, evidence: noEvidence(id as PartnerId), changed } as StoredDocument
    case 'interests':
      return { _id: id, ...packInterest(noInterest(id as PartnerId)), changed } as StoredDocument
    case 'cells':
      return id.startsWith('population/')
        ? ({ _id: id, kind: 'population', population: noPopulation, changed } as StoredDocument)
        : null
    default:
      return null
  }
}

/**
 * The path of the first thing in which two documents differ, null when they say the same. Which batch wrote them (`changed`)
 * is left out, and so is the order of their fields.
 */
export function difference(live: unknown, rebuilt: unknown, path = ''): string | null {
  if (Object.is(live, rebuilt)) return null
  if (!isObject(live) || !isObject(rebuilt) || Array.isArray(live) !== Array.isArray(rebuilt)) return path
  for (const name of new Set([...Object.keys(live), ...Object.keys(rebuilt)])) {
    if (path === '' && name === 'changed') continue
    const found = difference(live[name], rebuilt[name], path === '' ? name : `${path}.${name}`)
    if (found !== null) return found
  }
  return null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** A role on its own: inputs as a lane would hand them over, and a store that is a few lists. */
import type { Condition, Query, Reader } from '../../src/ports/store.ts'
import type { Collections } from '../../src/roles/collections.ts'
import type { Effects, Origin, Role, RoleContext } from '../../src/roles/role.ts'
import type { Topic } from '../../src/roles/topics.ts'

export type Documents = { readonly [K in keyof Collections]?: readonly Collections[K][] }

export interface Given {
  readonly value: unknown
  readonly key?: string | null
  /** ms since 1970. */
  readonly at?: number
}

/** Parses and processes as one batch, in which every value must be in shape. */
export async function runRole<T>(
  role: Role<T>,
  topic: Topic,
  given: readonly Given[],
  { documents = {}, now = 0 }: { documents?: Documents; now?: number } = {},
): Promise<Effects> {
  const inputs = given.map(({ value, key = null, at = 0 }, offset) => {
    const origin = originOf(topic, { key, offset, at })
    const parsed = role.parse(topic, value, origin)
    if (!parsed.ok) throw new Error(`${topic}@${offset}: ${parsed.fault.field} ${parsed.fault.expected}`)
    return { origin, value: parsed.value }
  })
  const context: RoleContext = { lane: `${role.name}/${topic}/0`, now, read: readerOf(documents) }
  return role.process(inputs, context)
}

export function originOf(
  topic: Topic,
  { key = null, offset = 0, at = 0 }: { key?: string | null; offset?: number; at?: number } = {},
): Origin {
  const bytes = new Uint8Array()
  return { topic, partition: 0, offset, timestamp: at, key: key === null ? null : Buffer.from(key), bytes }
}

/** What a batch would put into a collection, in order. */
export function written<K extends keyof Collections>(effects: Effects, collection: K): Collections[K][] {
  return effects.writes.flatMap(write =>
    write.collection === collection && write.kind !== 'remove' ? [write.document as Collections[K]] : [],
  )
}

/** The values a batch would send to a topic. */
export function emitted(effects: Effects, topic: Topic): Record<string, unknown>[] {
  return effects.emissions.flatMap(emission =>
    emission.topic === topic ? [emission.value as Record<string, unknown>] : [],
  )
}

/** Filters top-level fields; sorts and cuts nothing. */
export function readerOf(documents: Documents): Reader<Collections> {
  const all = <K extends keyof Collections>(collection: K) =>
    (documents[collection] ?? []) as readonly Collections[K][]
  const found = <K extends keyof Collections>(collection: K, where: Query['where']) =>
    all(collection).filter(document =>
      Object.entries(where).every(([field, condition]) =>
        holds((document as unknown as Record<string, unknown>)[field], condition),
      ),
    )
  return {
    get: async (collection, ids) =>
      new Map(found(collection, { _id: { in: ids } }).map(document => [document._id, document])),
    find: async (collection, { where, limit }) => found(collection, where).slice(0, limit),
    count: async (collection, where) => found(collection, where).length,
    countBy: async (collection, field, where) => {
      const rows = found(collection, where) as unknown as Record<string, string>[]
      const groups = Map.groupBy(rows, row => row[field] ?? '')
      return new Map([...groups].map(([value, group]) => [value, group.length]))
    },
  }
}

function holds(value: unknown, condition: Condition): boolean {
  if (condition === null || typeof condition !== 'object') return value === condition
  if ('in' in condition) return condition.in.includes(value as string)
  const text = value as string
  return (
    (condition.gt == null || text > condition.gt) &&
    (condition.gte == null || text >= condition.gte) &&
    (condition.lt == null || text < condition.lt) &&
    (condition.lte == null || text <= condition.lte)
  )
}
